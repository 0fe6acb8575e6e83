import { describe, expect, it } from '@jest/globals';
import type { ObservedClaim } from '../../../../operators/psc/observed.ts';
import { observedClaim } from '../../../../operators/psc/kubernetes/observed-claim.ts';
import { observedPod, onLostNode } from '../../../../operators/psc/kubernetes/observed-pod.ts';

const METADATA = {
  name: 'kafka-2',
  namespace: 'psc-orders',
  uid: 'u',
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: { 'flotilla.dev/role': 'broker', 'flotilla.dev/psc': 'orders' },
  annotations: {
    'flotilla.dev/template-hash': 't',
    'flotilla.dev/config-hash': 'c',
    'flotilla.dev/fence-holder': 'operator-0',
  },
};

describe('what is seen of a pod', () => {
  it('that runs and is in sync', () => {
    const conditions = ['Ready', 'ContainersReady', 'flotilla.dev/in-sync'].map((type) => ({ type, status: 'True' }));
    const initContainerStatuses = [{ restartCount: 0, state: { terminated: { exitCode: 0 } } }];
    const containerStatuses = [{ restartCount: 3, state: { running: {} } }];
    const status = { conditions, initContainerStatuses, containerStatuses };
    const pod = observedPod({ metadata: METADATA, spec: { nodeName: 'node-1' }, status });
    expect(pod).toEqual({
      name: 'kafka-2',
      uid: 'u',
      resourceVersion: '7',
      role: 'broker',
      ordinal: 2,
      createdAtMs: Date.parse('2026-01-01T00:00:00Z'),
      templateHash: 't',
      configHash: 'c',
      isTerminating: false,
      fenceHolder: 'operator-0',
      node: 'node-1',
      ready: 'True',
      containersReady: 'True',
      inSyncGate: 'True',
      container: { state: 'running', restarts: 3 },
    });
    if (pod === undefined) throw new Error('no pod');
    expect(onLostNode(pod)).toMatchObject({ ready: 'Unknown', containersReady: 'Unknown', inSyncGate: 'True' });
  });

  it('that nobody has scheduled or started yet', () => {
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime };
    expect(observedPod({ metadata: METADATA, status: { conditions: [scheduled] } })).toMatchObject({
      ready: 'False',
      container: { state: 'none' },
      unschedulableSinceMs: Date.parse(lastTransitionTime),
    });
    const held = { ...scheduled, reason: 'SchedulingGated' };
    expect(observedPod({ metadata: METADATA, status: { conditions: [held] } })?.unschedulableSinceMs).toBeUndefined();
  });

  it.each([
    ['its init container runs', [{ restartCount: 1, state: { running: {} } }], { state: 'running', restarts: 1 }],
    [
      'its init container has failed',
      [{ restartCount: 2, state: { terminated: { exitCode: 1 } } }],
      { state: 'terminated', exitCode: 1, restarts: 2 },
    ],
    [
      'its init container cannot start',
      [{ restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
      { state: 'waiting', reason: 'ImagePullBackOff', message: 'no such image', restarts: 0 },
    ],
    [
      'its init container is done',
      [{ restartCount: 0, state: { terminated: { exitCode: 0 } } }],
      { state: 'waiting', reason: 'PodInitializing', restarts: 0 },
    ],
  ])('while %s', (_, initContainerStatuses, container) => {
    const containerStatuses = [{ restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } }];
    expect(
      observedPod({ metadata: METADATA, status: { initContainerStatuses, containerStatuses } })?.container,
    ).toEqual(container);
  });

  it.each([
    ['a name that no StatefulSet gives', { name: 'kafka-x' }],
    ['a name of the other role', { name: 'controller-1' }],
    ['a name with a zero before', { name: 'kafka-02' }],
    ['no role', { labels: {} }],
  ])('is nothing when it has %s', (_, change) => {
    expect(observedPod({ metadata: { ...METADATA, ...change } })).toBeUndefined();
  });
});

describe('what is seen of a volume claim', () => {
  it('is what was asked for and what is there, in whole GiB', () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'data-kafka-2',
        uid: 'u',
        resourceVersion: '7',
        labels: { 'topology.kubernetes.io/zone': 'local-a' },
        annotations: { 'flotilla.dev/grown-at': '2026-01-01T00:00:00Z' },
      },
      spec: { volumeName: 'pv-2', resources: { requests: { storage: '107374182401' } } },
      status: { capacity: { storage: '100Gi' } },
    };
    expect(observedClaim(claim)).toEqual({
      name: 'data-kafka-2',
      uid: 'u',
      resourceVersion: '7',
      volume: 'pv-2',
      isTerminating: false,
      isEnding: false,
      isPlaceholder: false,
      zone: 'local-a',
      requestedGib: 101,
      capacityGib: 100,
      grownAtMs: Date.UTC(2026, 0, 1),
    });
  });

  it('may be one that stands in the way, or stand for one that was lost', () => {
    const metadata = { name: 'data-controller-2', uid: 'u', resourceVersion: '7' };
    const claimOf = (spec: object, annotations = {}): ObservedClaim =>
      observedClaim({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { ...metadata, annotations },
        spec,
      });
    const storageClassName = 'flotilla-precreated-only';
    expect(claimOf({ storageClassName }).isPlaceholder).toBe(true);
    expect(claimOf({ storageClassName, volumeName: 'by-hand' }).isPlaceholder).toBe(false);
    expect(claimOf({ storageClassName: 'zonal' }, { 'flotilla.dev/replaces': 'lost' })).toMatchObject({
      isPlaceholder: false,
      replaces: 'lost',
    });
  });
});
