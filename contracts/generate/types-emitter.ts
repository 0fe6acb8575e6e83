import type { ElementType, FieldModel, MessageModel, ResourceModel, ScalarKind } from './schema-model.ts';

/** Source text of the TypeScript types of a custom resource: strict, deeply readonly, in its protobuf JSON form. */
export function emitTypes(model: ResourceModel): string {
  const interfaces = [...model.messages.values()].map((message) =>
    message === model.root ? rootType(model) : interfaceOf(message),
  );
  return [
    `// Generated from ${model.source} by \`flotilla generate\`. Do not edit.`,
    `import type { ObjectMetadata } from '../kubernetes-object.ts';`,
    '',
    interfaces.join('\n\n'),
    '',
  ].join('\n');
}

// A type rather than an interface: only so is it a KubernetesObject too, which has an index signature.
function rootType(model: ResourceModel): string {
  const { resource, version, root } = model;
  const identity = [
    `  readonly apiVersion: '${resource.group}/${version}';`,
    `  readonly kind: '${resource.kind}';`,
    `  readonly metadata: ObjectMetadata;`,
  ];
  return `${docComment(root.comment, '')}export type ${root.name} = {\n${[...identity, ...properties(root)].join('\n')}\n};`;
}

function interfaceOf(message: MessageModel): string {
  return `${docComment(message.comment, '')}export interface ${message.name} {\n${properties(message).join('\n')}\n}`;
}

function properties(message: MessageModel): readonly string[] {
  return message.fields.map(property);
}

function property(field: FieldModel): string {
  const mark = field.options.required === true ? '' : '?';
  return `${docComment(field.comment, '  ')}  readonly ${field.name}${mark}: ${typeText(field)};`;
}

function typeText(field: FieldModel): string {
  const { type, options } = field;
  switch (type.kind) {
    case 'list':
      return options.in === undefined
        ? `readonly ${elementText(type.element, [])}[]`
        : `readonly (${elementText(type.element, options.in)})[]`;
    case 'map':
      return `Readonly<Record<string, ${elementText(type.element, options.in ?? [])}>>`;
    case 'scalar':
    case 'message':
      return elementText(type, options.in ?? []);
  }
}

function elementText(type: ElementType, values: readonly string[]): string {
  if (type.kind === 'message') return type.message;
  if (values.length > 0) return values.map((value) => `'${value}'`).join(' | ');
  return SCALAR_TEXT[type.scalar];
}

const SCALAR_TEXT: Readonly<Record<ScalarKind, string>> = {
  string: 'string',
  boolean: 'boolean',
  int32: 'number',
  // JSON numbers are doubles in JavaScript: 64 bits travel as a decimal string.
  int64: 'string',
  double: 'number',
  // RFC 3339.
  timestamp: 'string',
};

function docComment(comment: string, indent: string): string {
  if (comment === '') return '';
  const lines = comment.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0] ?? ''} */\n`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`, ''].join('\n');
}
