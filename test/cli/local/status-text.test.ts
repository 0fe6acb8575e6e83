import { describe, expect, it } from '@jest/globals';
import { statusText } from '../../../cli/local/status-text.ts';
import { isWhole, kubernetesStatusOf, type RegionStatus } from '../../../local/region/region-status.ts';

const MIB = 2 ** 20;
const node = (zone: string, ready: string): object => ({
  metadata: { name: zone, labels: { 'topology.kubernetes.io/zone': zone } },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (name: string, nodeName: string | undefined, status: object): object => ({
  metadata: { namespace: 'psc-demo', name, uid: `uid-${name}` },
  spec: nodeName === undefined ? {} : { nodeName },
  status,
});
const ready = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ restartCount: 2 }],
};

function status(pods: readonly object[], nodes = [node('local-a', 'True'), node('local-b', 'True')]): RegionStatus {
  const sets = [
    {
      metadata: { name: 'kafka', labels: { 'flotilla.dev/psc': 'demo' } },
      spec: { replicas: 3 },
      status: { readyReplicas: 1 },
    },
    { metadata: { name: 'postgres' }, spec: { replicas: 1 } },
  ];
  return {
    folder: '/srv/region',
    parts: [{ name: 'etcd', pid: 7, memoryBytes: 40 * MIB }],
    kubernetes: kubernetesStatusOf(
      { nodes, pods, sets } as unknown as Parameters<typeof kubernetesStatusOf>[0],
      (uid) => (uid === 'uid-kafka-0' ? 300 * MIB : 0),
    ),
    faults: [],
    memoryBytes: 340 * MIB,
    diskBytes: 1000 * MIB,
  };
}

describe('the status of a region', () => {
  it('lists pods under their zone with what they take, and the Kafka of each PSC', () => {
    const text = statusText(
      status([pod('kafka-0', 'local-a', ready), pod('kafka-1', undefined, { phase: 'Pending' })]),
    );
    expect(text).toMatch(/memory 340 MiB .*disk 1000 MiB/);
    expect(text).toMatch(/zone local-a: node local-a ready\n.*\n.*\npsc-demo\/kafka-0 +Ready +2 +300\n/);
    expect(text).toMatch(/zone local-b: node local-b ready\nno pods/);
    expect(text).toMatch(/pods that wait for a node\n.*\n.*\npsc-demo\/kafka-1 +Pending/);
    expect(text).toMatch(/demo +1\/3 ready +- +- +-\n/);
  });

  it('says of a Connect cluster how many workers it has, and which of its tasks run', () => {
    const sets = [
      {
        metadata: { name: 'connect', labels: { 'flotilla.dev/psc': 'outbox' } },
        spec: { replicas: 2 },
        status: { readyReplicas: 2 },
      },
    ];
    const tasks = [{ state: 'Running' }, { state: 'Failed' }];
    const pscs = [
      {
        metadata: { name: 'outbox' },
        status: { connect: { connectors: [{ name: 'rows', state: 'Running', tasks }] } },
      },
    ];
    const objects = { nodes: [], pods: [], sets, pscs } as unknown as Parameters<typeof kubernetesStatusOf>[0];
    const text = statusText({ ...status([]), kubernetes: kubernetesStatusOf(objects, () => 0) });
    expect(text).toMatch(/outbox +- +- +2\/2 ready +rows Running, 1\/2 tasks run\n/);
  });

  it.each([
    {
      why: 'a container that cannot start',
      status: {
        phase: 'Pending',
        containerStatuses: [{ restartCount: 0, state: { waiting: { reason: 'CreateContainerConfigError' } } }],
      },
      state: 'CreateContainerConfigError',
    },
    {
      why: 'an init container that failed',
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ state: { terminated: { exitCode: 1, reason: 'Error' } } }],
      },
      state: 'Error',
    },
    {
      why: 'a probe that fails',
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] },
      state: 'NotReady',
    },
  ])('says why a pod is not ready: $why', ({ status: podStatus, state }) => {
    const { kubernetes } = status([pod('kafka-0', 'local-a', podStatus)]);
    expect(kubernetes?.pods[0]?.state).toBe(state);
  });

  it('is whole only where everything runs, is ready and nothing was broken on purpose', () => {
    const good = status([pod('kafka-0', 'local-a', ready)]);
    expect(isWhole(good)).toBe(true);
    expect(isWhole(status([pod('kafka-0', 'local-a', { phase: 'Running' })]))).toBe(false);
    expect(isWhole(status([], [node('local-a', 'Unknown')]))).toBe(false);
    expect(isWhole({ ...good, faults: [{ kind: 'cut-link', zone: 'local-a' }] })).toBe(false);
    expect(isWhole({ ...good, parts: [{ name: 'etcd', memoryBytes: 0 }] })).toBe(false);
  });

  it('names the pods that are still to start, which another up would not mend', () => {
    const pods = [pod('kafka-0', 'local-a', ready), pod('connect-0', 'local-b', { phase: 'Running' })];
    expect(statusText(status(pods))).toMatch(
      /^region in \/srv\/region: up, 1 of 2 pods not ready: psc-demo\/connect-0\n/,
    );
    expect(statusText(status(pods, [node('local-a', 'Unknown')]))).toMatch(/: not whole; .\/flotilla up mends it\n/);
  });

  it('says that a region is down, and what does not answer', () => {
    const { folder, faults, memoryBytes, diskBytes } = status([]);
    const text = statusText({
      folder,
      faults,
      memoryBytes,
      diskBytes,
      parts: [{ name: 'etcd', memoryBytes: 0 }],
      unanswered: 'no API server runs',
    });
    expect(text).toMatch(/^region in \/srv\/region: down\n/);
    expect(text).toMatch(/etcd +stopped/);
    expect(text).toMatch(/pods are not known: no API server runs/);
  });
});
