/** What must hold whatever happens; the simulation's mutants die by these names. */
export const INVARIANTS = {
  'not-ours': 'nothing is done to a connector that the spec never named',
  wanted: 'no connector is taken away that the spec names',
  'recorded-first': 'the stored status knows of a connector before it is made',
  backoff: 'what fails again and again is started again less and less often',
  'failed-only': 'nothing is started again that has not failed',
  'kafka-first': 'workers come only when their Kafka is ready and knows their user',
  'let-in': 'workers come into their Kafka at any time by what they were given, whatever passwords are replaced',
  'in-window': 'workers that work are replaced only in a maintenance window',
  'left-alone': 'nothing is done while the PSC is to be left alone',
  'no-secrets': 'no secret is in the status',
  lease: 'nothing is sent by an operator whose lease has ended',
  'no-mistake': 'a pass fails only by what the world does to it',
  liveness: 'once all is well again, workers and connectors become what the spec says',
  quiet: 'nothing is written when nothing is left to do',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly message: string;
}
