import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffFields, formatPath } from '../../cli/diff/field-diff.ts';
import { MASK, maskChange } from '../../cli/diff/mask.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));
const container = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), image: fc.constantFrom('1', '2') });
const containers = fc.uniqueArray(container, { selector: ({ name }) => name });

function lines(before: unknown, after: unknown): readonly string[] {
  return diffFields(before, after).map((change) => {
    const sides = [change.before, change.after].map((side) => (side === undefined ? '' : JSON.stringify(side)));
    return `${formatPath(change.path)}: ${sides.join(' ▶ ')}`;
  });
}

describe('the difference of two values', () => {
  test('is empty exactly when they are equal', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(diffFields(before, after).length === 0).toBe(isDeepStrictEqual(before, after));
        expect(diffFields(before, JSON.parse(JSON.stringify(before)))).toEqual([]);
      }),
    );
  });

  test('read backwards is the difference the other way round', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const swapped = lines(after, before).map((line) => line.split(':')[0]);
        expect([...swapped].sort()).toEqual(
          lines(before, after)
            .map((line) => line.split(':')[0])
            .sort(),
        );
      }),
    );
  });

  test('names an element of a list by its name, wherever it stands', () => {
    fc.assert(
      fc.property(containers, containers, (before, after) => {
        const images = (list: typeof before): ReadonlyMap<string, string> =>
          new Map(list.map(({ name, image }) => [name, image]));
        const [old, now] = [images(before), images(after)];
        const expected = [...old].filter(([name, image]) => now.has(name) && now.get(name) !== image);
        const changed = diffFields(before, after).filter(({ path }) => path.length === 2);
        expect(changed.map(({ path }) => formatPath(path)).sort()).toEqual(
          expected.map(([name]) => `[name=${name}].image`).sort(),
        );
      }),
    );
  });

  test('says so when only the order changed, because the order of init containers counts', () => {
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    expect(lines({ initContainers: [a, b] }, { initContainers: [b, a] })).toEqual([
      'initContainers (order): ["a","b"] ▶ ["b","a"]',
    ]);
  });

  test('shows a text of settings setting by setting, and any other text by its changed lines', () => {
    const before = { 'server.properties': '# broker\nnum.io.threads=8\nlog.dirs=/data\n', notes: 'one\ntwo\nthree\n' };
    const after = { 'server.properties': '# broker\nnum.io.threads=16\nlog.dirs=/data\n', notes: 'one\n2\nthree\n' };
    expect(lines(before, after)).toEqual([
      '["server.properties"] num.io.threads: "8" ▶ "16"',
      'notes line 2: "two" ▶ "2"',
    ]);
  });

  test('shows what is only on one side as added or removed', () => {
    expect(lines({ a: { b: 1 } }, { a: { c: 2 } })).toEqual(['a.b: 1 ▶ ', 'a.c:  ▶ 2']);
  });
});

describe('masking', () => {
  const masked = (kind: string, before: unknown, after: unknown): readonly string[] =>
    diffFields(before, after)
      .map((change) => maskChange(kind, change))
      .map(
        (change) => `${formatPath(change.path)}: ${JSON.stringify(change.before)} ▶ ${JSON.stringify(change.after)}`,
      );

  test('hides the data of a Secret and still shows that it changed', () => {
    expect(masked('Secret', { data: { tls: 'b2xk' } }, { data: { tls: 'bmV3' } })).toEqual([
      `data.tls: "${MASK}" ▶ "${MASK}"`,
    ]);
    expect(JSON.stringify(masked('Secret', {}, { stringData: { a: 'plain' } }))).not.toContain('plain');
  });

  test('hides values of variables and settings whose names say that they are secret', () => {
    const env = (value: string): unknown => ({ env: [{ name: 'DB_PASSWORD', value }] });
    expect(JSON.stringify(masked('Pod', env('hunter1'), env('hunter2')))).not.toContain('hunter');
    expect(JSON.stringify(masked('Pod', {}, env('hunter2')))).not.toContain('hunter');
    const config = (value: string): unknown => ({ 'c.properties': `a=1\nssl.key.password=${value}\n` });
    expect(JSON.stringify(masked('ConfigMap', config('hunter1'), config('hunter2')))).not.toContain('hunter');
    expect(JSON.stringify(masked('ConfigMap', {}, config('hunter2')))).not.toContain('hunter');
  });

  test('never lets a value of a Secret through, whatever else changes', () => {
    const data = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^SECRET[a-z]{4}$/));
    fc.assert(
      fc.property(data, data, (before, after) => {
        expect(JSON.stringify(masked('Secret', { data: before }, { data: after }))).not.toContain('SECRET');
      }),
    );
  });

  test('shows names and references of secrets, which are none', () => {
    const volume = (secretName: string): unknown => ({ volumes: [{ name: 'tls', secret: { secretName } }] });
    expect(masked('Pod', volume('old'), volume('new'))).toEqual(['volumes[name=tls].secret.secretName: "old" ▶ "new"']);
  });
});
