import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LOGINS_FILE, loginsOf, PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import {
  currentLogin,
  firstLogins,
  heldLogins,
  missingLogins,
  otherLogins,
  type PasswordStep,
  rotatedLogins,
} from '../../../operators/psc/credentials/platform-logins.ts';
import type { SecretData } from '../../../operators/psc/credentials/credential-secrets.ts';

const { operator, balancer } = PLATFORM_USERS;
const BEFORE: SecretData = { [operator]: 'one', [balancer]: 'two' };
const ROUND: readonly PasswordStep[] = ['prepare', 'switch', 'retire'];

describe('logins of the platform', () => {
  test('that were never replaced are the first, also where nothing is written down of them', () => {
    expect(heldLogins(BEFORE)).toEqual({ mark: 'unwritten', current: 'a' });
    expect(currentLogin(BEFORE, operator)).toEqual({ name: operator, password: 'one' });
    expect(heldLogins({ ...BEFORE, ...firstLogins(7) })).toMatchObject({ current: 'a', madeAtMs: 7 });
    expect(missingLogins({})).toEqual([operator, balancer]);
  });

  test('take turns: others are made, used, and those before them thrown away', () => {
    const prepared = after(BEFORE, 'prepare', 1_000);
    expect(currentLogin(prepared, operator)).toEqual({ name: operator, password: 'one' });
    expect(otherLogins(prepared).map(({ name }) => name)).toEqual(loginsOf('b'));
    const switched = after(prepared, 'switch', 2_000);
    expect(currentLogin(switched, operator)).toEqual(otherLogins(prepared)[0]);
    expect(heldLogins(switched)).toMatchObject({
      current: 'b',
      madeAtMs: 1_000,
      other: { state: 'former', sinceMs: 2_000 },
    });
    expect(otherLogins(switched)).toEqual([
      { name: operator, password: 'one' },
      { name: balancer, password: 'two' },
    ]);
    const retired = after(switched, 'retire', 3_000);
    expect(Object.keys(retired).sort()).toEqual([...loginsOf('b'), LOGINS_FILE].sort());
    expect(heldLogins(retired)).toMatchObject({ current: 'b', madeAtMs: 1_000, retiredAtMs: 3_000 });
    expect(missingLogins(retired)).toEqual([]);
  });

  test('are never taken a step from where there is none, which would be our own mistake', () => {
    expect(() => after(BEFORE, 'switch', 1)).toThrow('nothing to switch');
    expect(() => after(BEFORE, 'retire', 1)).toThrow('nothing to retire');
    expect(() => after(after(BEFORE, 'prepare', 1), 'prepare', 2)).toThrow('nothing to prepare');
  });

  test('of which nobody can read which are in use are an error', () => {
    for (const text of ['', 'rubbish', '{}', '{"current":"c"}', '{"current":"a","other":{"state":"lost"}}']) {
      expect(() => heldLogins({ ...BEFORE, [LOGINS_FILE]: text })).toThrow();
    }
  });

  test('are always ones that have a password, each of its own, and every state has another mark', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), (stepCount) => {
        let secret = BEFORE;
        const marks = new Set([heldLogins(secret).mark]);
        for (let index = 0; index < stepCount; index += 1) {
          secret = after(secret, ROUND[index % 3] ?? 'prepare', index);
          marks.add(heldLogins(secret).mark);
          expect(missingLogins(secret)).toEqual([]);
        }
        expect(marks.size).toBe(stepCount + 1);
        const passwords = Object.entries(secret).flatMap(([file, text]) => (file === LOGINS_FILE ? [] : [text]));
        expect(new Set(passwords).size).toBe(passwords.length);
      }),
    );
  });

  test('are named by a mark that says nothing of their passwords', () => {
    const { mark } = heldLogins(after(BEFORE, 'prepare', 1));
    const others = { [operator]: 'three', [balancer]: 'four' };
    expect(heldLogins(after(others, 'prepare', 1)).mark).toBe(mark);
  });
});

let count = 0;

function after(secret: SecretData, step: PasswordStep, nowMs: number): SecretData {
  return rotatedLogins(secret, step, { nowMs, newPassword: () => `new-${(count += 1)}` });
}
