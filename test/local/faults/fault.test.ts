import { describe, expect, it } from '@jest/globals';
import {
  type Fault,
  faultName,
  faultText,
  healingOrder,
  keepsNodeOff,
  undoCommand,
} from '../../../local/faults/fault.ts';

const pod = { namespace: 'psc-demo', name: 'kafka-0' };
const FAULTS: readonly Fault[] = [
  { kind: 'object-store-down', replicas: 1 },
  { kind: 'fill-disk', pod, zone: 'local-a', file: '/volumes/one/.flotilla-fill' },
  { kind: 'pause', pod, uid: 'u1' },
  { kind: 'crash-node', zone: 'local-b' },
  { kind: 'zone-down', zone: 'local-a' },
  { kind: 'slow-link', zone: 'local-c', megabitsPerSecond: 5 },
  { kind: 'deaf-link', zone: 'local-b' },
  { kind: 'mute-link', zone: 'local-a' },
  { kind: 'cut-link', zone: 'local-c' },
];

describe('faults', () => {
  it('each have a name of their own, say what is broken and where, and how it is undone', () => {
    expect(new Set(FAULTS.map(faultName)).size).toBe(FAULTS.length);
    for (const fault of FAULTS) {
      const where =
        'zone' in fault && !('pod' in fault) ? fault.zone : 'pod' in fault ? 'psc-demo/kafka-0' : 'object store';
      expect(faultText(fault)).toContain(where);
      expect(undoCommand(fault)).toMatch(/^\.\/flotilla fault (zone-up|resume|object-store-up|heal) ?/);
    }
  });

  it('are undone links first, then nodes, then what happened on nodes', () => {
    expect(healingOrder(FAULTS).map(({ kind }) => kind)).toEqual([
      'cut-link',
      'mute-link',
      'deaf-link',
      'slow-link',
      'zone-down',
      'crash-node',
      'pause',
      'fill-disk',
      'object-store-down',
    ]);
  });

  it('keep a node off while any of two that took it away is there', () => {
    expect(keepsNodeOff(FAULTS, 'local-a')).toBe(true);
    expect(keepsNodeOff(FAULTS, 'local-b')).toBe(true);
    expect(keepsNodeOff(FAULTS, 'local-c')).toBe(false);
  });
});
