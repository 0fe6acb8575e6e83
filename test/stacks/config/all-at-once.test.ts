import { expect, test } from '@jest/globals';
import { formatProblems } from '../../../stacks/config.ts';
import { BASE, BASE_KEY, placeOf, problemsOf, replaced } from './base-stack.ts';

const MISTAKES = [
  ['us-west-2c]', 'us-west-2x]', 'zone-in-region'],
  ['addressRange: 10.0.0.0/16', 'addressRange: 10.0.0.0/33', 'form'],
  ['podRange: 10.4.0.0/16', 'podRange: 10.1.0.0/16', 'address-range-overlap'],
  ["'1.36'", "'1.33'", 'kubernetes-version-supported'],
  ['    domain:', '    domian:', 'unknown-key'],
  ['ckus: 4', 'ckus: 400', 'number-range'],
  [BASE_KEY, 'https://acme.vault.azure.net/keys/payments/0123456789abcdef0123456789abcdef', 'customer-key'],
  ['name: orders', 'name: payments', 'tenant-once'],
] as const;

const BROKEN = MISTAKES.reduce((text, [from, to]) => replaced(text, from, to), BASE);

test('eight different mistakes in one file are found in one run, structure and meaning together', () => {
  const problems = problemsOf(BROKEN);
  expect(problems.map(({ rule }) => rule).sort()).toEqual(MISTAKES.map(([, , rule]) => rule).sort());
  expect(problems).toHaveLength(8);
});

test('each problem points at the line and column of its value, or of its key where the key is wrong', () => {
  const places = new Map(problemsOf(BROKEN).map(({ rule, line, column }) => [rule, { line, column }]));
  expect(places.get('zone-in-region')).toEqual(placeOf(BROKEN, 'us-west-2x'));
  expect(places.get('form')).toEqual(placeOf(BROKEN, '10.0.0.0/33'));
  // The range of Services comes later in the file: it is the one to move.
  expect(places.get('address-range-overlap')).toEqual(placeOf(BROKEN, '10.1.0.0/20'));
  expect(places.get('unknown-key')).toEqual(placeOf(BROKEN, 'domian:'));
  expect(places.get('number-range')).toEqual(placeOf(BROKEN, '400'));
  expect(places.get('customer-key')).toEqual(placeOf(BROKEN, 'https://acme'));
});

test('places are the same in a file with Windows line ends', () => {
  const windows = BROKEN.replaceAll('\n', '\r\n');
  expect(problemsOf(windows)).toEqual(problemsOf(BROKEN));
});

test('problems read as text: by file, with the line, the rule and what to write instead', () => {
  const text = replaced(replaced(BASE, 'ckus: 4', 'ckus: 400'), '    zones:', '    zonse:');
  expect(formatProblems(problemsOf(text))).toBe(`Pulumi.aws-us-west-2.yaml: 2 problems

  6:5  flotilla:region.zonse
      6 │     zonse: [us-west-2a, us-west-2b, us-west-2c]
        │     ^
      There is no key zonse here. [unknown-key]
      → Did you mean zones?

  29:13  flotilla:tenants[0].ckus = 400
      29 │       ckus: 400
         │             ^
      The number of CKUs is a whole number from 1 to 152. [number-range]
      → The nearest allowed value is 152.`);
});

test('a long line is cut around its problem', () => {
  const text = replaced(BASE, '[198.51.100.0/24]', `[${'198.51.100.0/24, '.repeat(40)}198.51.100.9/24]`);
  const shown = formatProblems(problemsOf(text)).split('\n');
  expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(140);
  const mark = shown.findIndex((line) => line.trim().endsWith('^'));
  expect(shown[mark - 1]?.slice(shown[mark]?.indexOf('^'))).toMatch(/^198\.51\.100\.9\/24/);
});
