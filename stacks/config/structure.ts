import { z } from 'zod';

import { didYouMean, nearest } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import { shown } from './problem.ts';

export interface Structure<Value> {
  /** What the schema makes of a value that keeps to it. */
  readonly parsed?: Value;
  readonly findings: readonly Finding[];
  /** The value without the parts that break the schema; holes stay in lists, so that indexes still count. */
  readonly pruned: unknown;
  /** Whether the file says something at a path that could not be read: what is missing there is not missing. */
  readonly isUnclear: (path: Path) => boolean;
}

/**
 * Holds a value against a schema and cuts out what breaks it, so that rules over the rest can run all the same.
 * `spelled` gives a scalar as the file writes it, for what to put in quotes.
 */
export function checkStructure<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  spelled: (path: Path) => string | undefined,
): Structure<Value> {
  const result = schema.safeParse(value);
  if (result.success) return { parsed: result.data, findings: [], pruned: value, isUnclear: () => false };
  const issues = result.error.issues.map((issue) => ({ ...issue, path: issue.path.map(pathPart) }));
  const cuts = new Set(issues.flatMap((issue) => cutsOf(issue).map(cutKey)));
  const context = { schema, value, spelled };
  const meant = new Set(issues.flatMap((issue) => meantBy(issue, context)).map(cutKey));
  // A mistyped key is one mistake: it is not also missing.
  const told = issues.filter((issue) => valueAt(value, issue.path) !== undefined || !meant.has(cutKey(issue.path)));
  return {
    findings: told.flatMap((issue) => findingsOf(issue, context)),
    pruned: prune(value, cuts, []),
    isUnclear: (path) => meant.has(cutKey(path)) || (cuts.has(cutKey(path)) && valueAt(value, path) !== undefined),
  };
}

type Issue = Omit<z.core.$ZodIssue, 'path'> & { readonly path: Path } & z.core.$ZodIssue;

interface Context {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly spelled: (path: Path) => string | undefined;
}

function findingsOf(issue: Issue, context: Context): readonly Finding[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key, context));
  const value = valueAt(context.value, issue.path);
  if (value === undefined) return [missing(issue, context)];
  if (isSecret(value)) return [secret(issue.path)];
  return [wrong(issue, value, context)];
}

function unknownKey(path: Path, key: string, context: Context): Finding {
  const open = openKeysAt(context, path);
  const suggestion = didYouMean(
    key,
    nearest(key, open) === undefined ? keysAt(context.schema, context.value, path) : open,
  );
  return {
    path: [...path, key],
    at: 'key',
    rule: 'unknown-key',
    message: `There is no key ${key} here.`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Keys that mistyped ones stand for. */
function meantBy(issue: Issue, context: Context): readonly Path[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const open = openKeysAt(context, issue.path);
  return issue.keys.flatMap((key) => {
    const guess = nearest(key, open);
    return guess === undefined ? [] : [[...issue.path, guess]];
  });
}

/** Keys that a mapping may have and does not. */
function openKeysAt({ schema, value }: Context, path: Path): readonly string[] {
  const there = new Set(Object.keys(valueAt(value, path) ?? {}));
  return keysAt(schema, value, path).filter((key) => !there.has(key));
}

function missing(issue: Issue, { schema, value }: Context): Finding {
  const key = String(issue.path.at(-1) ?? 'config');
  const description = descriptionAt(schema, value, issue.path);
  return {
    path: issue.path,
    rule: 'required',
    value: '',
    message: `${key} is missing.`,
    ...(description === undefined ? {} : { suggestion: `Add ${key}: ${description}` }),
  };
}

function wrong(issue: Issue, value: unknown, { spelled }: Context): Finding {
  const base = { path: issue.path, value: spelled(issue.path) ?? shown(value) };
  switch (issue.code) {
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const suggestion = didYouMean(String(value), allowed);
      return {
        ...base,
        rule: 'allowed-value',
        message: `Allowed here: ${allowed.join(', ')}.`,
        ...(suggestion?.startsWith('Did') === true ? { suggestion } : {}),
      };
    }
    case 'too_big':
    case 'too_small': {
      const bound = issue.code === 'too_big' ? issue.maximum : issue.minimum;
      const numeric = typeof value === 'number';
      return {
        ...base,
        rule: numeric ? 'number-range' : 'length-range',
        message: issue.message,
        ...(numeric ? { suggestion: `The nearest allowed value is ${bound}.` } : {}),
      };
    }
    case 'invalid_format':
      return { ...base, rule: 'form', message: issue.message };
    case 'invalid_union':
      return issue.path.at(-1) === 'hosted'
        ? { ...base, rule: 'allowed-value', message: 'hosted is true or false.' }
        : { ...base, rule: 'type', message: 'A text, a number, true or false stands here.' };
    case 'invalid_type':
      return { ...base, rule: 'type', ...typeMismatch(issue, value, base.value) };
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return { ...base, rule: 'form', message: issue.message };
  }
}

function typeMismatch(
  issue: Issue & { readonly code: 'invalid_type' },
  value: unknown,
  asWritten: string,
): Pick<Finding, 'message' | 'suggestion'> {
  const expected = EXPECTED[issue.expected] ?? `a value of type ${issue.expected}`;
  const message = issue.message.startsWith('Invalid input') ? `This is ${expected}.` : issue.message;
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return { message, suggestion: `Put it in quotes: "${asWritten}".` };
  }
  if (typeof value === 'string' && /^-?\d+$/.test(value) && /^(int|number)$/.test(issue.expected)) {
    return { message, suggestion: `Without quotes: ${value}.` };
  }
  if (issue.expected === 'array' && value !== null) {
    return { message, suggestion: 'Write a list: one item to a line, each after a dash.' };
  }
  return typeof value === 'number' && issue.expected === 'int'
    ? { message, suggestion: `The nearest whole number is ${Math.round(value)}.` }
    : { message };
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
};

/** Pulumi's form of an encrypted value. */
function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'secure';
}

function secret(path: Path): Finding {
  return {
    path,
    value: 'secure: …',
    rule: 'no-secret',
    message: 'Keys of flotilla: hold no encrypted values: manifests are made without the passphrase.',
    suggestion: 'Write the value in the clear; nothing that a stack config holds is a secret.',
  };
}

/** Where the pruned value gets a hole; the whole mapping, where its kind cannot be told. */
function cutsOf(issue: Issue): readonly Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  return [issue.code === 'invalid_union' && issue.path.at(-1) === 'hosted' ? issue.path.slice(0, -1) : issue.path];
}

function cutKey(path: Path): string {
  return JSON.stringify(path);
}

function prune(value: unknown, cuts: ReadonlySet<string>, path: Path): unknown {
  if (cuts.has(cutKey(path))) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => prune(item, cuts, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).map(([key, item]) => [key, prune(item, cuts, [...path, key])] as const);
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined));
}

/** The value at a path, or undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string, unknown>)[part]
        : undefined,
    value,
  );
}

function keysAt(schema: z.ZodType, value: unknown, path: Path): readonly string[] {
  const at = schemaAt(schema, value, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function descriptionAt(schema: z.ZodType, value: unknown, path: Path): string | undefined {
  const at = schemaAt(schema, value, path);
  return at?.description?.split(/(?<=[.:;]) /)[0];
}

/** Schema of the value at a path; of a choice, the branch that the value's own `hosted` picks. */
function schemaAt(schema: z.ZodType, value: unknown, path: Path): z.ZodType | undefined {
  const branch = branchOf(schema, value);
  const [part, ...rest] = path;
  if (part === undefined) return branch;
  const inner =
    branch instanceof z.ZodObject
      ? (branch.shape as Record<string, z.ZodType>)[part]
      : branch instanceof z.ZodArray
        ? (branch.element as z.ZodType)
        : undefined;
  return inner && schemaAt(inner, valueAt(value, [part]), rest);
}

function branchOf(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional) return branchOf(schema.unwrap() as z.ZodType, value);
  if (!(schema instanceof z.ZodUnion)) return schema;
  return (schema.options as readonly z.ZodType[]).find(
    (option) =>
      option instanceof z.ZodObject &&
      (option.shape as Record<string, z.ZodType>)['hosted']?.safeParse(valueAt(value, ['hosted'])).success,
  );
}

function pathPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}
