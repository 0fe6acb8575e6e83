import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { publishedSchemasFolder } from './published-schemas.ts';
import { strictSchema, type JsonSchema } from './strict-schema.ts';

/** Judges objects as `kubectl apply --validate=strict` does: by the published schema of their kind, unknown fields refused. */
export interface SchemaValidator {
  /** What is wrong with the object: empty where nothing is. */
  readonly violations: (object: KubernetesObject) => readonly string[];
}

/** A validator for Kubernetes' own kinds, and for the kinds of these custom resource definitions. */
export function schemaValidator(definitions: readonly KubernetesObject[]): SchemaValidator {
  const folder = publishedSchemasFolder();
  const compiled = new Map<string, ValidateFunction>();
  const custom = new Map(definitions.flatMap(schemasOfDefinition));
  const validatorOf = (apiVersion: string, kind: string): ValidateFunction => {
    const key = `${apiVersion} ${kind}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const schema = custom.get(key) ?? publishedSchema(folder, apiVersion, kind);
    const validator = newAjv().compile(schema);
    compiled.set(key, validator);
    return validator;
  };
  return {
    violations: (object) => {
      const validate = validatorOf(object.apiVersion, object.kind);
      if (validate(object)) return [];
      return (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].join(' '),
      );
    },
  };
}

function newAjv(): Ajv2020 {
  // Kubernetes' schemas are no strict JSON Schemas: they carry `x-kubernetes-…` and formats of their own.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, formats: FORMATS });
  ajv.addKeyword({
    keyword: 'x-kubernetes-list-map-keys',
    type: 'array',
    schemaType: 'array',
    // Server-side apply refuses a list with one key twice.
    validate: (keys: readonly string[], items: readonly Readonly<Record<string, unknown>>[]) => {
      const found = items.map((item) => JSON.stringify(keys.map((key) => item[key])));
      return new Set(found).size === found.length;
    },
  });
  return ajv;
}

const FORMATS = {
  int32: { type: 'number', validate: (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** 31 },
  int64: { type: 'number', validate: (value: number) => Number.isSafeInteger(value) },
  double: true,
  byte: /^[A-Za-z0-9+/]*={0,2}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  'int-or-string': true,
} as const;

/** The schema of one kind, with every schema that it refers to. */
function publishedSchema(folder: string, apiVersion: string, kind: string): JsonSchema {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const file = group === '' ? `api__${String(version)}` : `apis__${String(group)}__${String(version)}`;
  const document = readDocument(join(folder, `${file}_openapi.json`), apiVersion);
  const { schemas } = document.components;
  const name = Object.keys(schemas).find((each) =>
    (schemas[each]?.['x-kubernetes-group-version-kind'] ?? []).some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  );
  if (name === undefined) throw new Error(`Kubernetes publishes no schema for ${apiVersion} ${kind}`);
  const definitions = Object.entries(schemas).map(([each, schema]) => [each, strictSchema(schema)] as const);
  return { $ref: `#/components/schemas/${name}`, components: { schemas: Object.fromEntries(definitions) } };
}

function readDocument(file: string, apiVersion: string): OpenApiDocument {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as OpenApiDocument;
  } catch (error) {
    throw new Error(`Kubernetes publishes no API ${apiVersion}`, { cause: error });
  }
}

interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
}

type PublishedSchema = JsonSchema & {
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
};

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: JsonSchema } }[];
}

function schemasOfDefinition(definition: KubernetesObject): [string, JsonSchema][] {
  const { group, names, versions } = definition['spec'] as DefinitionSpec;
  return versions.map(({ name, schema }) => [`${group}/${name} ${names.kind}`, customSchema(schema.openAPIV3Schema)]);
}

/** A definition says nothing of metadata, which the API server knows by itself. */
function customSchema(schema: JsonSchema): JsonSchema {
  const strict = strictSchema({
    ...schema,
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...schema.properties },
  });
  return { ...strict, properties: { ...strict.properties, metadata: { type: 'object' } } };
}
