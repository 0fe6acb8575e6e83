/** What must hold whatever happens; the simulation's mutants die by these names. */
export const INVARIANTS = {
  'one-zone': 'pods that are down by our hand are all of one zone',
  'zone-limit': 'no more pods of a zone are down by our hand than the PSC allows',
  'min-isr': 'our hand never takes a partition below its min ISR',
  'others-well': 'a batch begins only when no other pod of the cluster is behind',
  quorum: 'our hand never takes the quorum its majority',
  'active-last': 'the active controller is replaced after all others',
  'drain-order': 'of a zone that is emptied, brokers go before controllers',
  'fence-first': 'the stored status names a pod before it is disrupted',
  'first-by-eviction': 'a batch begins with an eviction, which takes the disruption budget',
  lease: 'nothing is sent by an operator whose lease has ended',
  'claim-deleted': 'no volume claim is deleted but that of a broker that was emptied and is gone',
  'volume-grace': 'the volume of a broker that is gone is kept for as long as the PSC says',
  'stop-empty': 'a broker is stopped for good only when it has no replica, and the stored status says so',
  'cordon-first': 'a broker that is stopped for good takes nothing new before',
  'forgotten-last': 'Kafka forgets only brokers that have stopped',
  'room-first': 'a shrink begins only where the brokers that stay have room for everything',
  'claim-replaced': "a broker's volume claim that is gone is never replaced by an empty one",
  'vote-first': 'a controller begins with an empty volume only after the vote is gone that it had with the lost one',
  'volume-identity': 'a node id stays with its volume',
  'names-first': 'a broker comes only after its name resolves everywhere',
  'last-good': 'a template that was seen to fail makes no more pods',
  'needless-roll':
    'a healthy pod is replaced only when the spec asks for what it cannot take while it runs, once when its storage stalls, or when somebody empties its node',
  'left-alone': 'nothing is disrupted while the PSC is to be left alone',
  'in-window': 'pods that work are replaced only in a maintenance window, and for what they were fenced in one for',
  'way-back': 'what a Kafka version brings is finished only when every pod has run it for as long as the PSC says',
  readable: 'no pod is made of a Kafka version that cannot read what is finished',
  trusted:
    'everybody who runs trusts everybody who runs, and so do clients that have not taken a new authority in time',
  'let-in': 'whoever logs in with what the Secret said a while ago, is let in by every broker',
  'no-mistake': 'a pass fails only by what the world does to it',
  liveness: 'once all is well again, the cluster becomes what the spec says, and nodes that are drained become empty',
  quiet: 'nothing is written when nothing is left to do',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly message: string;
}
