import { Ajv, type ErrorObject } from 'ajv';
import { pathText, type Violation } from './parsed.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Compiled structural part of a schema: types, bounds, required and unknown fields, sets and keyed lists. */
export type StructuralCheck = (value: unknown) => readonly Violation[];

export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Compiles the structural part of a schema; its CEL rules are for `cel-rules.ts`. With an identity the schema is that of
 * a whole custom resource, with apiVersion, kind and metadata.
 *
 * Stricter than the API server in one thing: it reports unknown fields, which the server prunes unless asked.
 */
export function compileStructuralCheck(schema: StructuralSchema, identity?: Identity): StructuralCheck {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, code: { regExp: boundedRegExp } });
  ajv.addFormat('int32', true);
  ajv.addFormat('double', true);
  ajv.addFormat('date-time', isDateTime);
  ajv.addKeyword({ keyword: UNIQUE_KEYS, type: 'array', schemaType: 'array', validate: hasUniqueKeys });
  const validate = ajv.compile(identity === undefined ? forAjv(schema) : rootForAjv(schema, identity));
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map((error) => toViolation(error, value)));
}

type AjvSchema = Readonly<Record<string, unknown>>;
const UNIQUE_KEYS = 'uniqueKeys';

function rootForAjv(schema: StructuralSchema, identity: Identity): AjvSchema {
  const properties = schema.properties ?? {};
  return {
    ...forAjv(schema),
    required: ['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])],
    properties: {
      ...mapValues(properties, forAjv),
      apiVersion: { type: 'string', enum: [identity.apiVersion] },
      kind: { type: 'string', enum: [identity.kind] },
      // The rest of metadata is the API server's to check.
      metadata: { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } },
    },
  };
}

function forAjv(schema: StructuralSchema): AjvSchema {
  const { properties, additionalProperties, items, ...flat } = schema;
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    ...Object.fromEntries(Object.entries(flat).filter(([keyword]) => !NOT_STRUCTURAL.test(keyword))),
    ...(properties && { properties: mapValues(properties, forAjv), additionalProperties: false }),
    ...(additionalProperties && { additionalProperties: forAjv(additionalProperties) }),
    ...(items && { items: forAjv(items) }),
    ...(schema['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
    ...(keys && { [UNIQUE_KEYS]: keys }),
  };
}

const NOT_STRUCTURAL = /^(description|x-kubernetes-.*)$/;

function mapValues<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

/**
 * Longest string that a pattern is tried on. The server's engine takes linear time, JavaScript's may take the square:
 * every pattern stands beside a lower maxLength (the generator sees to it), so a longer string is wrong already.
 */
const MAX_MATCHED_LENGTH = 4096;

const boundedRegExp = Object.assign(
  (pattern: string, flags: string) => {
    const expression = new RegExp(pattern, flags);
    return {
      test: (text: string) => text.length <= MAX_MATCHED_LENGTH && expression.test(text),
      toString: () => expression.toString(),
    };
  },
  { code: 'boundedRegExp' },
);

// RFC 3339, years that protobuf's Timestamp can hold; Date rejects what is no day of the calendar only in part.
function isDateTime(text: string): boolean {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = match.slice(1, 4).map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return false;
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function hasUniqueKeys(keys: readonly string[], items: readonly unknown[]): boolean {
  const identities = items.map((item) =>
    JSON.stringify(keys.map((key) => (item as Record<string, unknown> | null)?.[key])),
  );
  return new Set(identities).size === identities.length;
}

function toViolation(error: ErrorObject, root: unknown): Violation {
  const at = segmentsOf(error.instancePath, root);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'required':
      return { path: pathText([...at, String(params['missingProperty'])]), value: undefined, rule: 'is required' };
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const value = (error.data as Readonly<Record<string, unknown>>)[name];
      return { path: pathText([...at, name]), value, rule: 'is not a field of this contract' };
    }
    default:
      return { path: pathText(at), value: error.data, rule: ruleText(error.keyword, params, error) };
  }
}

function ruleText(keyword: string, params: Readonly<Record<string, unknown>>, error: ErrorObject): string {
  switch (keyword) {
    case 'enum':
      return `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}`;
    case 'pattern':
      return `must match ${String(params['pattern'])}`;
    case 'format':
      return 'must be a time as RFC 3339 writes it';
    case 'uniqueItems':
      return 'must not have the same value twice';
    case UNIQUE_KEYS:
      return `must not have two items of the same ${(error.schema as readonly string[]).join(', ')}`;
    default:
      // ajv's own phrases for types and bounds, as in "must be >= 1".
      return error.message ?? keyword;
  }
}

// A JSON pointer does not tell an index from a key that is a number.
function segmentsOf(pointer: string, root: unknown): readonly (string | number)[] {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const segment = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<string | number, unknown> | undefined)?.[segment];
      return segment;
    });
}
