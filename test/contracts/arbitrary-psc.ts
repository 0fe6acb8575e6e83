import fc from 'fast-check';
import {
  PSC_SCHEMA,
  type PhysicalStatefulClusterSpec,
  type PhysicalStatefulClusterStatus,
} from '../../contracts/psc.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';

/** Valid specs of every kind of cluster, without maintenance: what the control plane may send. */
export function arbitrarySpec(): fc.Arbitrary<PhysicalStatefulClusterSpec> {
  const { kafka, connect, ksqldb, ...others } = propertiesOf(schemaAt('spec'));
  const common = Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'maintenance'));
  const required = schemaAt('spec').required ?? [];
  const kinds = Object.entries({ kafka, connect, ksqldb }).map(([kind, schema]) => {
    if (schema === undefined) throw new Error(`the spec has no ${kind}`);
    return arbitraryObject({ ...common, [kind]: schema }, [...required, kind]);
  });
  return fc.oneof(...kinds).map((spec) => consistent(spec) as unknown as PhysicalStatefulClusterSpec);
}

export function arbitraryStatus(): fc.Arbitrary<PhysicalStatefulClusterStatus> {
  return arbitraryValue(schemaAt('status')) as fc.Arbitrary<PhysicalStatefulClusterStatus>;
}

/** PSC names, tenants' names among them. */
export function arbitraryName(): fc.Arbitrary<string> {
  return matching('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$');
}

type JsonObject = Readonly<Record<string, unknown>>;

function arbitraryValue(schema: StructuralSchema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 - 1 });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'string':
      return arbitraryString(schema);
    case 'array':
      return arbitraryArray(schema);
    case 'object':
      return schema.additionalProperties === undefined
        ? arbitraryObject(propertiesOf(schema), schema.required ?? [])
        : fc.dictionary(matching('^[a-zA-Z][a-zA-Z0-9._-]{0,20}$'), arbitraryValue(schema.additionalProperties), {
            minKeys: schema.minProperties ?? 0,
            maxKeys: Math.min(schema.maxProperties ?? 5, 5),
          });
  }
}

function arbitraryString(schema: StructuralSchema): fc.Arbitrary<string> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((date) => date.toISOString().replace('.000Z', 'Z'));
  }
  const maxLength = schema.maxLength ?? 50;
  const strings = schema.pattern === undefined ? fc.string({ unit: 'grapheme' }) : matching(schema.pattern);
  return strings.filter((text) => Array.from(text).length <= maxLength && text.length >= (schema.minLength ?? 0));
}

function matching(pattern: string): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(pattern));
}

function arbitraryArray(schema: StructuralSchema): fc.Arbitrary<readonly unknown[]> {
  if (schema.items === undefined) throw new Error('a list without items');
  const keys = schema['x-kubernetes-list-map-keys'];
  const maxLength = Math.min(schema.maxItems ?? 5, 5);
  const bounds = { minLength: schema.minItems ?? 0, maxLength };
  if (keys === undefined && schema['x-kubernetes-list-type'] !== 'set')
    return fc.array(arbitraryValue(schema.items), bounds);
  return fc.uniqueArray(arbitraryValue(schema.items), {
    ...bounds,
    selector: (item) => (keys === undefined ? item : JSON.stringify(keys.map((key) => (item as JsonObject)[key]))),
  });
}

// Optional fields at zero are the same as absent ones on the wire, so they are left out here.
function arbitraryObject(
  properties: Readonly<Record<string, StructuralSchema>>,
  required: readonly string[],
): fc.Arbitrary<JsonObject> {
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const values = arbitraryValue(schema);
      return [name, required.includes(name) ? values : values.filter((value) => !isZero(value, schema))];
    }),
  );
  return fc.record(model, { requiredKeys: required.filter((name) => name in model) });
}

function isZero(value: unknown, schema: StructuralSchema): boolean {
  if (schema.type === 'object')
    return schema.additionalProperties !== undefined && Object.keys(value as object).length === 0;
  return Array.isArray(value) ? value.length === 0 : [0, '', '0', false].includes(value as string);
}

/** Brings fields that the CEL rules compare with each other into line. */
function consistent(spec: JsonObject): JsonObject {
  const zones = spec['zones'] as readonly string[];
  return mapObjects(spec, (object) => ({
    ...object,
    ...('placement' in object && { placement: placement(zones, 'ckus' in object ? 'kafka' : 'controller') }),
    ...('cpuMillis' in object && {
      cpuLimitMillis: Math.max(object['cpuMillis'] as number, object['cpuLimitMillis'] as number),
      memoryMib: Math.max(object['memoryMib'] as number, (object['heapMib'] as number) + 1),
    }),
  })) as JsonObject;
}

function placement(zones: readonly string[], pod: string): JsonObject {
  return Object.fromEntries(zones.map((zone, index) => [zone, { pods: [`${pod}-${index}`, `${pod}-${index + 100}`] }]));
}

function mapObjects(value: unknown, change: (object: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([key, below]) => [key, mapObjects(below, change)])));
}

function propertiesOf(schema: StructuralSchema): Readonly<Record<string, StructuralSchema>> {
  return schema.properties ?? {};
}

function schemaAt(name: 'spec' | 'status'): StructuralSchema {
  const schema = PSC_SCHEMA.properties?.[name];
  if (schema === undefined) throw new Error(`the PSC has no ${name}`);
  return schema;
}
