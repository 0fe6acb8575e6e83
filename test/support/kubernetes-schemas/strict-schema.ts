/** The parts of a JSON Schema that the conversion looks at. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly allOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly [keyword: string]: unknown;
}

/**
 * The schema with every object closed: a field that it does not name is an error, as in the API server's strict
 * validation, unless the schema keeps unknown fields or says what they are.
 */
export function strictSchema(schema: JsonSchema): JsonSchema {
  const { properties, items, allOf, oneOf, additionalProperties } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties !== undefined;
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, strictSchema(property)]),
          ),
          ...(isOpen ? {} : { additionalProperties: false }),
        }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: strictSchema(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: strictSchema(items) }),
    ...(allOf === undefined ? {} : { allOf: allOf.map(strictSchema) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(strictSchema) }),
  };
}
