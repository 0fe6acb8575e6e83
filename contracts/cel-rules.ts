import { Environment } from '@marcbachmann/cel-js';
import { pathText, type Violation } from './parsed.ts';
import type { StructuralSchema, ValidationRule } from './structural-schema.ts';

/**
 * Evaluates every `x-kubernetes-validations` rule of a schema on a value, in the way the API server does: rules that
 * read `oldSelf` only where there is an old value at the same place (map key, list-map key).
 *
 * A rule that cannot be evaluated counts as broken, unless `isMalformed` says that the value is not of the schema's
 * structure: then the structural check has said so already.
 */
export function evaluateRules(
  schema: StructuralSchema,
  value: unknown,
  options: { readonly old?: unknown; readonly structure: 'sound' | 'malformed' },
): readonly Violation[] {
  const violations: Violation[] = [];
  const visit = (place: Place): void => {
    for (const rule of place.schema['x-kubernetes-validations'] ?? []) {
      const violation = evaluateRule(rule, place, options.structure);
      if (violation !== undefined) violations.push(violation);
    }
    for (const child of childrenOf(place)) visit(child);
  };
  visit({ schema, value, self: toCel(schema, value), oldSelf: toCel(schema, options.old), path: [] });
  return violations;
}

/** One place of the value, and what CEL sees there now and before. */
interface Place {
  readonly schema: StructuralSchema;
  readonly value: unknown;
  readonly self: unknown;
  readonly oldSelf: unknown;
  readonly path: readonly (string | number)[];
}

function evaluateRule(rule: ValidationRule, place: Place, structure: 'sound' | 'malformed'): Violation | undefined {
  if (readsOldSelf(rule) && place.oldSelf === undefined) return undefined;
  const below = (rule.fieldPath ?? '').split('.').slice(1);
  const at = { path: pathText([...place.path, ...below]), value: below.reduce(propertyOf, place.value) };
  try {
    const verdict: unknown = compiled(rule.rule)({ self: place.self, oldSelf: place.oldSelf });
    return verdict === true ? undefined : { ...at, rule: rule.message };
  } catch (error) {
    if (structure === 'malformed') return undefined;
    return { ...at, rule: `${rule.message} (cannot be evaluated: ${String(error)})` };
  }
}

function childrenOf({ schema, value, self, oldSelf, path }: Place): readonly Place[] {
  const child = (below: StructuralSchema, key: string | number, old: unknown): Place => ({
    schema: below,
    value: propertyOf(value, key),
    self: propertyOf(self, key),
    oldSelf: old,
    path: [...path, key],
  });
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.map((_, index) => child(items, index, oldItem(schema, self, oldSelf, index)));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const below = schema.properties?.[key] ?? schema.additionalProperties;
    return below === undefined ? [] : [child(below, key, propertyOf(oldSelf, key))];
  });
}

// Items of sets and atomic lists have no identity, so nothing to be compared with.
function oldItem(schema: StructuralSchema, self: unknown, oldSelf: unknown, index: number): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys === undefined || !Array.isArray(oldSelf)) return undefined;
  const item = propertyOf(self, index);
  return oldSelf.find((old) => keys.every((key) => propertyOf(old, key) === propertyOf(item, key)));
}

function propertyOf(value: unknown, key: string | number): unknown {
  if (value instanceof Map) return value.get(key) as unknown;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[key];
}

/** CEL's integers are BigInt: `size(x) == 1` is never true of a JavaScript number. */
function toCel(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    // Array.from, not map: a list of another realm (structuredClone under a VM) is no list to the evaluator.
    return Array.from(value, (item: unknown) => (items === undefined ? item : toCel(items, item)));
  }
  if (typeof value === 'object' && value !== null) {
    const { properties, additionalProperties } = schema;
    if (additionalProperties !== undefined) {
      // A Map, so that no key of the input (constructor, __proto__) means anything to JavaScript.
      return new Map(Object.entries(value).map(([key, below]) => [key, toCel(additionalProperties, below)]));
    }
    // Unknown fields are pruned before rules run.
    const known = Object.entries(properties ?? {}).filter(([key]) => Object.hasOwn(value, key));
    return Object.fromEntries(known.map(([key, below]) => [key, toCel(below, propertyOf(value, key))]));
  }
  return schema.type === 'integer' && Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

function readsOldSelf(rule: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule.rule);
}

const environment = new Environment({ unlistedVariablesAreDyn: false })
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn');

type Program = ReturnType<Environment['parse']>;
const programs = new Map<string, Program>();

// As many as the contracts have rules: they come from generated code, never from input.
function compiled(rule: string): Program {
  const known = programs.get(rule);
  if (known !== undefined) return known;
  const program = environment.parse(rule);
  programs.set(rule, program);
  return program;
}
