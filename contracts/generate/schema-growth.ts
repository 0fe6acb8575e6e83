import { isDeepStrictEqual } from 'node:util';
import type { CustomResourceDefinition, StructuralSchema, ValidationRule } from '../structural-schema.ts';

/** What of the PSC people and programs have come to rely on, as it was in the last release. */
export interface ReleasedContract {
  readonly crd: CustomResourceDefinition;
  readonly conditionTypes: readonly string[];
}

/** A change by which a stored object would be refused, cut or read otherwise, or a reader would look in vain. */
export interface Breach {
  /** Where, as in `spec.kafka.placement{}.pods[]`. */
  readonly path: string;
  readonly change: string;
  /** What to do instead. */
  readonly advice: string;
}

/**
 * Every change since the last release that is no growth, in the order of the schema. Comments, messages of rules, wider bounds,
 * further values, optional fields and columns may come and change at any time.
 */
export function findBreaches(before: ReleasedContract, after: ReleasedContract): readonly Breach[] {
  const gone = before.conditionTypes.filter((type) => !after.conditionTypes.includes(type));
  return [
    ...namesBreaches(before.crd, after.crd),
    ...versionBreaches(before.crd, after.crd),
    ...gone.map((type) => ({
      path: 'status.conditions',
      change: `condition type ${type} is gone or has another name`,
      advice: 'keep writing it: alerts and people wait for it; a new one may stand beside it',
    })),
  ];
}

/** The definition without what only explains: a record of it does not change with a comment. */
export function withoutDescriptions<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutDescriptions) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, below]) => key !== 'description' || typeof below !== 'string');
  return Object.fromEntries(entries.map(([key, below]) => [key, withoutDescriptions(below)])) as T;
}

const KEEP = 'keep it as it is; what is no longer used may be ignored, and a new field may stand beside it';
const LOOSE = 'stored objects may break it: hold new objects to it in an admission policy, or make another field';
const ANOTHER_VERSION = 'it needs another version with a conversion (docs/adr/0017)';

function namesBreaches(
  { spec: before }: CustomResourceDefinition,
  { spec: after }: CustomResourceDefinition,
): Breach[] {
  const said = ({ group, scope, names: { kind, plural, singular, listKind } }: typeof before): string =>
    JSON.stringify({ group, scope, kind, plural, singular, listKind });
  const breaches: Breach[] = [];
  if (said(before) !== said(after)) {
    const change = `group, scope or names were ${said(before)} and are ${said(after)}`;
    breaches.push({ path: '', change, advice: 'keep them: stored objects are kept under them' });
  }
  const shortNames = before.names.shortNames.filter((name) => !after.names.shortNames.includes(name));
  for (const name of shortNames) {
    breaches.push({ path: '', change: `short name ${name} is gone`, advice: 'keep it: people and scripts use it' });
  }
  return breaches;
}

function versionBreaches(before: CustomResourceDefinition, after: CustomResourceDefinition): Breach[] {
  return before.spec.versions.flatMap((version) => {
    const next = after.spec.versions.find(({ name }) => name === version.name);
    if (next?.served !== true) {
      const change = `version ${version.name} is served no longer`;
      return [{ path: '', change, advice: 'serve it until nobody reads or stores it any more (docs/adr/0017)' }];
    }
    const columns = version.additionalPrinterColumns.filter(
      ({ name, type, jsonPath }) =>
        !next.additionalPrinterColumns.some((each) =>
          isDeepStrictEqual([each.name, each.type, each.jsonPath], [name, type, jsonPath]),
        ),
    );
    return [
      ...schemaBreaches('', version.schema.openAPIV3Schema, next.schema.openAPIV3Schema),
      ...columns.map(({ name }) => ({
        path: '',
        change: `printer column ${name} is gone, or shows something else`,
        advice: 'keep it: people and scripts read it; a new one may stand beside it',
      })),
    ];
  });
}

function schemaBreaches(path: string, before: StructuralSchema, after: StructuralSchema): Breach[] {
  if (before.type !== after.type || before.format !== after.format) {
    const was = [before.type, before.format].filter(Boolean).join(' ');
    const is = [after.type, after.format].filter(Boolean).join(' ');
    return [{ path, change: `its type was ${was} and is ${is}`, advice: `${KEEP}; ${ANOTHER_VERSION}` }];
  }
  return [
    ...boundBreaches(path, before, after),
    ...listBreaches(path, before, after),
    ...ruleBreaches(path, before, after),
    ...fieldBreaches(path, before, after),
    ...below(`${path}[]`, before.items, after.items),
    ...below(`${path}{}`, before.additionalProperties, after.additionalProperties),
  ];
}

function below(path: string, before: StructuralSchema | undefined, after: StructuralSchema | undefined): Breach[] {
  if (before !== undefined && after !== undefined) return schemaBreaches(path, before, after);
  if (before === after) return [];
  return [{ path, change: 'it was a map and is none, or the other way round', advice: `${KEEP}; ${ANOTHER_VERSION}` }];
}

function fieldBreaches(path: string, before: StructuralSchema, after: StructuralSchema): Breach[] {
  // A map and an object with fields are told apart by what is below.
  const beneath = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const fields = Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
    const next = after.properties?.[name];
    if (next !== undefined) return schemaBreaches(beneath(name), schema, next);
    const change = 'the field is gone or has another name: what is stored in it would be cut';
    return [{ path: beneath(name), change, advice: KEEP }];
  });
  const required = (after.required ?? []).filter((name) => before.required?.includes(name) !== true);
  return [
    ...fields,
    ...required.map((name) => ({
      path: beneath(name),
      change: 'the field is required now: stored objects without it would be refused at their next change',
      advice: 'make it optional, and say what its absence stands for',
    })),
  ];
}

/** Bound ▶ whether a higher one is the tighter one. */
const BOUNDS = {
  minLength: true,
  minimum: true,
  minItems: true,
  minProperties: true,
  maxLength: false,
  maximum: false,
  maxItems: false,
  maxProperties: false,
} as const;

function boundBreaches(path: string, before: StructuralSchema, after: StructuralSchema): Breach[] {
  const breaches: Breach[] = [];
  const say = (change: string): void => {
    breaches.push({ path, change, advice: LOOSE });
  };
  for (const [bound, isLower] of Object.entries(BOUNDS)) {
    const [was, is] = [before[bound as keyof typeof BOUNDS], after[bound as keyof typeof BOUNDS]];
    if (is === undefined || is === was) continue;
    if (was === undefined || (isLower ? is > was : is < was)) say(`${bound} was ${was ?? 'free'} and is ${is}`);
  }
  // Whether one pattern takes all that another takes is not known.
  if (after.pattern !== undefined && after.pattern !== before.pattern) {
    say(`its pattern was ${before.pattern ?? 'free'} and is ${after.pattern}`);
  }
  const taken =
    after.enum === undefined ? [] : (before.enum ?? ['any other']).filter((v) => after.enum?.includes(v) !== true);
  if (taken.length > 0) say(`${taken.join(', ')} may be its value no longer`);
  return breaches;
}

function listBreaches(path: string, before: StructuralSchema, after: StructuralSchema): Breach[] {
  const said = (schema: StructuralSchema): string =>
    [schema['x-kubernetes-list-type'], ...(schema['x-kubernetes-list-map-keys'] ?? [])].join(' ');
  if (said(before) === said(after)) return [];
  const advice = `${KEEP}: owners of single items would be lost, and items that are alike would be refused`;
  return [{ path, change: `its list type and keys were "${said(before)}" and are "${said(after)}"`, advice }];
}

function ruleBreaches(path: string, before: StructuralSchema, after: StructuralSchema): Breach[] {
  const known = new Set(rulesOf(before).map(({ rule }) => rule));
  return rulesOf(after)
    .filter(({ rule }) => !known.has(rule))
    .map(({ rule }) => ({ path, change: `rule is new or has changed: ${rule}`, advice: LOOSE }));
}

function rulesOf(schema: StructuralSchema): readonly ValidationRule[] {
  return schema['x-kubernetes-validations'] ?? [];
}
