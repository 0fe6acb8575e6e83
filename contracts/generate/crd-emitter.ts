import { LABELS, PART_OF } from '../labels.ts';
import type { CustomResourceDefinition, StructuralSchema, ValidationRule } from '../structural-schema.ts';
import { int64Schema } from './int64-schema.ts';
import type {
  ElementType,
  FieldModel,
  FieldOptions,
  MessageModel,
  ResourceModel,
  RuleOptions,
} from './schema-model.ts';

/** Source text of a module that exports the custom resource definition as `constantName`. */
export function emitCrdModule(model: ResourceModel, constantName: string): string {
  return [
    `// Generated from ${model.source} by \`flotilla generate\`. Do not edit.`,
    `import type { CustomResourceDefinition } from '../structural-schema.ts';`,
    '',
    `export const ${constantName}: CustomResourceDefinition = ${JSON.stringify(emitCrd(model), null, 2)};`,
    '',
  ].join('\n');
}

/**
 * The custom resource definition of one resource.
 *
 * @throws Error when an option cannot be said in a structural schema, or would leave a rule's cost without a bound.
 */
export function emitCrd(model: ResourceModel): CustomResourceDefinition {
  const { resource, root, version } = model;
  const hasStatus = root.fields.some((field) => field.name === 'status');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource.plural}.${resource.group}`, labels: { [LABELS.partOf]: PART_OF } },
    spec: {
      group: resource.group,
      scope: 'Namespaced',
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.singular,
        shortNames: resource.shortNames ?? [],
        categories: resource.categories ?? [],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: hasStatus ? { status: {} } : {},
          additionalPrinterColumns: resource.printerColumns ?? [],
          schema: { openAPIV3Schema: rootSchema(model) },
        },
      ],
    },
  };
}

function rootSchema(model: ResourceModel): StructuralSchema {
  const schema = messageSchema(model.root, model);
  const readsName = model.root.rules.some((rule) => rule.cel.includes('self.metadata.name'));
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      // A structural schema may say nothing of metadata but its name.
      metadata: readsName ? { type: 'object', properties: { name: { type: 'string' } } } : { type: 'object' },
      ...schema.properties,
    },
  };
}

function messageSchema(message: MessageModel, model: ResourceModel): StructuralSchema {
  const required = message.fields.filter((field) => field.options.required === true).map((field) => field.name);
  const rules = [...message.rules.map(toRule), ...message.fields.flatMap(keptOnceSet)];
  return {
    type: 'object',
    ...described(message.comment),
    properties: Object.fromEntries(message.fields.map((field) => [field.name, fieldSchema(field, message, model)])),
    ...(required.length > 0 && { required }),
    ...validations(rules),
  };
}

function fieldSchema(field: FieldModel, message: MessageModel, model: ResourceModel): StructuralSchema {
  const place = `${message.name}.${field.name}`;
  const schema = typeSchema(field, place, model);
  const rules = [...(field.options.rules ?? []).map(toRule), ...immutability(field)];
  return {
    ...schema,
    ...described(field.comment === '' ? (schema.description ?? '') : field.comment),
    ...validations([...rules, ...(schema['x-kubernetes-validations'] ?? [])]),
  };
}

function typeSchema(field: FieldModel, place: string, model: ResourceModel): StructuralSchema {
  const { type, options } = field;
  const { minItems, maxItems, listMapKeys, listSet, ...elementOptions } = options;
  switch (type.kind) {
    case 'list':
      return {
        type: 'array',
        ...defined({ minItems, maxItems }),
        items: elementSchema(type.element, elementOptions, place, model),
        ...listType(options, place),
      };
    case 'map':
      return {
        type: 'object',
        ...defined({ minProperties: minItems, maxProperties: maxItems }),
        additionalProperties: elementSchema(type.element, elementOptions, place, model),
      };
    case 'scalar':
    case 'message':
      if (minItems !== undefined || maxItems !== undefined || listMapKeys !== undefined || listSet !== undefined) {
        throw new Error(`${place}: options of lists on something that is not a list`);
      }
      return elementSchema(type, options, place, model);
  }
}

function listType(options: FieldOptions, place: string): Partial<StructuralSchema> {
  if (options.listMapKeys !== undefined) {
    if (options.listSet === true) throw new Error(`${place}: a list is a set or a map, not both`);
    return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': options.listMapKeys };
  }
  return { 'x-kubernetes-list-type': options.listSet === true ? 'set' : 'atomic' };
}

function elementSchema(
  type: ElementType,
  options: FieldOptions,
  place: string,
  model: ResourceModel,
): StructuralSchema {
  if (type.kind === 'message') {
    const message = model.messages.get(type.message);
    if (message === undefined) throw new Error(`${place}: no message ${type.message} in the model`);
    return messageSchema(message, model);
  }
  const { minimum, maximum, minLength, maxLength, pattern } = options;
  switch (type.scalar) {
    case 'string':
      // Matching costs up to the square of the length in JavaScript's engine, and the API server's estimate needs a bound.
      if (pattern !== undefined && maxLength === undefined) throw new Error(`${place}: a pattern needs a max_length`);
      return { type: 'string', ...defined({ enum: options.in, pattern, minLength, maxLength }) };
    case 'boolean':
      return { type: 'boolean' };
    case 'int32':
      // The API server does not hold a number to its format.
      return { type: 'integer', format: 'int32', minimum: minimum ?? -(2 ** 31), maximum: maximum ?? 2 ** 31 - 1 };
    case 'double':
      return { type: 'number', format: 'double', ...defined({ minimum, maximum }) };
    case 'int64':
      return int64Schema(defined({ minimum, maximum }), place);
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
  }
}

function immutability(field: FieldModel): readonly ValidationRule[] {
  if (field.options.immutable !== true) return [];
  return [{ rule: 'self == oldSelf', message: `${field.name} cannot be changed` }];
}

// A rule on a field is skipped when the field goes away, so removal must be seen from above.
function keptOnceSet(field: FieldModel): readonly ValidationRule[] {
  if (field.options.immutable !== true || field.options.required === true) return [];
  return [
    {
      rule: `!has(oldSelf.${field.name}) || has(self.${field.name})`,
      message: `${field.name} cannot be removed`,
      fieldPath: `.${field.name}`,
    },
  ];
}

function toRule(rule: RuleOptions): ValidationRule {
  return { rule: rule.cel, message: rule.message, ...defined({ fieldPath: rule.fieldPath }) };
}

function validations(rules: readonly ValidationRule[]): Partial<StructuralSchema> {
  return rules.length === 0 ? {} : { 'x-kubernetes-validations': rules };
}

function described(comment: string): Partial<StructuralSchema> {
  return comment === '' ? {} : { description: comment.replaceAll('\n', ' ') };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

// Absent, rather than undefined: the text of the definition has no trace of what is not set.
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
