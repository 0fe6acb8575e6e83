import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emitCrd } from '../../contracts/generate/crd-emitter.ts';
import { compareFolders, mendDrift } from '../../contracts/generate/drift.ts';
import type { FieldModel, MessageModel, ResourceModel } from '../../contracts/generate/schema-model.ts';
import { emitTypes } from '../../contracts/generate/types-emitter.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';

describe('emitTypes', () => {
  it('writes required, optional, closed, 64-bit, timed, listed and mapped fields in their JSON form', () => {
    const text = emitTypes(
      modelOf(
        field('must', { kind: 'scalar', scalar: 'string' }, { required: true }),
        field('may', { kind: 'scalar', scalar: 'int32' }),
        field('closed', { kind: 'scalar', scalar: 'string' }, { in: ['a', 'b'] }),
        field('large', { kind: 'scalar', scalar: 'int64' }),
        field('since', { kind: 'scalar', scalar: 'timestamp' }),
        field('list', { kind: 'list', element: { kind: 'scalar', scalar: 'string' } }, { in: ['a', 'b'] }),
        field('map', { kind: 'map', element: { kind: 'scalar', scalar: 'boolean' } }),
      ),
    );
    expect(text).toContain('  readonly must: string;\n  readonly may?: number;\n');
    expect(text).toContain("  readonly closed?: 'a' | 'b';\n  readonly large?: string;\n  readonly since?: string;\n");
    expect(text).toContain("  readonly list?: readonly ('a' | 'b')[];\n");
    expect(text).toContain('  readonly map?: Readonly<Record<string, boolean>>;\n');
    expect(text).toContain("  readonly apiVersion: 'example.dev/v1';\n  readonly kind: 'Thing';\n");
  });

  it('carries comments over without letting one end the docstring', () => {
    const text = emitTypes(
      modelOf({ ...field('a', { kind: 'scalar', scalar: 'string' }), comment: 'One */ two\nthree' }),
    );
    expect(text).toContain('  /**\n   * One *\\/ two\n   * three\n   */\n  readonly a?: string;');
  });
});

describe('emitCrd', () => {
  it('turns options into bounds, and immutability into rules that also see a removal', () => {
    const schema = schemaOf(
      field('name', { kind: 'scalar', scalar: 'string' }, { immutable: true, pattern: '^a+$', maxLength: 9 }),
      field('sizes', { kind: 'map', element: { kind: 'scalar', scalar: 'int32' } }, { maxItems: 3, minimum: 1 }),
      field('tags', { kind: 'list', element: { kind: 'scalar', scalar: 'string' } }, { listSet: true, maxItems: 4 }),
    );
    expect(schema.properties?.['name']).toEqual({
      type: 'string',
      pattern: '^a+$',
      maxLength: 9,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'name cannot be changed' }],
    });
    expect(schema['x-kubernetes-validations']).toEqual([
      { rule: '!has(oldSelf.name) || has(self.name)', message: 'name cannot be removed', fieldPath: '.name' },
    ]);
    expect(schema.properties?.['sizes']).toEqual({
      type: 'object',
      maxProperties: 3,
      additionalProperties: { type: 'integer', format: 'int32', minimum: 1, maximum: 2147483647 },
    });
    expect(schema.properties?.['tags']).toEqual({
      type: 'array',
      maxItems: 4,
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
    });
  });

  it.each([
    [undefined, ['0', '-1', '9'.repeat(18)], ['00', '-0', '1.0', '9'.repeat(19)]],
    [0, ['0', '7'], ['-1', '07', '']],
    [1, ['1', '10'], ['0', '-1']],
  ])('writes a 64-bit integer of minimum %s as a string that int() can read', (minimum, good, bad) => {
    const options = minimum === undefined ? {} : { minimum };
    const schema = schemaOf(field('n', { kind: 'scalar', scalar: 'int64' }, options)).properties?.['n'];
    const pattern = new RegExp(schema?.pattern ?? '');
    for (const text of good) {
      expect(text).toMatch(pattern);
      expect(BigInt.asIntN(64, BigInt(text))).toBe(BigInt(text));
    }
    for (const text of bad) expect(text).not.toMatch(pattern);
  });

  it.each([
    ['a pattern without a length', field('a', { kind: 'scalar', scalar: 'string' }, { pattern: '^a$' }), /max_length/],
    ['a maximum of an int64', field('a', { kind: 'scalar', scalar: 'int64' }, { maximum: 5 }), /maximum of an int64/],
    ['another minimum of an int64', field('a', { kind: 'scalar', scalar: 'int64' }, { minimum: 5 }), /0 or 1/],
    ['list bounds on a string', field('a', { kind: 'scalar', scalar: 'string' }, { maxItems: 5 }), /not a list/],
    [
      'a list that is set and map',
      field(
        'a',
        { kind: 'list', element: { kind: 'scalar', scalar: 'string' } },
        { listSet: true, listMapKeys: ['a'] },
      ),
      /not both/,
    ],
  ])('refuses %s, naming the field', (_, one, message) => {
    expect(() => schemaOf(one)).toThrow(message);
    expect(() => schemaOf(one)).toThrow(/Thing\.a/);
  });
});

describe('the comparison with contracts/gen', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'flotilla-drift-'));
    await write('expected/a/same.ts', 'same');
    await write('expected/a/changed.ts', 'new');
    await write('expected/missing.ts', 'missing');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('names each file that is missing, changed or stale, and mends just these', async () => {
    await write('actual/a/same.ts', 'same');
    await write('actual/a/changed.ts', 'old');
    await write('actual/stale.ts', 'stale');
    const [actual, expected] = [join(root, 'actual'), join(root, 'expected')];
    const drifts = await compareFolders(actual, expected);
    expect(drifts).toEqual([
      { file: join('a', 'changed.ts'), kind: 'changed' },
      { file: 'missing.ts', kind: 'missing' },
      { file: 'stale.ts', kind: 'stale' },
    ]);
    await mendDrift(actual, expected, drifts);
    expect(await compareFolders(actual, expected)).toEqual([]);
    expect(await readFile(join(actual, 'a', 'changed.ts'), 'utf8')).toBe('new');
  });

  it('takes a folder that is absent for an empty one', async () => {
    const drifts = await compareFolders(join(root, 'absent'), join(root, 'expected'));
    expect(drifts.map(({ kind }) => kind)).toEqual(['missing', 'missing', 'missing']);
  });

  async function write(path: string, text: string): Promise<void> {
    const file = join(root, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }
});

function field(name: string, type: FieldModel['type'], options: FieldModel['options'] = {}): FieldModel {
  return { name, comment: '', type, options };
}

function modelOf(...fields: readonly FieldModel[]): ResourceModel {
  const root: MessageModel = { name: 'Thing', comment: 'A thing.', fields, rules: [] };
  return {
    root,
    resource: { group: 'example.dev', kind: 'Thing', plural: 'things', singular: 'thing' },
    messages: new Map([['Thing', root]]),
    source: 'example/v1/thing.proto',
    version: 'v1',
  };
}

function schemaOf(...fields: readonly FieldModel[]): StructuralSchema {
  return emitCrd(modelOf(...fields)).spec.versions[0].schema.openAPIV3Schema;
}
