import { describe, expect, test } from '@jest/globals';
import { isSettled, pscChanges } from '../../../cli/psc/psc-changes.ts';
import { pscDetail, pscTable } from '../../../cli/psc/psc-table.ts';
import type {
  Condition,
  ConnectorStatus,
  PhysicalStatefulCluster,
  PhysicalStatefulClusterStatus,
} from '../../../contracts/gen/psc-types.ts';
import { NOW_MS, runningCluster } from '../../operators/psc/observed-cluster.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { examplePsc } from '../../support/example-psc.ts';

const { psc } = runningCluster(examplePsc('aws'));

describe('changes of a PSC', () => {
  test('are none between two looks at the same', () => {
    expect(pscChanges(psc, psc)).toEqual([]);
  });

  test('begin with its size and whether it is ready; what rests has no line', () => {
    expect(pscChanges(undefined, psc)).toEqual(['2 CKU, revision 1', 'Ready True AllBrokersInSync']);
  });

  test('are told in the words of conditions, brokers and batches', () => {
    const brokers = (psc.status?.brokers ?? []).map((broker) =>
      broker.pod === 'kafka-1' ? { ...broker, state: 'Syncing' as const } : broker,
    );
    const fence = { role: 'broker' as const, zone: 'us-west-2b', members: [{ name: 'kafka-1', uid: 'u' }] };
    const now = withStatus({
      brokers,
      fence,
      conditions: replaced({
        type: 'flotilla.dev/Rolling',
        status: 'True',
        reason: 'RollingBrokers',
        message: 'kafka-1',
      }),
    });
    expect(pscChanges(psc, now)).toEqual([
      'Rolling True RollingBrokers: kafka-1',
      'kafka-1 (us-west-2b) InSync ▶ Syncing',
      'batch: kafka-1 in zone us-west-2b',
    ]);
    expect(pscChanges(now, psc)).toContain('the batch kafka-1 is over');
  });

  test('name a new size', () => {
    const kafka = psc.spec.kafka === undefined ? {} : { kafka: { ...psc.spec.kafka, ckus: 4 } };
    const now = { ...psc, spec: { ...psc.spec, ...kafka, revision: '2' } };
    expect(pscChanges(psc, now)).toEqual(['the spec changed: revision 2, 2 CKU ▶ 4 CKU']);
  });

  test('are those of connectors too', () => {
    const connect = exampleConnectPsc('aws');
    const failed = { id: 0, state: 'Failed' as const, trace: 'X: no' };
    const before = withConnectors(connect, [
      { name: 'one', state: 'Running', tasks: [{ id: 0, state: 'Running' }] },
      { name: 'old', state: 'Deleting' },
    ]);
    const now = withConnectors(connect, [{ name: 'one', state: 'Running', tasks: [failed], restarts: 2 }]);
    expect(pscChanges(undefined, before)).toEqual([
      'Connect, 2 workers, revision 1',
      'connector one Running',
      'connector old Deleting',
    ]);
    expect(pscChanges(before, now)).toEqual(['connector one Running, 1 of 1 tasks failed', 'connector old is gone']);
    expect(pscDetail(now, NOW_MS)).toMatch(/^one +Running +0\/1 +2 +X: no$/m);
    expect(pscDetail(now, NOW_MS)).toMatch(/^orders-connect +- +- /m);
  });

  test.each<[string, PhysicalStatefulCluster, boolean]>([
    ['one that is as it shall be', psc, true],
    ['one whose newest spec has not been seen', withStatus({ observedGeneration: 0 }), false],
    [
      'one that is not ready',
      withStatus({ conditions: replaced({ type: 'flotilla.dev/Ready', status: 'False', reason: 'QuorumLost' }) }),
      false,
    ],
    [
      'one that cannot get further',
      withStatus({ conditions: replaced({ type: 'Stalled', status: 'True', reason: 'RollStopped' }) }),
      false,
    ],
  ])('are at their end for %s: %#', (_, which, expected) => {
    expect(isSettled(which)).toBe(expected);
  });
});

describe('a table of PSCs', () => {
  test('has size, brokers, pods and conditions of each', () => {
    const metadata = { ...psc.metadata, creationTimestamp: new Date(NOW_MS - 3_600_000 * 5).toISOString() };
    const [header, , row] = pscTable([{ ...psc, metadata }], NOW_MS).split('\n');
    expect(header?.split(/\s+/)).toEqual([
      'name',
      'CKUs',
      'brokers',
      'pods',
      'ready',
      'resizing',
      'rolling',
      'balanced',
      'stalled',
      'age',
    ]);
    expect(row?.split(/\s+/)).toEqual(['orders', '2', '3/3', '6/6', 'True', 'False', 'False', '-', 'False', '5h']);
  });

  test('shows a PSC that the operator has not seen', () => {
    const unseen = examplePsc('aws');
    expect(pscTable([unseen], NOW_MS)).toMatch(/orders +2 +0\/3 +- +- /);
    expect(pscDetail(unseen, NOW_MS)).toMatch(/none yet: the operator has not seen it/);
  });
});

function withStatus(status: Partial<PhysicalStatefulClusterStatus>): PhysicalStatefulCluster {
  return { ...psc, status: { ...psc.status, ...status } };
}

function replaced(
  by: Pick<Condition, 'type' | 'status' | 'reason'> & { readonly message?: string },
): readonly Condition[] {
  return (psc.status?.conditions ?? []).map((condition) =>
    condition.type === by.type ? { ...condition, ...by } : condition,
  );
}

function withConnectors(psc: PhysicalStatefulCluster, connectors: readonly ConnectorStatus[]): PhysicalStatefulCluster {
  return { ...psc, status: { connect: { workersReady: 2, connectors } } };
}
