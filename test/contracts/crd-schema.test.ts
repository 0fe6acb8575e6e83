import { describe, expect, it } from '@jest/globals';
import { PSC_SCHEMA } from '../../contracts/psc.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';

const KEYWORDS: Readonly<Record<StructuralSchema['type'], readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties'],
  array: ['items', 'minItems', 'maxItems', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'],
  string: ['enum', 'pattern', 'minLength', 'maxLength', 'format'],
  integer: ['format', 'minimum', 'maximum'],
  number: ['format', 'minimum', 'maximum'],
  boolean: [],
};
const EVERYWHERE = ['type', 'description', 'x-kubernetes-validations'];

const places = placesOf(PSC_SCHEMA, '');

describe('the structural schema of the PSC', () => {
  it('covers the whole contract', () => {
    const paths = places.map(({ path }) => path);
    expect(paths).toContain('spec.kafka.placement{}.pods[]');
    expect(paths).toContain('status.conditions[].type');
  });

  it.each(places)('has a type and only keywords of that type at "$path"', ({ schema }) => {
    expect(Object.keys(KEYWORDS)).toContain(schema.type);
    const allowed = [...EVERYWHERE, ...KEYWORDS[schema.type]];
    expect(Object.keys(schema).filter((keyword) => !allowed.includes(keyword))).toEqual([]);
  });

  it('requires only fields that it has', () => {
    for (const { schema } of places) {
      for (const name of schema.required ?? []) expect(Object.keys(schema.properties ?? {})).toContain(name);
    }
  });

  it('says what is in every list and every object', () => {
    for (const { schema } of places.slice(1)) {
      if (schema.type === 'array') expect(schema.items).toBeDefined();
      if (schema.type === 'object') {
        const isMap = schema.additionalProperties !== undefined;
        expect(isMap).not.toBe(schema.properties !== undefined);
      }
    }
  });

  it('gives every list a merge strategy whose keys are required scalars', () => {
    for (const { schema } of places.filter((place) => place.schema.type === 'array')) {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      expect(schema['x-kubernetes-list-type']).toBeDefined();
      expect(schema['x-kubernetes-list-type'] === 'map').toBe(keys.length > 0);
      if (schema['x-kubernetes-list-type'] === 'set') expect(schema.items?.type).toBe('string');
      for (const key of keys) {
        expect(schema.items?.required).toContain(key);
        expect(schema.items?.properties?.[key]?.type).toBe('string');
      }
    }
  });

  it('restricts nothing of metadata but the name', () => {
    expect(PSC_SCHEMA.properties?.['metadata']).toEqual({ type: 'object', properties: { name: { type: 'string' } } });
  });

  it('bounds every list, map and pattern of the spec, so that rules and matchers have a bounded cost', () => {
    for (const { path, schema } of places) {
      if (schema.pattern !== undefined) expect(schema.maxLength).toBeLessThanOrEqual(4096);
      if (!path.startsWith('spec.')) continue;
      if (schema.type === 'array') expect(schema.maxItems).toBeDefined();
      if (schema.additionalProperties !== undefined) expect(schema.maxProperties).toBeDefined();
    }
  });

  it('holds every number to 32 bits, which the API server does not do by format', () => {
    for (const { schema } of places.filter((place) => place.schema.format === 'int32')) {
      expect(schema.minimum).toBeGreaterThanOrEqual(-(2 ** 31));
      expect(schema.maximum).toBeLessThanOrEqual(2 ** 31 - 1);
    }
  });

  it('has patterns that are anchored and that the engines of Go and JavaScript both read', () => {
    for (const { schema } of places.filter((place) => place.schema.pattern !== undefined)) {
      expect(schema.pattern).toMatch(/^\^.*\$$/);
      // Go's engine has no look-around and no back references.
      expect(schema.pattern).not.toMatch(/\(\?[=!<]|\\[1-9]/);
      expect(() => new RegExp(schema.pattern ?? '', 'u')).not.toThrow();
    }
  });

  it('has a message and a place that exists for every rule', () => {
    for (const { schema } of places) {
      for (const { message, fieldPath } of schema['x-kubernetes-validations'] ?? []) {
        expect(message).not.toBe('');
        if (fieldPath !== undefined) expect(schemaBelow(schema, fieldPath)).toBeDefined();
      }
    }
  });

  it('says what every object and most fields are for', () => {
    expect(PSC_SCHEMA.description).toBe('One Kafka, Connect or ksqlDB cluster in one Kubernetes cluster.');
    const described = places.filter(({ schema }) => schema.description !== undefined);
    expect(described.length).toBeGreaterThan(50);
  });
});

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
}

function placesOf(schema: StructuralSchema, path: string): readonly Place[] {
  const fields = Object.entries(schema.properties ?? {});
  return [
    { path, schema },
    ...fields.flatMap(([name, field]) => placesOf(field, path === '' ? name : `${path}.${name}`)),
    ...(schema.items ? placesOf(schema.items, `${path}[]`) : []),
    ...(schema.additionalProperties ? placesOf(schema.additionalProperties, `${path}{}`) : []),
  ];
}

function schemaBelow(schema: StructuralSchema, fieldPath: string): StructuralSchema | undefined {
  return fieldPath
    .split('.')
    .slice(1)
    .reduce<StructuralSchema | undefined>((at, name) => at?.properties?.[name], schema);
}
