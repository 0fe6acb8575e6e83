import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import type { KafkaView, StoredPsc } from '../../../operators/psc/observed.ts';
import type { ClusterPort, PscObjects } from '../../../operators/psc/ports.ts';
import { reconcile, type ReconcileOptions, type ReconcilePorts } from '../../../operators/psc/reconcile.ts';
import { RULES, type Rules } from '../../../operators/psc/rules.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import type { Invariant } from './invariants.ts';
import type { Reconcile } from './operator-process.ts';

/** A core that is wrong in one line, and the invariant that must notice. */
export interface Mutant {
  readonly name: string;
  readonly killedBy: Invariant;
  /** A seed that has killed it before, tried first: it only saves time. */
  readonly seed: number;
  /** A core of its own for each run: some remember. */
  readonly make: () => Reconcile;
}

export const MUTANTS: readonly Mutant[] = [
  withRules('brokers go whatever that does to ISRs', 'min-isr', 46, { brokersObstacle: () => undefined }),
  withRules('a roll begins whatever else ails', 'others-well', 5, { clusterObstacle: () => undefined }),
  withRules('a broker that stalls goes whatever else ails', 'others-well', 41, { stallObstacle: () => undefined }),
  withRules('it is always time for maintenance', 'in-window', 138, { isMaintenanceTime: () => true }),
  withRules('controllers of a node that is emptied go before its brokers', 'drain-order', 22, {
    evictionGroups: (due, members) =>
      RULES.evictionGroups(
        due.some(({ role, isEvicted }) => role === 'controller' && isEvicted)
          ? due.filter(({ role }) => role === 'controller')
          : due,
        members,
      ),
  }),
  withRules('a drain waits for pods that wait for its end', 'liveness', 7, {
    evictionObstacle: (batch, members, observed) =>
      RULES.evictionObstacle(
        batch,
        members.map((member) => ({ ...member, isHomeless: false })),
        observed,
      ),
  }),
  withPorts('wishes for evictions are overlooked', 'liveness', 7, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({ ...read, pods: read.pods.map((pod) => omit(pod, 'evictedAtMs')) })),
  })),
  withRules('batches look at no zone', 'one-zone', 22, { chooseBatch: regardlessOfZone }),
  withRules('batches know no limit', 'zone-limit', 5, {
    chooseBatch: (due, _limit, obstacleTo) => RULES.chooseBatch(due, 64, obstacleTo),
  }),
  withRules('every change of a file asks for a restart', 'needless-roll', 27, {
    fileChange: (_view, _role, { from, to }) => ({ kind: from === to ? 'none' : 'restart' }),
  }),
  withRules('what failed goes on being served', 'last-good', 240, { templateToServe: ({ wanted }) => wanted }),
  withRules('brokers come before their names', 'names-first', 1, { nameObstacle: () => undefined }),
  withRules('a broker is stopped for good whatever it holds', 'stop-empty', 11, {
    emptinessObstacle: () => undefined,
    isProvenByBalancer: () => true,
  }),
  withRules('a shrink begins however little room is left', 'room-first', 17, { shrinkObstacle: () => undefined }),
  withRules('volumes go with their brokers', 'volume-grace', 11, { isGraceOver: ({ goneAt }) => goneAt !== undefined }),
  withPorts('no broker is cordoned', 'cordon-first', 11, (ports) => ({
    ...ports,
    kafka: {
      ...seenAs(ports, (view) => ({ ...view, brokers: cordonedAsAsked(view.brokers) })),
      setCordon: () => Promise.resolve(),
    },
  })),
  withPorts('a broker that stops counts as one that has stopped', 'forgotten-last', 11, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({
      ...read,
      pods: read.pods.filter(({ isTerminating }) => !isTerminating),
    })),
  })),
  withRules('every noise of metrics is said', 'quiet', 1, {
    tieringOf: (members, { psc, kafka }) => RULES.tieringOf(members, { kafka, psc: alwaysInTrouble(psc) }),
  }),
  withRules('a former authority goes before everybody can do without', 'trusted', 12, {
    rotationStep: (held, observed) => RULES.rotationStep(held, { ...observed, shown: held.pods }),
  }),
  withRules('a former authority goes as soon as there is another', 'trusted', 4, {
    rotationStep: (held, observed) => (held.former === undefined ? RULES.rotationStep(held, observed) : 'retire'),
  }),
  withRules('a renewed authority is taken over although the one before it is still needed', 'trusted', 53, {
    rotationStep: (held, observed) =>
      RULES.rotationStep(held.authority.maker === 'issuer' ? omit(held, 'former') : held, observed),
  }),
  withPorts('an issuer is not asked for the authority', 'liveness', 8, (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, requestAuthority: () => Promise.resolve() },
  })),
  withRules('passwords are handed out before Kafka knows them', 'let-in', 6, {
    passwordStep: (held, context) => (held.other?.state === 'next' ? 'switch' : RULES.passwordStep(held, context)),
  }),
  withRules('former passwords go at once', 'let-in', 6, {
    passwordStep: (held, context) => (held.other?.state === 'former' ? 'retire' : RULES.passwordStep(held, context)),
  }),
  {
    name: 'a plan is made that the judge refuses',
    killedBy: 'no-mistake',
    seed: 46,
    make: () => (psc, ports, options) =>
      reconcile(psc, ports, { ...options, rules: { ...RULES, brokersObstacle: () => undefined } }),
  },
  withRules('features are finished at once', 'way-back', 166, { isSoakOver: () => true }),
  withRules('an older Kafka is served whatever is finished', 'readable', 14, { downgradeObstacle: () => undefined }),
  withRules('what is finished is known from the status alone', 'readable', 640, {
    downgradeObstacle: ({ psc, kafka }) =>
      RULES.downgradeObstacle({ psc, kafka: kafka.state === 'reachable' ? omit(kafka, 'features') : kafka }),
  }),
  withPorts('controllers count as caught up', 'quorum', 43, (ports) => ({
    ...ports,
    kafka: seenAs(ports, (view) => ({
      ...view,
      quorum: { ...view.quorum, voters: view.quorum.voters.map((voter) => ({ ...voter, isCaughtUp: true })) },
    })),
  })),
  withPorts('another controller counts as the active one', 'active-last', 4, (ports) => ({
    ...ports,
    kafka: seenAs(ports, (view) => ({
      ...view,
      quorum: { ...view.quorum, leaderId: nextController(view.quorum.leaderId) },
    })),
  })),
  withPorts('leadership is taken for granted', 'lease', 19, (ports) => ({ ...ports, isLeader: () => true })),
  withPorts('the fence stays in memory', 'fence-first', 4, fenceInMemory()),
  withPorts('evictions are deletions', 'first-by-eviction', 4, (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, evict: ports.cluster.deletePod },
  })),
  withPorts('the status forgets which claims there were', 'claim-replaced', 6, forgetClaims),
  withPorts('an empty volume will do', 'volume-identity', 1, forgetClaims),
  withPorts('an empty volume takes over the vote of the lost one', 'vote-first', 82, votesStay),
  withPorts('a controller that follows is given no vote', 'liveness', 1, (ports) => ({
    ...ports,
    kafka: { ...ports.kafka, addVoter: () => Promise.resolve() },
  })),
  withPorts('claims without a pod are tidied away', 'claim-deleted', 3, tidyClaims),
  withPorts('pauses and ignore annotations are overlooked', 'left-alone', 8, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({ ...read, psc: neverLeftAlone(read.psc) })),
  })),
  withPorts('a broker that stalls is restarted again and again', 'needless-roll', 14, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({ ...read, psc: stalledJustNow(read.psc, ports.clock.nowMs()) })),
  })),
  withPorts('a broker that stalls is left alone', 'liveness', 9, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({ ...read, psc: withoutStalls(read.psc) })),
  })),
  withPorts('a wish for another authority is overlooked', 'liveness', 4, (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, rotateAuthority: () => Promise.resolve() },
  })),
  withRules('a wish for other passwords is overlooked', 'liveness', 7, { passwordStep: () => undefined }),
  withPorts('no gate is ever set', 'liveness', 2, (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, setGate: () => Promise.resolve() },
  })),
  withPorts('one object is never seen', 'quiet', 6, (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (read) => ({
      ...read,
      objects: new Map([...read.objects].filter(([, { kind }]) => kind !== 'DNSEndpoint')),
    })),
  })),
];

/** With the planner's own judge switched off, which would refuse most of these plans. */
function withRules(name: string, killedBy: Invariant, seed: number, wrong: Partial<Rules>): Mutant {
  const rules = { ...RULES, ...wrong };
  return {
    name,
    killedBy,
    seed,
    make: () => (psc, ports, options) => reconcile(psc, ports, { ...options, rules, check: NO_JUDGE }),
  };
}

function withPorts(
  name: string,
  killedBy: Invariant,
  seed: number,
  wrong: (ports: ReconcilePorts) => ReconcilePorts,
): Mutant {
  return {
    name,
    killedBy,
    seed,
    make: () => (psc, ports, options) => reconcile(psc, wrong(ports), { ...options, check: NO_JUDGE }),
  };
}

const NO_JUDGE: NonNullable<ReconcileOptions['check']> = () => [];

function regardlessOfZone(
  ...[due, limit, obstacleTo]: Parameters<Rules['chooseBatch']>
): ReturnType<Rules['chooseBatch']> {
  const [first] = due;
  if (first === undefined) return { batch: [] };
  const obstacle = obstacleTo([first]);
  if (obstacle !== undefined) return { batch: [], obstacle };
  const batch = due.slice(1).reduce(
    (chosen, each) => {
      const larger = [...chosen, each];
      return chosen.length < limit && obstacleTo(larger) === undefined ? larger : chosen;
    },
    [first],
  );
  return { batch };
}

/** All of them, which nobody would then have to be told. */
function cordonedAsAsked(brokers: Reachable['brokers']): Reachable['brokers'] {
  return new Map(
    [...brokers].map(([id, broker]) => [
      id,
      broker.disk === undefined ? broker : { ...broker, disk: { ...broker.disk, isCordoned: true } },
    ]),
  );
}

type Reachable = Extract<KafkaView, { readonly state: 'reachable' }>;

function seenAs({ kafka }: ReconcilePorts, change: (view: Reachable) => Reachable): ReconcilePorts['kafka'] {
  const changed = (view: KafkaView): KafkaView => (view.state === 'reachable' ? change(view) : view);
  return {
    ...kafka,
    cached: (psc) => changed(kafka.cached(psc)),
    fresh: async (psc) => changed(await kafka.fresh(psc)),
  };
}

function readAs(cluster: ClusterPort, change: (read: PscObjects) => PscObjects): ClusterPort {
  const changed = (read: PscObjects | undefined): PscObjects | undefined =>
    read === undefined ? undefined : change(read);
  return {
    ...cluster,
    cached: (psc) => changed(cluster.cached(psc)),
    fresh: async (psc) => changed(await cluster.fresh(psc)),
  };
}

/** What was said last makes no difference then. */
function alwaysInTrouble(psc: StoredPsc): StoredPsc {
  const trouble = {
    type: 'flotilla.dev/StorageTiered',
    status: 'False',
    reason: 'CopyLagging',
    lastTransitionTime: new Date(0).toISOString(),
  } as const;
  return { ...psc, status: { ...psc.status, conditions: [trouble] } };
}

function stalledJustNow(psc: StoredPsc, nowMs: number): StoredPsc {
  const { balance } = psc.status ?? {};
  const stalledBrokers = balance?.stalledBrokers?.map((each) => ({ ...each, since: new Date(nowMs).toISOString() }));
  if (stalledBrokers === undefined) return psc;
  return { ...psc, status: { ...psc.status, balance: { ...balance, stalledBrokers } } };
}

function withoutStalls(psc: StoredPsc): StoredPsc {
  return { ...psc, status: { ...psc.status, balance: { ...psc.status?.balance, stalledBrokers: [] } } };
}

function nextController(id: number): number {
  return id < 0 ? id : 1000 + ((id - 1000 + 1) % 3);
}

type Fence = NonNullable<StoredPsc['status']>['fence'];

function fenceInMemory(): (ports: ReconcilePorts) => ReconcilePorts {
  const fences = new WeakMap<ReconcilePorts, Fence>();
  return (ports) => {
    const cluster = readAs(ports.cluster, (read) => {
      const fence = fences.get(ports);
      const { status } = read.psc;
      return fence === undefined ? read : { ...read, psc: { ...read.psc, status: { ...status, fence } } };
    });
    const writeStatus: ClusterPort['writeStatus'] = (psc, { fence, ...status }) => {
      fences.set(ports, fence as Fence);
      return ports.cluster.writeStatus(psc, status);
    };
    return { ...ports, cluster: { ...cluster, writeStatus } };
  };
}

function forgetClaims(ports: ReconcilePorts): ReconcilePorts {
  const cluster = readAs(ports.cluster, (read) => {
    const { status } = read.psc;
    const there = new Set(read.claims.map(({ uid }) => uid));
    const known = <T extends { readonly claimUid?: string }>(rows: readonly T[] = []): readonly T[] =>
      rows.map(({ claimUid, ...row }) => ({ ...row, ...(there.has(claimUid ?? '') ? { claimUid } : {}) }) as T);
    if (status === undefined) return read;
    const forgetful = { ...status, brokers: known(status.brokers), controllers: known(status.controllers) };
    return { ...read, psc: { ...read.psc, status: forgetful } };
  });
  return { ...ports, cluster };
}

/** Votes that are gone for all one can see are not taken away, and nobody is told who joins. */
function votesStay(ports: ReconcilePorts): ReconcilePorts {
  const kafka = seenAs(ports, (view) => ({
    ...view,
    quorum: { ...view.quorum, voters: view.quorum.voters.filter(({ isCaughtUp }) => isCaughtUp) },
  }));
  const apply: ClusterPort['apply'] = (object) =>
    ports.cluster.apply(
      JSON.parse(JSON.stringify(object).replaceAll(/controller-\d\.quorum=joins/g, '')) as typeof object,
    );
  return { ...ports, kafka, cluster: { ...ports.cluster, apply } };
}

function tidyClaims(ports: ReconcilePorts): ReconcilePorts {
  const { cluster } = ports;
  const writeStatus: ClusterPort['writeStatus'] = async (psc, status) => {
    const read = cluster.cached(psc.metadata.name);
    const mounted = new Set(read?.pods.map(({ name }) => claimName(name)));
    for (const object of read?.objects.values() ?? []) {
      const isClaim = object.kind === 'PersistentVolumeClaim' && !mounted.has(object.metadata.name);
      if (isClaim && read !== undefined && read.pods.length > 0)
        await cluster.remove(object, String(object.metadata['uid']));
    }
    await cluster.writeStatus(psc, status);
  };
  return { ...ports, cluster: { ...cluster, writeStatus } };
}

function neverLeftAlone(psc: StoredPsc): StoredPsc {
  return {
    ...psc,
    metadata: { ...psc.metadata, annotations: {} },
    spec: { ...psc.spec, maintenance: { ...psc.spec.maintenance, paused: false } },
  };
}
