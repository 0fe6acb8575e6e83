import { describe, expect, it } from '@jest/globals';
import { CONDITION_TYPES } from '../../contracts/conditions.ts';
import { FIELD_OWNERS, fieldOwner } from '../../contracts/field-owners.ts';
import { PSC_SCHEMA } from '../../contracts/psc.ts';

describe('fieldOwner', () => {
  it.each([
    [['spec', 'kafka', 'ckus'], 'flotilla-sync'],
    [['spec', 'maintenance'], 'flotilla-maintenance'],
    [['spec', 'maintenance', 'drain'], 'flotilla-maintenance'],
    [['metadata', 'labels', 'flotilla.dev/tenant'], 'flotilla-sync'],
    [['status', 'fence', 'zone'], 'flotilla-operator'],
    [['status', 'balance', 'state'], 'flotilla-balancer'],
    [['status', 'conditions', 'flotilla.dev/Ready', 'reason'], 'flotilla-operator'],
    [['status', 'conditions', 'flotilla.dev/Balancing', 'reason'], 'flotilla-balancer'],
    [['metadata', 'uid'], undefined],
    [['status', 'conditions'], undefined],
    [['status'], undefined],
    [['spec'], undefined],
    [[], undefined],
  ] as const)('gives %j of a PSC of the control plane to %s', (path, owner) => {
    expect(fieldOwner(path, 'control-plane')).toBe(owner);
  });

  it('gives the spec of a PSC that a stack made to the stack, and maintenance and status to the same as ever', () => {
    expect(fieldOwner(['spec', 'kafka'], 'stack')).toBe('flotilla-apply');
    expect(fieldOwner(['spec', 'maintenance'], 'stack')).toBe('flotilla-maintenance');
    expect(fieldOwner(['status', 'brokers'], 'stack')).toBe('flotilla-operator');
  });

  it('names an owner for every field of the contract', () => {
    for (const part of ['spec', 'status'] as const) {
      for (const field of Object.keys(PSC_SCHEMA.properties?.[part]?.properties ?? {})) {
        if (field === 'conditions') continue;
        expect(Object.values(FIELD_OWNERS)).toContain(fieldOwner([part, field], 'control-plane'));
      }
    }
    for (const type of Object.values(CONDITION_TYPES)) {
      expect(Object.values(FIELD_OWNERS)).toContain(fieldOwner(['status', 'conditions', type], 'stack'));
    }
  });
});
