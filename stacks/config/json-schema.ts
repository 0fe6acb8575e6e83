import { z } from 'zod';

import { stackFileSchema } from './schema.ts';
import { NAMESPACE, PULUMI_KEYS } from './stack-file.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 2020-12) of a stack file, for editors: completes and describes our keys, refuses unknown ones, and
 * admits everything that is Pulumi's. What needs two values at once only `flotilla config check` can tell.
 */
export function stackJsonSchema(): JsonObject {
  const { $schema, properties, required, $defs } = z.toJSONSchema(stackFileSchema, {
    io: 'input',
    target: 'draft-2020-12',
    reused: 'inline',
  }) as JsonObject & { readonly properties: JsonObject; readonly required: readonly string[] };
  return {
    $schema,
    $id: 'https://flotilla.dev/schema/stack.schema.json',
    title: 'Flotilla stack',
    description: 'One stack is one region: Pulumi.<stack>.yaml. Made by `flotilla config schema --write`; do not edit.',
    type: 'object',
    required: ['config'],
    additionalProperties: false,
    properties: {
      config: {
        type: 'object',
        description: PULUMI_KEYS['config'],
        required: required.map((name) => `${NAMESPACE}${name}`),
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, schema]) => [`${NAMESPACE}${name}`, trimmed(schema)]),
        ),
        // Other namespaces are other packages'; a key without one is a mistake.
        patternProperties: { [`^(?!${NAMESPACE})[^:]+:.+$`]: true },
        additionalProperties: false,
      },
      secretsprovider: { type: 'string', description: PULUMI_KEYS['secretsprovider'] },
      encryptedkey: { type: 'string', description: PULUMI_KEYS['encryptedkey'] },
      encryptionsalt: { type: 'string', description: PULUMI_KEYS['encryptionsalt'] },
      environment: { type: ['array', 'object'], description: PULUMI_KEYS['environment'] },
    },
    ...($defs === undefined ? {} : { $defs }),
  };
}

/** The schema as its file holds it, laid out as Prettier does so that formatting changes nothing. */
export function stackJsonSchemaText(): string {
  return `${jsonText(stackJsonSchema(), '')}\n`;
}

const MAX_LINE_LENGTH = 120;
const INDENT = '  ';

function jsonText(value: unknown, indent: string, keyLength = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    const items = value.map((item) => jsonText(item, inner));
    const line = `[${items.join(', ')}]`;
    const fits = !line.includes('\n') && indent.length + keyLength + line.length < MAX_LINE_LENGTH;
    return fits ? line : `[\n${items.map((item) => inner + item).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${jsonText(item, inner, name.length)}`;
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Without `propertyNames` that name no more than "a key is a text", which editors show as noise. */
function trimmed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(trimmed);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== 'propertyNames')
      .map(([key, value]) => [key, trimmed(value)]),
  );
}
