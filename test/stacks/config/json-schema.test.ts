import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { stackJsonSchema, stackJsonSchemaText } from '../../../stacks/config/json-schema.ts';
import { BASE, replaced } from './base-stack.ts';
import { STRUCTURE_ROWS } from './structure-rows.ts';

const STACKS = join(import.meta.dirname, '../../../stacks');
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(stackJsonSchema());

function errorsOf(text: string): readonly string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

test('the schema file is what the schema in the code gives', () => {
  expect(readFileSync(join(STACKS, 'schema', 'stack.schema.json'), 'utf8')).toBe(stackJsonSchemaText());
});

test.each(readdirSync(STACKS).filter((name) => name.startsWith('Pulumi.')))('%s fits it and names it', (name) => {
  const text = readFileSync(join(STACKS, name), 'utf8');
  expect(errorsOf(text)).toEqual([]);
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=schema/stack.schema.json');
});

test("Pulumi's own keys fit it", () => {
  const text = `secretsprovider: passphrase\nencryptionsalt: v1:a\nencryptedkey: b\nenvironment: [prod]\n${replaced(
    BASE,
    'config:\n  flotilla:region:',
    'config:\n  aws:region: us-west-2\n  other:token: { secure: v1:x }\n  flotilla:region:',
  )}`;
  expect(errorsOf(text)).toEqual([]);
});

// YAML numbers that lose digits, and values only Pulumi knows, are beyond a schema of plain types.
test.each(STRUCTURE_ROWS)('a file with $what does not fit it', ({ from, to }) => {
  expect(errorsOf(replaced(BASE, from, to))).not.toEqual([]);
});

describe('every key of ours', () => {
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, { description?: string }>> };
    for (const [key, child] of Object.entries(properties)) {
      if (child.description === undefined) undescribed.push(`${path}.${key}`);
    }
    for (const [key, child] of Object.entries(schema)) walk(child, `${path}.${key}`);
  };
  walk(stackJsonSchema(), '');

  test('is described, so that editors can say what it is', () => {
    expect(undescribed).toEqual([]);
  });
});
