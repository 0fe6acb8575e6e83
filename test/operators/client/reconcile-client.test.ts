import { describe, expect, test } from '@jest/globals';
import type { ConnectView, SeenConnector } from '../../../operators/client/observed.ts';
import type { ConnectPort } from '../../../operators/client/ports.ts';
import { templateOf } from '../../../operators/client/plan-client-objects.ts';
import { reconcileClient } from '../../../operators/client/reconcile-client.ts';
import { exampleConnectPsc, exampleKsqlDbPsc } from '../../support/example-clients.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { type MemoryCluster, memoryCluster, readyKafka } from '../connect/memory-cluster.ts';

const NOON_MS = Date.parse('2026-03-02T12:00:00Z');
const DAY_MS = 24 * 60 * 60_000;

describe('a Connect cluster', () => {
  test('waits for its Kafka, then for its user, then for its workers', async () => {
    const world = connectWorld();
    world.cluster.setKafka(undefined);
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Ready')).toBe('False KafkaNotReady');
    expect(world.cluster.objects.has('StatefulSet/psc-orders-connect/connect')).toBe(false);
    world.cluster.setKafka(readyKafka(examplePsc('local')));
    world.cluster.setPods((pod) => ({ ...pod, ready: 'False' }));
    await world.settle();
    const { writes } = world.cluster;
    expect(writes.indexOf('grant access')).toBeLessThan(writes.indexOf('apply StatefulSet connect'));
    expect(world.cluster.condition('flotilla.dev/Ready')).toBe('False WaitingForWorkers');
    world.cluster.setPods((pod) => pod);
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Ready')).toBe('True AllConnectorsRunning');
    expect(world.cluster.psc().status).toMatchObject({
      podsReady: '2/2',
      connect: { workersReady: 2, connectors: [{ name: 'files', state: 'Running' }] },
    });
  });

  test("is refused on another tenant's Kafka, and left as it is", async () => {
    const world = connectWorld();
    const other = examplePsc('local', { spec: { tenant: 'umbrella' } });
    world.cluster.setKafka(readyKafka(other));
    await world.settle();
    expect(world.cluster.condition('Stalled')).toBe('True SpecRejected');
    expect(world.cluster.writes).toEqual([]);
  });

  test('is not rolled outside of its maintenance windows, and scaled at any time', async () => {
    const world = connectWorld();
    await world.settle();
    world.cluster.setNow(NOON_MS);
    world.cluster.edit((psc) => ({
      ...psc,
      spec: { ...psc.spec, maintenanceWindows: [{ start: '02:00', durationMinutes: 60 }] },
    }));
    const before = world.cluster.writes.length;
    world.cluster.editConnect({ config: { 'offset.flush.interval.ms': '1' } });
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Rolling')).toBe('True OutsideMaintenanceWindow');
    expect(world.cluster.writes.slice(before)).not.toContain('apply StatefulSet connect');
    world.cluster.editConnect({ config: {}, workers: 3 });
    await world.settle();
    expect(world.cluster.psc().status?.podsReady).toBe('3/3');
    world.cluster.editConnect({ config: { 'offset.flush.interval.ms': '1' } });
    world.cluster.setNow(Date.parse('2026-03-03T02:30:00Z'));
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Rolling')).toBe('False ClusterNotRolling');
  });

  test('is not rolled while its Kafka is away: a worker that is replaced would not come back', async () => {
    const world = connectWorld();
    await world.settle();
    const kafka = readyKafka(examplePsc('local'));
    const lost = {
      type: 'flotilla.dev/Ready',
      status: 'Unknown',
      reason: 'KafkaUnreachable',
      lastTransitionTime: 'x',
    } as const;
    world.cluster.setKafka({ ...kafka, status: { conditions: [lost] } });
    const before = world.cluster.writes.length;
    world.cluster.editConnect({ config: { 'offset.flush.interval.ms': '1' } });
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Rolling')).toBe('True KafkaNotReady');
    expect(world.cluster.writes.slice(before)).not.toContain('apply StatefulSet connect');
  });

  test('says which config Connect refuses, and goes on with the others', async () => {
    const world = connectWorld();
    await world.settle();
    world.refuse('bad', 'x: is missing');
    const config = { 'connector.class': 'X' };
    world.cluster.editConnect({
      connectors: [
        { name: 'bad', config },
        { name: 'good', config },
      ],
    });
    await world.settle();
    expect(world.cluster.condition('flotilla.dev/Ready')).toBe('False ConnectorRejected');
    expect(world.cluster.condition('Stalled')).toBe('True ConnectorRejected');
    expect(world.connectors.get('good')?.state).toBe('Running');
    expect(world.connectors.has('bad')).toBe(false);
  });

  test('takes away what the spec names no longer, forgets it later, and touches nothing else', async () => {
    const world = connectWorld();
    world.cluster.setNow(NOON_MS);
    await world.settle();
    world.connectors.set('by-hand', running({ name: 'by-hand' }));
    world.cluster.editConnect({ connectors: [] });
    await world.settle();
    expect([...world.connectors.keys()]).toEqual(['by-hand']);
    expect(world.cluster.psc().status?.connect?.connectors).toMatchObject([{ name: 'files', state: 'Deleting' }]);
    // A request that was on its way for long makes it once more.
    world.connectors.set('files', running({ name: 'files' }));
    await world.settle();
    expect([...world.connectors.keys()]).toEqual(['by-hand']);
    world.cluster.setNow(NOON_MS + 180_000);
    await world.settle();
    expect(world.cluster.psc().status?.connect?.connectors ?? []).toEqual([]);
  });

  test('is stalled once restarts have not helped for minutes', async () => {
    const world = connectWorld();
    world.cluster.setNow(NOON_MS);
    await world.settle();
    world.fail('files');
    for (let minute = 1; minute <= 12; minute += 1) {
      world.cluster.setNow(NOON_MS + minute * 60_000);
      await world.settle();
    }
    expect(world.cluster.condition('Stalled')).toBe('True TasksFailed');
    expect(world.restarts).toBeGreaterThanOrEqual(5);
    expect(world.restarts).toBeLessThan(9);
  });

  test('comes to its Kafka with another password once every broker takes it, pod by pod, and gives the former one up then', async () => {
    const world = connectWorld();
    world.cluster.setNow(NOON_MS);
    await world.settle();
    const before = world.cluster.writes.length;
    world.cluster.setNow(NOON_MS + 60_000);
    const passwordsRequestedAt = new Date(NOON_MS + 30_000).toISOString();
    world.cluster.edit((psc) => ({ ...psc, spec: { ...psc.spec, maintenance: { passwordsRequestedAt } } }));
    // One worker is not replaced yet, whatever its StatefulSet says.
    const old = world.cluster.objects.get('StatefulSet/psc-orders-connect/connect');
    world.cluster.setPods((pod) => (pod.ordinal === 0 && old !== undefined ? { ...pod, ...templateOf(old) } : pod));
    await world.settle();
    expect(world.cluster.writes.slice(before)).toEqual([
      'prepare password',
      'announce password',
      'switch password',
      'event PasswordsReplaced',
      'apply StatefulSet connect',
    ]);
    world.cluster.setNow(NOON_MS + 60 * 60_000);
    await world.settle();
    expect(world.cluster.writes.at(-1)).toBe('apply StatefulSet connect');
    world.cluster.setPods((pod) => pod);
    await world.settle();
    expect(world.cluster.writes.slice(-2)).toEqual(['retire password', 'event FormerPasswordsRevoked']);
    expect(world.cluster.psc().status?.passwords).toEqual({ madeAt: '2026-03-02T12:01:00.000Z' });
    const rested = world.cluster.writes.length;
    await world.settle();
    expect(world.cluster.writes).toHaveLength(rested);
  });

  test('gets another password by itself after 90 days, in a maintenance window', async () => {
    const world = connectWorld();
    world.cluster.setNow(NOON_MS);
    await world.settle();
    const windows = [{ start: '02:00', durationMinutes: 60 }];
    world.cluster.edit((psc) => ({ ...psc, spec: { ...psc.spec, maintenanceWindows: windows } }));
    const before = world.cluster.writes.length;
    world.cluster.setNow(NOON_MS + 91 * DAY_MS);
    await world.settle();
    expect(world.cluster.writes).toHaveLength(before);
    world.cluster.setNow(Date.parse('2026-06-02T02:10:00Z'));
    await world.settle();
    expect(world.cluster.writes.slice(before)).toContain('switch password');
  });

  test('ends in order: workers, its user on its Kafka, then itself', async () => {
    const world = connectWorld();
    await world.settle();
    const before = world.cluster.writes.length;
    world.cluster.edit((psc) => ({ ...psc, metadata: { ...psc.metadata, deletionTimestamp: '2026-03-02T12:00:00Z' } }));
    await world.settle();
    expect(world.cluster.writes.slice(before)).toEqual([
      'remove StatefulSet connect',
      'revoke access',
      'finalizer absent',
    ]);
  });

  test('goes without a word to its Kafka where that is gone too', async () => {
    const world = connectWorld();
    await world.settle();
    world.cluster.setKafka(undefined);
    const before = world.cluster.writes.length;
    world.cluster.edit((psc) => ({ ...psc, metadata: { ...psc.metadata, deletionTimestamp: '2026-03-02T12:00:00Z' } }));
    await world.settle();
    expect(world.cluster.writes.slice(before)).toEqual(['remove StatefulSet connect', 'finalizer absent']);
  });

  test('stays while it is protected, and as it is while it is paused', async () => {
    const world = connectWorld();
    await world.settle();
    world.cluster.edit((psc) => ({ ...psc, spec: { ...psc.spec, maintenance: { paused: true } } }));
    const before = world.cluster.writes.length;
    world.cluster.editConnect({ connectors: [], workers: 4 });
    world.fail('files');
    await world.settle();
    expect(world.cluster.writes.slice(before)).toEqual([]);
    expect(world.connectors.has('files')).toBe(true);
    expect(world.restarts).toBe(0);
    expect(world.cluster.condition('Reconciling')).toBe('True Paused');
  });
});

describe('a ksqlDB cluster', () => {
  test('gets its volumes, its user and its nodes, and says when all are ready', async () => {
    const cluster = memoryCluster(exampleKsqlDbPsc('local'), examplePsc('local'));
    const pass = async (): Promise<void> => {
      for (let passes = 0; passes < 6; passes += 1) {
        await reconcileClient('orders-ksqldb', { ...cluster.ports, connect: NOBODY }, options);
      }
    };
    cluster.setPods((pod) => ({ ...pod, ready: pod.ordinal === 0 ? 'True' : 'False' }));
    await pass();
    expect(cluster.condition('flotilla.dev/Ready')).toBe('False WaitingForPods');
    expect(cluster.objects.has('PersistentVolumeClaim/psc-orders-ksqldb/data-ksqldb-1')).toBe(true);
    cluster.setPods((pod) => pod);
    await pass();
    expect(cluster.condition('flotilla.dev/Ready')).toBe('True AllNodesReady');
    expect(cluster.psc().status).toMatchObject({ podsReady: '2/2', ksqldb: { nodesReady: 2 } });
    const before = cluster.writes.length;
    await pass();
    expect(cluster.writes.slice(before)).toEqual([]);
  });
});

const options = { dataPlane: exampleDataPlane('local') };

const NEVER = (): Promise<never> => Promise.reject(new Error('there is no Connect here'));
const NOBODY: ConnectPort = {
  view: NEVER,
  verdict: NEVER,
  create: NEVER,
  configure: NEVER,
  pause: NEVER,
  resume: NEVER,
  restartFailed: NEVER,
  remove: NEVER,
};

interface ConnectTestWorld {
  readonly cluster: MemoryCluster;
  readonly connectors: Map<string, SeenConnector>;
  readonly settle: () => Promise<void>;
  readonly refuse: (name: string, problems: string) => void;
  /** One task of it fails, and fails again whenever it is started. */
  readonly fail: (name: string) => void;
  readonly restarts: number;
}

function running(config: Readonly<Record<string, string>>): SeenConnector {
  const part = { state: 'Running', worker: 'connect-0:8083', trace: '' } as const;
  return { config, ...part, tasks: [{ id: 0, ...part }] };
}

function connectWorld(): ConnectTestWorld {
  const cluster = memoryCluster(exampleConnectPsc('local'), examplePsc('local'));
  const connectors = new Map<string, SeenConnector>();
  const refused = new Map<string, string>();
  let restarts = 0;
  const put = (name: string, config: Readonly<Record<string, string>>): Promise<void> => {
    connectors.set(name, running(config));
    return Promise.resolve();
  };
  const connect: ConnectPort = {
    view: (): Promise<ConnectView> => Promise.resolve({ state: 'reachable', connectors: new Map(connectors) }),
    verdict: (_psc, { name }) => {
      const problems = refused.get(name);
      return Promise.resolve(problems === undefined ? { verdict: 'fine' } : { verdict: 'rejected', problems });
    },
    create: (_psc, { name, config }) => put(name, config),
    configure: (_psc, { name, config }) => put(name, config),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    restartFailed: () => {
      restarts += 1;
      return Promise.resolve();
    },
    remove: (_psc, name) => {
      connectors.delete(name);
      return Promise.resolve();
    },
  };
  return {
    cluster,
    connectors,
    settle: async () => {
      for (let passes = 0; passes < 6; passes += 1) {
        await reconcileClient('orders-connect', { ...cluster.ports, connect }, options);
      }
    },
    refuse: (name, problems) => {
      refused.set(name, problems);
    },
    fail: (name) => {
      const seen = connectors.get(name);
      if (seen === undefined) throw new Error(`there is no ${name}`);
      connectors.set(name, {
        ...seen,
        tasks: seen.tasks.map((task) => ({ ...task, state: 'Failed', trace: 'X: no' })),
      });
    },
    get restarts() {
      return restarts;
    },
  };
}
