import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../local/agent/kubernetes-types.ts';
import { unreadyPods } from '../../../local/platform/unready-pods.ts';

type Status = NonNullable<Pod['status']>;
type Container = NonNullable<Status['containerStatuses']>[number];

const pod = (status: Status, nodeName?: string): Pod => ({
  metadata: { name: 'kafka-0' },
  spec: { containers: [], ...(nodeName === undefined ? {} : { nodeName }) },
  status,
});
const container = (name: string, rest: Partial<Container>): Container => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...rest,
});

describe('pods that are not ready', () => {
  test('leave out those that are', () => {
    expect(unreadyPods([pod({ conditions: [{ type: 'Ready', status: 'True' }] }, 'local-a')])).toEqual([]);
  });

  test('say why no node takes them', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }];
    expect(unreadyPods([pod({ conditions })])).toEqual([
      { name: 'kafka-0', reason: 'on no node: PodScheduled: Unschedulable: 0/3 nodes' },
    ]);
  });

  test('point to the log of the last end of a container that ends again and again', () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s' };
    const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const prepared = container('prepare', { ready: true, state: { terminated: { exitCode: 0 } } });
    const crashed = container('kafka', { state: { waiting }, lastState, restartCount: 4 });
    expect(unreadyPods([pod({ initContainerStatuses: [prepared], containerStatuses: [crashed] }, 'local-b')])).toEqual([
      {
        name: 'kafka-0',
        reason:
          'on local-b: container kafka CrashLoopBackOff: back-off 40s, 4 restarts; last ended with 137 (OOMKilled)',
        log: { container: 'kafka', previous: true },
      },
    ]);
  });

  test('name the init container that holds the others up, and no log before it has one', () => {
    const [unready] = unreadyPods([
      pod(
        {
          initContainerStatuses: [container('prepare', { state: { waiting: { reason: 'ErrImageNeverPull' } } })],
          containerStatuses: [container('kafka', { state: { waiting: { reason: 'PodInitializing' } } })],
        },
        'local-c',
      ),
    ]);
    expect(unready).toEqual({ name: 'kafka-0', reason: 'on local-c: container prepare ErrImageNeverPull, 0 restarts' });
  });

  test('name the condition that is open when every container is ready', () => {
    const conditions = [
      { type: 'ContainersReady', status: 'True' },
      { type: 'flotilla.dev/in-sync', status: 'False', reason: 'Behind' },
    ];
    const containerStatuses = [container('kafka', { ready: true, state: { running: {} } })];
    expect(unreadyPods([pod({ conditions, containerStatuses }, 'local-a')])).toEqual([
      { name: 'kafka-0', reason: 'on local-a: flotilla.dev/in-sync: Behind' },
    ]);
  });
});
