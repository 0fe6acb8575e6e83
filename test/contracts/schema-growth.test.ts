import { describe, expect, test } from '@jest/globals';
import { findBreaches, type ReleasedContract, withoutDescriptions } from '../../contracts/generate/schema-growth.ts';
import { CONDITION_TYPES } from '../../contracts/conditions.ts';
import { PSC_CRD } from '../../contracts/psc-crd.ts';
import { omit } from '../../operators/runtime/omit.ts';
import type { CustomResourceVersion, StructuralSchema } from '../../contracts/structural-schema.ts';

const RELEASED: ReleasedContract = { crd: PSC_CRD, conditionTypes: Object.values(CONDITION_TYPES) };
const SPEC = ['spec'];
const KAFKA = ['spec', 'kafka'];
const BROKERS = ['spec', 'kafka', 'brokers'];
const ZONE = ['spec', 'kafka', 'placement', '{}'];

describe('What was released', () => {
  test('keeps itself', () => {
    expect(findBreaches(RELEASED, RELEASED)).toEqual([]);
  });

  test('is recorded without what only explains', () => {
    expect(withoutDescriptions({ description: 'text', properties: { description: { type: 'string' } } })).toEqual({
      properties: { description: { type: 'string' } },
    });
  });

  test.each<readonly [string, ReleasedContract]>([
    ['an optional field', edited(KAFKA, withField('rack', { type: 'string' }))],
    ['a required field of a new, optional part', edited(KAFKA, withField('tls', part()))],
    ['a field that is required no longer', edited(KAFKA, (each) => omit(each, 'required'))],
    ['a wider bound', edited([...KAFKA, 'ckus'], (ckus) => ({ ...ckus, maximum: 500 }))],
    ['a further value', edited([...SPEC, 'cloud'], (cloud) => ({ ...cloud, enum: [...(cloud.enum ?? []), 'oci'] }))],
    ['no pattern any more', edited([...KAFKA, 'version'], (each) => omit(each, 'pattern'))],
    ['a rule less', edited(SPEC, (each) => omit(each, 'x-kubernetes-validations'))],
    ['other words of a rule', edited(SPEC, (spec) => withRules(spec, (rule) => ({ ...rule, message: 'other words' })))],
    ['another comment', edited(KAFKA, (kafka) => ({ ...kafka, description: 'other words' }))],
    [
      'another column',
      ofVersion((version) => ({
        ...version,
        additionalPrinterColumns: [
          ...version.additionalPrinterColumns,
          { name: 'Zones', type: 'string', jsonPath: '.spec.zones' },
        ],
      })),
    ],
    ['another condition type', { ...RELEASED, conditionTypes: [...RELEASED.conditionTypes, 'flotilla.dev/New'] }],
  ])('may grow by %s', (_, after) => {
    expect(findBreaches(RELEASED, after)).toEqual([]);
  });

  test.each<readonly [string, ReleasedContract, string, RegExp]>([
    ['a field that goes', edited(KAFKA, withoutField('identity')), 'spec.kafka.identity', /gone or has another name/],
    ['a status field that goes', edited(['status'], withoutField('leaving')), 'status.leaving', /would be cut/],
    [
      'a field of another type',
      edited([...KAFKA, 'ckus'], () => ({ type: 'string' })),
      'spec.kafka.ckus',
      /integer int32 and is string/,
    ],
    [
      'a field of another format',
      edited([...KAFKA, 'ckus'], (each) => omit(each, 'format')),
      'spec.kafka.ckus',
      /integer int32 and is integer/,
    ],
    [
      'a new field that is required',
      edited(KAFKA, (kafka) => required('rack', withField('rack', { type: 'string' })(kafka))),
      'spec.kafka.rack',
      /required now/,
    ],
    [
      'an optional field that becomes required',
      edited(KAFKA, (kafka) => required('identity', kafka)),
      'spec.kafka.identity',
      /required now/,
    ],
    [
      'a lower maximum',
      edited([...KAFKA, 'ckus'], (ckus) => ({ ...ckus, maximum: 100 })),
      'spec.kafka.ckus',
      /maximum was 152 and is 100/,
    ],
    [
      'a higher minimum',
      edited([...BROKERS, 'storage', 'sizeGib'], (size) => ({ ...size, minimum: 8 })),
      'spec.kafka.brokers.storage.sizeGib',
      /minimum was 1 and is 8/,
    ],
    [
      'a bound where there was none',
      edited([...ZONE, 'pods', '[]'], (pod) => ({ ...pod, minLength: 9 })),
      'spec.kafka.placement{}.pods[]',
      /minLength was free and is 9/,
    ],
    [
      'a shorter list',
      edited([...SPEC, 'zones'], (zones) => ({ ...zones, maxItems: 3 })),
      'spec.zones',
      /maxItems was 6 and is 3/,
    ],
    [
      'fewer entries of a map',
      edited([...KAFKA, 'config'], (config) => ({ ...config, maxProperties: 8 })),
      'spec.kafka.config',
      /maxProperties was 64 and is 8/,
    ],
    [
      'another pattern',
      edited([...KAFKA, 'version'], (version) => ({ ...version, pattern: '^4\\..*$' })),
      'spec.kafka.version',
      /its pattern was/,
    ],
    [
      'a value that goes',
      edited([...SPEC, 'cloud'], (cloud) => ({ ...cloud, enum: ['aws', 'gcp', 'azure'] })),
      'spec.cloud',
      /local may be its value no longer/,
    ],
    [
      'a string that is closed',
      edited([...SPEC, 'region'], (region) => ({ ...region, enum: ['eu-1'] })),
      'spec.region',
      /any other may be its value no longer/,
    ],
    [
      'a new rule',
      edited(KAFKA, (kafka) => ({
        ...kafka,
        'x-kubernetes-validations': [
          ...(kafka['x-kubernetes-validations'] ?? []),
          { rule: 'self.ckus < 9', message: 'few' },
        ],
      })),
      'spec.kafka',
      /rule is new or has changed: self.ckus < 9/,
    ],
    [
      'a changed rule',
      edited([...SPEC, 'revision'], (revision) =>
        withRules(revision, (rule) => ({ ...rule, rule: 'int(self) > int(oldSelf)' })),
      ),
      'spec.revision',
      /new or has changed/,
    ],
    [
      'another list type',
      edited([...SPEC, 'zones'], (zones) => ({ ...zones, 'x-kubernetes-list-type': 'atomic' })),
      'spec.zones',
      /"set" and are "atomic"/,
    ],
    [
      'other keys of a list',
      edited(['status', 'conditions'], (list) => ({ ...list, 'x-kubernetes-list-map-keys': ['reason'] })),
      'status.conditions',
      /"map type" and are "map reason"/,
    ],
    [
      'a map that becomes an object',
      edited([...KAFKA, 'config'], (each) => ({ ...omit(each, 'additionalProperties'), properties: {} })),
      'spec.kafka.config{}',
      /was a map and is none/,
    ],
    [
      'a column that goes',
      ofVersion((version) => ({ ...version, additionalPrinterColumns: version.additionalPrinterColumns.slice(1) })),
      '',
      /printer column CKUs is gone/,
    ],
    [
      'a column that shows something else',
      ofVersion((version) => ({
        ...version,
        additionalPrinterColumns: version.additionalPrinterColumns.map((column) => ({ ...column, jsonPath: '.spec' })),
      })),
      '',
      /printer column CKUs .*something else/,
    ],
    [
      'a condition type with another name',
      { ...RELEASED, conditionTypes: RELEASED.conditionTypes.filter((type) => type !== 'Stalled') },
      'status.conditions',
      /condition type Stalled is gone/,
    ],
    [
      'a version that is served no longer',
      ofVersion((version) => ({ ...version, served: false })),
      '',
      /version v1 is served no longer/,
    ],
    [
      'a version with another name',
      ofVersion((version) => ({ ...version, name: 'v2' })),
      '',
      /version v1 is served no longer/,
    ],
    [
      'another plural',
      ofSpec((spec) => ({ ...spec, names: { ...spec.names, plural: 'pscs' } })),
      '',
      /group, scope or names/,
    ],
    [
      'a short name that goes',
      ofSpec((spec) => ({ ...spec, names: { ...spec.names, shortNames: [] } })),
      '',
      /short name psc is gone/,
    ],
  ])('is broken by %s, which is named with what to do', (_, after, path, change) => {
    const [breach] = findBreaches(RELEASED, after);
    expect(breach?.path).toBe(path);
    expect(breach?.change).toMatch(change);
    expect(breach?.advice).not.toBe('');
  });
});

type Edit<T> = (value: T) => T;

function ofSpec(edit: Edit<ReleasedContract['crd']['spec']>): ReleasedContract {
  return { ...RELEASED, crd: { ...PSC_CRD, spec: edit(PSC_CRD.spec) } };
}

function ofVersion(edit: Edit<CustomResourceVersion>): ReleasedContract {
  return ofSpec((spec) => ({ ...spec, versions: [edit(spec.versions[0])] }));
}

/** With the schema at a path changed; `{}` and `[]` stand for what is in a map or a list. */
function edited(path: readonly string[], edit: Edit<StructuralSchema>): ReleasedContract {
  return ofVersion((version) => ({
    ...version,
    schema: { openAPIV3Schema: at(version.schema.openAPIV3Schema, path, edit) },
  }));
}

function at(
  schema: StructuralSchema,
  [first, ...rest]: readonly string[],
  edit: Edit<StructuralSchema>,
): StructuralSchema {
  const there = (inner: StructuralSchema | undefined): StructuralSchema => {
    if (inner === undefined) throw new Error(`there is nothing at ${first ?? ''}`);
    return at(inner, rest, edit);
  };
  if (first === undefined) return edit(schema);
  if (first === '[]') return { ...schema, items: there(schema.items) };
  if (first === '{}') return { ...schema, additionalProperties: there(schema.additionalProperties) };
  return { ...schema, properties: { ...schema.properties, [first]: there(schema.properties?.[first]) } };
}

function withField(name: string, field: StructuralSchema): Edit<StructuralSchema> {
  return (schema) => ({ ...schema, properties: { ...schema.properties, [name]: field } });
}

function withoutField(name: string): Edit<StructuralSchema> {
  return (schema) => ({
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([field]) => field !== name)),
  });
}

function required(name: string, schema: StructuralSchema): StructuralSchema {
  return { ...schema, required: [...(schema.required ?? []), name] };
}

function part(): StructuralSchema {
  return { type: 'object', properties: { must: { type: 'string' } }, required: ['must'] };
}

function withRules(
  schema: StructuralSchema,
  edit: Edit<NonNullable<StructuralSchema['x-kubernetes-validations']>[number]>,
): StructuralSchema {
  return { ...schema, 'x-kubernetes-validations': (schema['x-kubernetes-validations'] ?? []).map(edit) };
}
