import { describe, expect, it } from '@jest/globals';
import { bytesToTake } from '../../../local/faults/fill-disk.ts';
import { foundPod, theOneCalled } from '../../../local/faults/pods.ts';

const PODS = [
  { namespace: 'psc-demo', name: 'kafka-0' },
  { namespace: 'psc-mothership', name: 'kafka-0' },
  { namespace: 'flotilla-control-plane', name: 'postgres-0' },
];

describe('a pod that a fault is meant for', () => {
  it.each([
    { text: 'postgres-0', namespace: 'flotilla-control-plane' },
    { text: 'demo/kafka-0', namespace: 'psc-demo' },
    { text: 'psc-mothership/kafka-0', namespace: 'psc-mothership' },
  ])('is found as $text', ({ text, namespace }) => {
    expect(theOneCalled(text, PODS).namespace).toBe(namespace);
  });

  it('is never guessed: names of several are listed', () => {
    expect(() => theOneCalled('kafka-0', PODS)).toThrow(
      /name of 2 pods[\s\S]*psc-demo\/kafka-0, psc-mothership\/kafka-0/,
    );
    expect(() => theOneCalled('demo/kafka-9', PODS)).toThrow(/no pod demo\/kafka-9[\s\S]*postgres-0/);
    expect(() => theOneCalled('kafka-0', [])).toThrow(/flotilla up/);
  });

  it('is known by the ids of its containers, those that have not started left out', () => {
    const status = { started: false, ready: false, restartCount: 0, image: '', imageID: '', name: 'c' };
    const pod = foundPod({
      metadata: { namespace: 'psc-demo', name: 'kafka-0', uid: 'u1' },
      spec: {
        nodeName: 'local-a',
        containers: [],
        volumes: [{ name: 'tmp' }, { name: 'data', persistentVolumeClaim: { claimName: 'data-kafka-0' } }],
      },
      status: {
        initContainerStatuses: [{ ...status, containerID: 'containerd://c1' }],
        containerStatuses: [status, { ...status, containerID: 'containerd://c2' }],
      },
    });
    expect(pod).toEqual({
      namespace: 'psc-demo',
      name: 'kafka-0',
      uid: 'u1',
      node: 'local-a',
      containers: ['c1', 'c2'],
      claims: ['data-kafka-0'],
    });
  });
});

describe('the space that a full disk takes', () => {
  it.each([
    { total: 1000, used: 100, available: 900, percent: 95, takes: 850 },
    { total: 1000, used: 960, available: 40, percent: 95, takes: 0 },
    // A file system keeps some for itself.
    { total: 1000, used: 100, available: 880, percent: 100, takes: 880 },
  ])('is $takes of $total for $percent % where $used are used', ({ percent, takes, ...use }) => {
    expect(bytesToTake(use, percent)).toBe(takes);
  });
});
