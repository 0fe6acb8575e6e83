import type { ClientPorts } from '../../../operators/client/ports.ts';
import { reconcileClient, type ReconcileClientOptions } from '../../../operators/client/reconcile-client.ts';
import { CONNECT_RULES, type ConnectRules } from '../../../operators/connect/rules.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { ConflictError, type PscObjects } from '../../../operators/psc/ports.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import { SECRET } from './connect-model.ts';
import type { ReconcileConnect } from './connect-process.ts';
import type { Invariant } from './invariants.ts';

/** A core that is wrong in one line, and the invariant that must notice. */
export interface ConnectMutant {
  readonly name: string;
  readonly killedBy: Invariant;
  readonly make: () => ReconcileConnect;
}

export const CONNECT_MUTANTS: readonly ConnectMutant[] = [
  withRules('what fails is started again at once, always', 'backoff', {
    decideRestart: (how, _stored, nowMs) => CONNECT_RULES.decideRestart(how, undefined, nowMs),
  }),
  withRules('what runs well is started again', 'failed-only', {
    decideRestart: (how, stored, nowMs) => CONNECT_RULES.decideRestart(how === 'well' ? 'failing' : how, stored, nowMs),
  }),
  withRules('what fails is left alone', 'liveness', {
    decideRestart: (_how, stored) => ({ next: stored, isDue: false }),
  }),
  withRules('what leaves is forgotten at once', 'liveness', { leaving: () => [] }),
  withRules('it is always time for maintenance', 'in-window', { isMaintenanceTime: () => true }),
  withRules('a password is handed out before brokers were asked whether they take it', 'let-in', {
    passwordStep: (held, observed, args) =>
      held.other?.state === 'next' ? 'switch' : CONNECT_RULES.passwordStep(held, observed, args),
  }),
  withRules('the former password is taken away while pods are still to be replaced', 'let-in', {
    passwordStep: (held, observed, args) =>
      held.other?.state === 'former' ? 'retire' : CONNECT_RULES.passwordStep(held, observed, args),
  }),
  {
    name: 'a plan is made that the judge refuses',
    killedBy: 'no-mistake',
    make: () => (psc, ports, options) => {
      const decideRestart: ConnectRules['decideRestart'] = (how, _stored, nowMs) =>
        CONNECT_RULES.decideRestart(how, undefined, nowMs);
      return reconcileClient(psc, ports, { ...options, rules: { ...CONNECT_RULES, decideRestart } });
    },
  },
  withPorts('whatever Connect runs was made here', 'not-ours', (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (psc) => withRow(psc, 'foreign')),
  })),
  withPorts('connectors are made before anybody knows of them', 'recorded-first', (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, writeStatus: () => Promise.resolve() },
  })),
  withPorts('restarts are counted nowhere', 'backoff', (ports) => ({
    ...ports,
    cluster: { ...ports.cluster, writeStatus: (psc, status) => ports.cluster.writeStatus(psc, uncounted(status)) },
  })),
  // The status comes first and meets a conflict where the cache is old: only both together keep what the spec names.
  withPorts('caches are as good as the API server, and conflicts are overlooked', 'wanted', (ports) => ({
    ...ports,
    cluster: {
      ...ports.cluster,
      writeStatus: async (psc, status) => {
        try {
          await ports.cluster.writeStatus(psc, status);
        } catch (error) {
          if (!(error instanceof ConflictError)) throw error;
        }
      },
      fresh: async (psc) => {
        await ports.cluster.fresh(psc);
        return ports.cluster.cached(psc);
      },
    },
  })),
  withPorts('its Kafka counts as ready', 'kafka-first', (ports) => ({
    ...ports,
    access: { ...ports.access, state: () => Promise.resolve(WHOLE) },
    cluster: readAs(ports.cluster, (psc) => (psc.spec.kafka === undefined ? psc : ready(psc))),
  })),
  withPorts('pauses and ignore annotations are overlooked', 'left-alone', (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (psc) => ({
      ...psc,
      metadata: { ...psc.metadata, annotations: {} },
      spec: { ...psc.spec, maintenance: { ...psc.spec.maintenance, paused: false } },
    })),
  })),
  withPorts('traces are said as they come', 'no-secrets', (ports) => ({
    ...ports,
    connect: {
      ...ports.connect,
      view: async (psc) => {
        const view = await ports.connect.view(psc);
        if (view.state === 'unreachable') return view;
        const told = [...view.connectors].map(
          ([name, seen]) => [name, seen.trace === '' ? seen : { ...seen, trace: `password=${SECRET}` }] as const,
        );
        return { ...view, connectors: new Map(told) };
      },
    },
  })),
  withPorts('leadership is taken for granted', 'lease', (ports) => ({ ...ports, isLeader: () => true })),
  withPorts('what the status says is never read', 'quiet', (ports) => ({
    ...ports,
    cluster: readAs(ports.cluster, (psc) =>
      psc.status === undefined ? psc : { ...psc, status: omit(psc.status, 'podsReady') },
    ),
  })),
];

const WHOLE = { state: 'whole', logins: { mark: '', current: 'a' } } as const;

/** With the planner's own judge switched off, which would refuse most of these plans. */
function withRules(name: string, killedBy: Invariant, wrong: Partial<ConnectRules>): ConnectMutant {
  const rules = { ...CONNECT_RULES, ...wrong };
  return {
    name,
    killedBy,
    make: () => (psc, ports, options) => reconcileClient(psc, ports, { ...options, rules, check: NO_JUDGE }),
  };
}

function withPorts(name: string, killedBy: Invariant, wrong: (ports: ClientPorts) => ClientPorts): ConnectMutant {
  return {
    name,
    killedBy,
    make: () => (psc, ports, options) => reconcileClient(psc, wrong(ports), { ...options, check: NO_JUDGE }),
  };
}

const NO_JUDGE: NonNullable<ReconcileClientOptions['check']> = () => [];

type Cluster = ClientPorts['cluster'];

function readAs(cluster: Cluster, change: (psc: StoredPsc) => StoredPsc): Cluster {
  const changed = (read: PscObjects | undefined): PscObjects | undefined =>
    read === undefined ? undefined : { ...read, psc: change(read.psc) };
  return {
    ...cluster,
    cached: (psc) => changed(cluster.cached(psc)),
    fresh: async (psc) => changed(await cluster.fresh(psc)),
  };
}

function withRow(psc: StoredPsc, name: string): StoredPsc {
  const { status } = psc;
  if (psc.spec.connect === undefined || status?.connect === undefined) return psc;
  const connectors = [...(status.connect.connectors ?? []).filter((row) => row.name !== name), { name }];
  return { ...psc, status: { ...status, connect: { ...status.connect, connectors } } };
}

function uncounted(status: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { connect, ...others } = status as NonNullable<StoredPsc['status']>;
  if (connect === undefined) return status;
  const connectors = connect.connectors?.map((row) => omit(row, 'restarts', 'restartAfter')) ?? [];
  return { ...others, connect: { ...connect, connectors } };
}

function ready(psc: StoredPsc): StoredPsc {
  const lastTransitionTime = new Date(0).toISOString();
  const condition = {
    type: 'flotilla.dev/Ready',
    status: 'True',
    reason: 'AllBrokersInSync',
    lastTransitionTime,
  } as const;
  return { ...psc, status: { ...psc.status, conditions: [condition] } };
}
