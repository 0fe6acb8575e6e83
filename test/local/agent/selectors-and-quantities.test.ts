import { describe, expect, it } from '@jest/globals';
import { matchesSelector } from '../../../local/agent/label-selector.ts';
import { bytesOf } from '../../../local/agent/quantity.ts';

describe('a label selector', () => {
  const labels = { app: 'kafka', zone: 'a' };
  it.each([
    [{}, true],
    [{ matchLabels: { app: 'kafka' } }, true],
    [{ matchLabels: { app: 'kafka', zone: 'b' } }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, false],
    [{ matchExpressions: [{ key: 'rack', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['a'] }] }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
  ])('%j matches: %s', (selector, matches) => {
    expect(matchesSelector(selector, labels)).toBe(matches);
  });

  it('refuses an operator that Kubernetes does not have', () => {
    expect(() => matchesSelector({ matchExpressions: [{ key: 'a', operator: 'Like' }] }, {})).toThrow(RangeError);
  });
});

describe('a quantity of bytes', () => {
  it.each([
    ['1024', 1024],
    ['2Gi', 2 ** 31],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['500M', 500e6],
  ])('%s is %d', (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it.each(['', 'Gi', '1Zi', '-1'])('"%s" is none', (text) => {
    expect(() => bytesOf(text)).toThrow(RangeError);
  });
});
