import { describe, expect, it } from '@jest/globals';
import { evaluateRules } from '../../contracts/cel-rules.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';

const NEVER_LESS = { rule: 'self >= oldSelf', message: 'never less' };
const SIZE: StructuralSchema = { type: 'integer', 'x-kubernetes-validations': [NEVER_LESS] };
const VOLUME: StructuralSchema = { type: 'object', properties: { name: { type: 'string' }, size: SIZE } };

describe('evaluateRules', () => {
  it('compares the items of a keyed list by key, wherever they stand', () => {
    const schema: StructuralSchema = {
      type: 'array',
      items: VOLUME,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const old = [volume('a', 1), volume('b', 5)];
    expect(pathsBroken(schema, [volume('b', 5), volume('a', 1), volume('c', 0)], old)).toEqual([]);
    expect(pathsBroken(schema, [volume('b', 4), volume('a', 1)], old)).toEqual(['[0].size']);
  });

  it('compares the entries of a map by key', () => {
    const schema: StructuralSchema = { type: 'object', additionalProperties: SIZE };
    expect(pathsBroken(schema, { a: 1, b: 4, c: 0 }, { a: 1, b: 5 })).toEqual(['b']);
  });

  it('compares no items of a list without keys: they have no identity', () => {
    const schema: StructuralSchema = { type: 'array', items: SIZE, 'x-kubernetes-list-type': 'atomic' };
    expect(pathsBroken(schema, [1], [5])).toEqual([]);
  });

  it('takes keys of a map for nothing but keys', () => {
    const schema: StructuralSchema = {
      type: 'object',
      additionalProperties: { type: 'string' },
      'x-kubernetes-validations': [{ rule: "!('size' in self) && self.all(k, k != 'toString')", message: 'no' }],
    };
    const hostile = JSON.parse('{"constructor": "a", "__proto__": "b", "valueOf": "c"}') as unknown;
    expect(pathsBroken(schema, hostile)).toEqual([]);
    expect(pathsBroken(schema, { toString: 'a' })).toEqual(['']);
  });

  it('counts integers as CEL does, and looks at no field that the schema does not know', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.n % 2 == 1 && !has(self.other)', message: 'odd' }],
    };
    expect(pathsBroken(schema, { n: 3, other: 1 })).toEqual([]);
    expect(pathsBroken(schema, { n: 4 })).toEqual(['']);
  });

  it('takes a rule that cannot be evaluated for broken, unless the structure is what is wrong', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.n > 1', message: 'more than one' }],
    };
    const [violation] = evaluateRules(schema, {}, { structure: 'sound' });
    expect(violation?.rule).toMatch(/^more than one \(cannot be evaluated: /);
    expect(evaluateRules(schema, {}, { structure: 'malformed' })).toEqual([]);
  });
});

function volume(name: string, size: number): object {
  return { name, size };
}

function pathsBroken(schema: StructuralSchema, value: unknown, old?: unknown): readonly string[] {
  return evaluateRules(schema, value, { old, structure: 'sound' }).map(({ path }) => path);
}
