import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ConnectorStatus } from '../../../contracts/gen/psc-types.ts';
import { reconcileClient } from '../../../operators/client/reconcile-client.ts';
import { exampleDataPlane } from '../../support/example-psc.ts';
import { eventually } from '../../support/kafka-wait.ts';
import { psc as ordersPsc } from '../psc/kafka/orders-cluster.ts';
import { memoryCluster, type MemoryCluster } from './memory-cluster.ts';
import { connectConformance } from './connect-conformance.ts';
import { RealConnect, SECRET } from './real-connect.ts';

const START_MAX_MS = 240_000;
const CHANGE_MAX_MS = 90_000;
jest.setTimeout(3 * CHANGE_MAX_MS);

let connect: RealConnect;

beforeAll(async () => {
  connect = await RealConnect.start();
}, START_MAX_MS);

afterAll(async () => {
  await connect.stop();
}, START_MAX_MS);

connectConformance(
  'a real Connect worker',
  () =>
    Promise.resolve({
      port: connect.port,
      psc: connect.psc,
      config: (tasks, how) => connect.config(tasks, how),
      breakTasks: () => connect.breakTasks(),
      mendTasks: () => connect.mendTasks(),
      secret: SECRET,
      eventually: (what, look) => eventually({ what, withinMs: CHANGE_MAX_MS }, look),
      stop: () => Promise.resolve(),
    }),
  START_MAX_MS,
);

describe('the operator and a real Connect worker', () => {
  let cluster: MemoryCluster;

  const rowWhere = async (name: string, isSo: (row: ConnectorStatus) => boolean): Promise<ConnectorStatus> =>
    await eventually({ what: `the status of ${name}`, withinMs: CHANGE_MAX_MS }, async () => {
      await pass();
      const row = cluster.psc().status?.connect?.connectors?.find((each) => each.name === name);
      return row !== undefined && isSo(row) ? row : undefined;
    });
  const pass = async (): Promise<void> => {
    const ports = { ...cluster.ports, connect: connect.port };
    await reconcileClient(connect.psc.metadata.name, ports, { dataPlane: exampleDataPlane('local') });
  };
  const isRunning = ({ state, tasks = [] }: ConnectorStatus): boolean =>
    state === 'Running' && tasks.length === 2 && tasks.every((task) => task.state === 'Running');

  beforeAll(() => {
    cluster = memoryCluster(connect.psc, ordersPsc);
    cluster.editConnect({ connectors: [{ name: 'ours', config: connect.config(2) }] });
  });

  test('makes the connector of the spec, and says how it runs', async () => {
    const row = await rowWhere('ours', isRunning);
    expect(row.worker).toMatch(/^connect-0\.connect-pods\./);
    await eventually({ what: 'ready', withinMs: CHANGE_MAX_MS }, async () => {
      await pass();
      return cluster.condition('flotilla.dev/Ready') === 'True AllConnectorsRunning' ? true : undefined;
    });
  });

  test('starts tasks that have failed again, without secrets in what it says of them', async () => {
    await connect.breakTasks();
    const failed = await rowWhere('ours', ({ restarts = 0, tasks = [] }) => {
      return restarts > 0 && tasks.some(({ state }) => state === 'Failed');
    });
    expect(failed.restartAfter).toBeDefined();
    expect(JSON.stringify(cluster.psc().status)).not.toContain(SECRET);
    await connect.mendTasks();
    await rowWhere('ours', isRunning);
  });

  test('takes a connector away that the spec names no longer, and leaves what others have made', async () => {
    await eventually({ what: 'one made by hand', withinMs: CHANGE_MAX_MS }, async () => {
      const config = { ...connect.config(1), name: 'by-hand' };
      await connect.port.create(connect.psc, { name: 'by-hand', config }, 'running');
      return true;
    });
    cluster.editConnect({ connectors: [] });
    await eventually({ what: 'ours is gone', withinMs: CHANGE_MAX_MS }, async () => {
      await pass();
      const view = await connect.port.view(connect.psc);
      return view.state === 'reachable' && !view.connectors.has('ours') && view.connectors.has('by-hand')
        ? true
        : undefined;
    });
  });

  test('takes the user of a PSC that goes away from its Kafka', async () => {
    await connect.orders.port.grantUser(ordersPsc, 'flotilla-connect-other', 'another-password');
    await connect.orders.port.revokeUser(ordersPsc, 'flotilla-connect-other');
    // One that is not there is no error.
    await connect.orders.port.revokeUser(ordersPsc, 'flotilla-connect-other');
    const acls = await connect.orders.aclsOf('flotilla-connect-other');
    expect(acls).toBe(0);
    expect(await connect.orders.aclsOf(connect.user)).toBeGreaterThan(0);
  });
});
