import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONDITION_REASONS, CONDITION_TYPES, findCondition, setCondition } from '../../contracts/conditions.ts';
import type { ConditionType, ConditionUpdate } from '../../contracts/conditions.ts';
import { parsePsc } from '../../contracts/psc.ts';
import { kafkaPsc } from './example-pscs.ts';

const EARLIER = new Date('2026-11-22T10:00:00Z');
const LATER = new Date('2026-11-22T11:00:00Z');
const READY: ConditionUpdate = {
  type: 'flotilla.dev/Ready',
  status: 'True',
  reason: 'AllBrokersInSync',
  observedGeneration: 3,
};

describe('setCondition', () => {
  it('adds a condition that was not there, with both times', () => {
    expect(setCondition([], READY, EARLIER)).toEqual([
      { ...READY, lastTransitionTime: EARLIER.toISOString(), lastProbeTime: EARLIER.toISOString() },
    ]);
  });

  it('returns the same list when nothing changed, so that nothing is written at rest', () => {
    const conditions = setCondition([], READY, EARLIER);
    expect(setCondition(conditions, { ...READY, message: '' }, LATER)).toBe(conditions);
  });

  it('moves the transition time only when the status changes', () => {
    const conditions = setCondition([], READY, EARLIER);
    const sameStatus = setCondition(conditions, { ...READY, observedGeneration: 4 }, LATER);
    expect(findCondition(sameStatus, 'flotilla.dev/Ready')).toMatchObject({
      lastTransitionTime: EARLIER.toISOString(),
      lastProbeTime: LATER.toISOString(),
      observedGeneration: 4,
    });
    const otherStatus = setCondition(conditions, { ...READY, status: 'False', reason: 'BrokersNotInSync' }, LATER);
    expect(findCondition(otherStatus, 'flotilla.dev/Ready')).toMatchObject({ lastTransitionTime: LATER.toISOString() });
  });

  it('drops an old message', () => {
    const conditions = setCondition([], { ...READY, message: 'six of six' }, EARLIER);
    expect(setCondition(conditions, READY, LATER)[0]).not.toHaveProperty('message');
  });

  it('keeps one condition of each type and leaves the others as they are, for any sequence of updates', () => {
    fc.assert(
      fc.property(fc.array(arbitraryUpdate()), arbitraryUpdate(), (updates, last) => {
        const before = updates.reduce<ReturnType<typeof setCondition>>(
          (all, next) => setCondition(all, next, EARLIER),
          [],
        );
        const after = setCondition(before, last, LATER);
        const others = before.filter(({ type }) => type !== last.type);
        expect(after.filter(({ type }) => type !== last.type)).toEqual(others);
        expect(after.filter(({ type }) => type === last.type)).toHaveLength(1);
        expect(findCondition(after, last.type)).toMatchObject(last);
        expect(setCondition(after, last, new Date('2027-01-01'))).toBe(after);
      }),
    );
  });
});

describe('conditions of the contract', () => {
  it('are accepted in the status of a PSC with every type and reason', () => {
    for (const type of Object.values(CONDITION_TYPES)) {
      for (const reason of CONDITION_REASONS[type]) {
        const conditions = setCondition([], { ...READY, type, reason } as ConditionUpdate, EARLIER);
        expect(parsePsc({ ...kafkaPsc(), status: { conditions } })).toMatchObject({ ok: true });
      }
    }
  });
});

function arbitraryUpdate(): fc.Arbitrary<ConditionUpdate> {
  return fc.constantFrom<ConditionType[]>(...Object.values(CONDITION_TYPES)).chain((type) =>
    fc.record({
      type: fc.constant(type),
      status: fc.constantFrom('True', 'False', 'Unknown'),
      reason: fc.constantFrom<string[]>(...CONDITION_REASONS[type]),
      observedGeneration: fc.nat(3),
    }),
  ) as fc.Arbitrary<ConditionUpdate>;
}
