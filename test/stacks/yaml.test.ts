import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { load, loadAll } from 'js-yaml';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { toYaml } from '../../stacks/yaml.ts';

describe('toYaml', () => {
  test('is read back as what was written, by readers of YAML 1.1 and of YAML 1.2', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.string(), nasty), json, { maxKeys: 4 }), (data) => {
        const object = objectWith({ data });
        const text = toYaml([object]);
        const plain: unknown = JSON.parse(JSON.stringify(object));
        expect(parse(text, { version: '1.1' })).toEqual(plain);
        expect(parse(text, { version: '1.2' })).toEqual(plain);
        expect(load(text)).toEqual(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    'on',
    'y',
    'No',
    'null',
    '~',
    '',
    '1e3',
    '0x1',
    '010',
    '1_000',
    'E0',
    '12:30:45',
    '.inf',
    '4.3.1',
    '2026-11-22',
  ])('writes the text %j in quotes, so that nobody takes it for something else', (text) => {
    expect(toYaml([objectWith({ data: { key: text } })])).toContain(`key: ${JSON.stringify(text)}\n`);
  });

  test('writes files in ConfigMaps as people would', () => {
    const text = toYaml([objectWith({ data: { 'server.properties': '# limits\na=1\n\nb=on\n' } })]);
    expect(text).toContain('  server.properties: |\n    # limits\n    a=1\n\n    b=on\n');
  });

  test('puts apiVersion, kind and metadata first and the other keys in order, whatever order they came in', () => {
    const object = {
      spec: { b: 1, a: 2 },
      metadata: { labels: {}, namespace: 'n', name: 'x' },
      kind: 'K',
      apiVersion: 'v1',
    };
    expect(toYaml([object])).toBe(
      'apiVersion: v1\nkind: K\nmetadata:\n  name: x\n  namespace: "n"\n  labels: {}\nspec:\n  a: 2\n  b: 1\n',
    );
  });

  test('separates objects as documents of one stream', () => {
    const objects = [objectWith({ a: 1 }), objectWith({ a: [[1, []], {}, 'x\ny'] })];
    expect(loadAll(toYaml(objects))).toEqual(objects);
  });

  test('refuses what JSON cannot say', () => {
    expect(() => toYaml([objectWith({ a: Number.NaN })])).toThrow(TypeError);
    expect(() => toYaml([objectWith({ a: new Map() })])).toThrow(/Map/);
    expect(() => toYaml([objectWith({ a: 1n })])).toThrow(TypeError);
  });
});

const nasty = fc.constantFrom(
  ...['on', '1e3', '0o7', '-', '- a', '? a', ': a', 'a: b', 'a #b', '#a', '&a', '*a', '!a', '%a', '@a', '`a', '|', '>'],
  ...[
    '"a"',
    "'a'",
    ' a',
    'a ',
    '\ta',
    'a\tb',
    'a:',
    '[a',
    '{a',
    '=',
    '<<',
    '---',
    '...',
    'a\n',
    'a\n\n',
    '\na',
    'a\r\nb',
  ],
  ...[
    '  a\nb',
    'a\n  b\n',
    'a\n \nb',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u0001',
    '😀\n😀',
    '\ud800',
    'a\u0085b\nc',
    '__proto__',
  ],
);

const json = fc.oneof(
  nasty,
  fc.string({ unit: 'binary' }),
  fc.array(fc.string(), { maxLength: 5 }).map((lines) => lines.join('\n')),
  fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('e-')),
);

function objectWith(fields: object): KubernetesObject {
  return { apiVersion: 'v1', kind: 'K', metadata: { name: 'x' }, ...fields };
}
