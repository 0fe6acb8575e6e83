import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDocument } from '../../../stacks/config/document.ts';
import { BASE, placeOf, problemsOf, replaced } from './base-stack.ts';

function rules(text: string): readonly string[] {
  return problemsOf(text).map(({ rule }) => rule);
}

describe('a file that is no stack', () => {
  test.each([
    ['empty', ''],
    ['only a comment', '# nothing yet\n'],
    ['a list', '- a\n- b\n'],
    ['a word', 'config'],
  ])('is refused when it is %s', (_, text) => {
    expect(problemsOf(text)).toMatchObject([{ rule: 'type', line: expect.any(Number) }]);
  });

  test.each([
    ['nothing under config', 'config:\n'],
    ['a list under config', 'config: [a]\n'],
    ['no config', 'secretsprovider: passphrase\n'],
  ])('is refused when it has %s', (_, text) => {
    expect(problemsOf(text).map(({ path }) => path)).toEqual(['config']);
  });

  test('lists what it lacks when config is an empty mapping', () => {
    expect(problemsOf('config: {}\n').map(({ path }) => path)).toEqual([
      'flotilla:region',
      'flotilla:kubernetesClusters',
      'flotilla:mothership',
    ]);
  });

  test('is refused at the place where its syntax breaks', () => {
    const [problem] = problemsOf(replaced(BASE, '[us-west-2a, us-west-2b, us-west-2c]', '[us-west-2a, us-west-2b'));
    expect(problem).toMatchObject({ rule: 'yaml-syntax', line: 7 });
  });

  test('is refused with two documents in it', () => {
    expect(rules(`${BASE}---\n${BASE}`)).toContain('yaml-syntax');
  });
});

test('a key that stands twice is named beside all other problems', () => {
  const text = replaced(replaced(BASE, '    cloud: aws\n', '    cloud: aws\n    cloud: gcp\n'), 'ckus: 4', 'ckus: 153');
  expect(rules(text)).toEqual(expect.arrayContaining(['yaml-duplicate-key', 'number-range']));
});

test('what is Pulumi’s own is let through unread', () => {
  const text = replaced(
    BASE,
    'config:\n  flotilla:region:\n',
    `secretsprovider: passphrase
encryptionsalt: v1:abc=:v1:def=
encryptedkey: AQICAH
environment: [shared/prod]
config:
  aws:region: us-west-2
  other:token: { secure: v1:xyz }
  flotilla:region:
`,
  );
  expect(problemsOf(text)).toEqual([]);
});

describe('anchors', () => {
  const shared = replaced(
    replaced(BASE, '    - name: orders\n      ckus: 1\n      version: 4.3.1\n', '    - { name: orders, <<: *small }\n'),
    '  flotilla:tenants:\n',
    '  other:defaults: &small { ckus: 1, version: 4.3.1 }\n  flotilla:tenants:\n',
  );

  test('and merge keys stand for what they name', () => {
    expect(problemsOf(shared)).toEqual([]);
  });

  test('do not override what a mapping says itself', () => {
    const { value } = readDocument('a: &a { x: 1, y: 1 }\nb: { y: 2, <<: *a }\nc: { <<: [{ x: 3 }, *a] }\n', 'x.yaml');
    expect(value).toMatchObject({ b: { x: 1, y: 2 }, c: { x: 3, y: 1 } });
  });

  test('point problems at the line that holds the value', () => {
    const text = replaced(shared, '&small { ckus: 1,', '&small { ckus: 0,');
    expect(problemsOf(text)).toMatchObject([
      { path: 'flotilla:tenants[1].ckus', value: '0', ...placeOf(text, '0, version') },
    ]);
  });

  test('that nobody set are a problem', () => {
    expect(rules(replaced(BASE, 'ckus: 4', 'ckus: *four'))).toContain('yaml-alias');
  });
});

describe('a hostile file', () => {
  const NINE = (name: string) => `[${Array.from({ length: 9 }, () => `*${name}`).join(', ')}]`;
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} ${NINE('abcdefghi'[index] ?? '')}`),
  ].join('\n');

  const mergeBomb = [
    'a: &a { k: 1 }',
    ...'bcdefghijklmnop'
      .split('')
      .map((name, index) => `${name}: &${name} { <<: ${NINE('abcdefghijklmno'[index] ?? '')} }`),
  ].join('\n');

  test.each([
    ['aliases that multiply', bomb],
    ['merges that multiply', mergeBomb],
    [
      'a hundred thousand keys',
      `config:\n${Array.from({ length: 100_000 }, (_, index) => `  k${index}: 1\n`).join('')}`,
    ],
    ['a hundred thousand syntax errors', '}\n'.repeat(100_000)],
    ['an alias inside itself', 'a: &a [*a]\n'],
    ['a merge into itself', 'a: &a { b: { <<: *a } }\n'],
    ['a thousand brackets', `a: ${'['.repeat(1000)}${']'.repeat(1000)}\n`],
    ['half a million brackets', `a: ${'['.repeat(500_000)}\n`],
    ['half a million dashes', `${'- '.repeat(500_000)}a\n`],
    ['nine mebibytes', `a: ${'x'.repeat(9 * 1024 * 1024)}\n`],
  ])('with %s is refused in bounded time', (_, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  test('cannot reach the prototype of anything', () => {
    const text = replaced(
      BASE,
      '    cloud: aws\n',
      '    cloud: aws\n    __proto__: { polluted: true }\n    constructor: x\n',
    );
    expect(problemsOf(text).map(({ rule, path }) => [rule, path])).toEqual([
      ['unknown-key', 'flotilla:region.__proto__'],
      ['unknown-key', 'flotilla:region.constructor'],
    ]);
    expect({}).not.toHaveProperty('polluted');
  });

  test('never makes the reader throw, whatever is cut out of it or put into it', () => {
    fc.assert(
      fc.property(fc.nat(BASE.length), fc.nat(40), fc.string({ maxLength: 12 }), (from, length, inserted) => {
        const text = BASE.slice(0, from) + inserted + BASE.slice(from + length);
        for (const { line, column, excerpt } of problemsOf(text)) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(text.split(/\r?\n/)[line - 1] ?? '').toBe(excerpt);
        }
      }),
      { numRuns: 300 },
    );
  });
});
