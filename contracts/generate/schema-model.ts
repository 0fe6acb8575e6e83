import {
  getOption,
  hasOption,
  ScalarType,
  toJson,
  type DescExtension,
  type DescField,
  type DescMessage,
  type FileRegistry,
} from '@bufbuild/protobuf';
import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/** What the emitters need of one custom resource: its messages, root first, each before those that it refers to. */
export interface ResourceModel {
  readonly root: MessageModel;
  readonly resource: CustomResourceOptions;
  readonly messages: ReadonlyMap<string, MessageModel>;
  /** The .proto that says all this, as in `flotilla/psc/v1/psc.proto`. */
  readonly source: string;
  readonly version: string;
}

export interface MessageModel {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly FieldModel[];
  readonly rules: readonly RuleOptions[];
}

export interface FieldModel {
  /** Name in the protobuf JSON form, which is the custom resource's form. */
  readonly name: string;
  readonly comment: string;
  readonly type: FieldType;
  readonly options: FieldOptions;
}

export type ScalarKind = 'string' | 'boolean' | 'int32' | 'int64' | 'double' | 'timestamp';
export type ElementType =
  { readonly kind: 'scalar'; readonly scalar: ScalarKind } | { readonly kind: 'message'; readonly message: string };
export type FieldType =
  | ElementType
  | { readonly kind: 'list'; readonly element: ElementType }
  | { readonly kind: 'map'; readonly element: ElementType };

/** JSON forms of the messages in flotilla/options/v1/options.proto. */
export interface CustomResourceOptions {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly printerColumns?: readonly PrinterColumnOptions[];
}

export interface PrinterColumnOptions {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
  readonly description?: string;
}

export interface RuleOptions {
  readonly cel: string;
  readonly message: string;
  readonly fieldPath?: string;
}

export interface FieldOptions {
  readonly required?: boolean;
  readonly immutable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly in?: readonly string[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly listMapKeys?: readonly string[];
  readonly listSet?: boolean;
  readonly rules?: readonly RuleOptions[];
}

/**
 * Reads every custom resource out of a registry of descriptors that carry source information.
 *
 * @throws Error on a construct that has no form in a structural schema (enum, bytes, unsigned, recursion).
 */
export function readResourceModels(registry: FileRegistry): readonly ResourceModel[] {
  const extensions = {
    resource: extensionNamed(registry, 'flotilla.options.v1.custom_resource'),
    message: extensionNamed(registry, 'flotilla.options.v1.message'),
    field: extensionNamed(registry, 'flotilla.options.v1.field'),
  };
  const reader = new ModelReader(extensions);
  return [...registry]
    .filter((element): element is DescMessage => element.kind === 'message')
    .filter((message) => hasOption(message, extensions.resource))
    .map((message) => reader.readResource(message));
}

interface Extensions {
  readonly resource: DescExtension;
  readonly message: DescExtension;
  readonly field: DescExtension;
}

class ModelReader {
  private readonly extensions: Extensions;

  constructor(extensions: Extensions) {
    this.extensions = extensions;
  }

  readResource(root: DescMessage): ResourceModel {
    const messages = new Map<string, MessageModel>();
    const model = this.readMessage(root, messages, []);
    return {
      root: model,
      resource: this.option(root, this.extensions.resource) as CustomResourceOptions,
      messages,
      source: `${root.file.name}.proto`,
      version: versionOf(root),
    };
  }

  private readMessage(
    message: DescMessage,
    messages: Map<string, MessageModel>,
    within: readonly string[],
  ): MessageModel {
    if (within.includes(message.name)) {
      throw new Error(`${message.typeName} contains itself: a structural schema cannot say that`);
    }
    const known = messages.get(message.name);
    if (known !== undefined) return known;
    const options = this.option(message, this.extensions.message) as { readonly rules?: readonly RuleOptions[] };
    const model: MessageModel = {
      name: message.name,
      comment: commentOf(message.file.proto, pathOf(message)),
      fields: message.fields.map((field, index) => ({
        name: field.jsonName,
        comment: commentOf(message.file.proto, [...pathOf(message), FIELD_OF_MESSAGE, index]),
        type: typeOf(field),
        options: this.option(field, this.extensions.field) as FieldOptions,
      })),
      rules: options.rules ?? [],
    };
    messages.set(message.name, model);
    for (const field of message.fields) {
      if (field.message === undefined || field.message.typeName === TIMESTAMP) continue;
      this.readMessage(field.message, messages, [...within, message.name]);
    }
    return model;
  }

  private option(element: DescMessage | DescField, extension: DescExtension): unknown {
    if (extension.message === undefined) throw new Error(`${extension.typeName} must be of message type`);
    const value = getOption(element, extension);
    return hasOption(element, extension) ? toJson(extension.message, value as never) : {};
  }
}

function extensionNamed(registry: FileRegistry, name: string): DescExtension {
  const extension = registry.getExtension(name);
  if (extension === undefined) throw new Error(`The image of contracts/proto has no option ${name}`);
  return extension;
}

function versionOf(message: DescMessage): string {
  const version = message.file.proto.package.split('.').at(-1) ?? '';
  if (!/^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/.test(version)) {
    throw new Error(`The package of ${message.typeName} must end in its API version, as in v1`);
  }
  return version;
}

const TIMESTAMP = 'google.protobuf.Timestamp';

function typeOf(field: DescField): FieldType {
  switch (field.fieldKind) {
    case 'scalar':
    case 'message':
    case 'enum':
      return elementOf(field, field.scalar, field.message);
    case 'list':
      return { kind: 'list', element: elementOf(field, field.scalar, field.message) };
    case 'map':
      if (field.mapKey !== ScalarType.STRING) throw new Error(`${field.toString()}: keys of a map must be strings`);
      return { kind: 'map', element: elementOf(field, field.scalar, field.message) };
  }
}

function elementOf(field: DescField, scalar: ScalarType | undefined, message: DescMessage | undefined): ElementType {
  if (message !== undefined) {
    return message.typeName === TIMESTAMP
      ? { kind: 'scalar', scalar: 'timestamp' }
      : { kind: 'message', message: message.name };
  }
  const kind = scalar === undefined ? undefined : SCALARS.get(scalar);
  if (kind === undefined) throw new Error(`${field.toString()}: its type has no form in a structural schema`);
  return { kind: 'scalar', scalar: kind };
}

const SCALARS: ReadonlyMap<ScalarType, ScalarKind> = new Map([
  [ScalarType.STRING, 'string'],
  [ScalarType.BOOL, 'boolean'],
  [ScalarType.INT32, 'int32'],
  [ScalarType.INT64, 'int64'],
  [ScalarType.DOUBLE, 'double'],
]);

// Field numbers in descriptor.proto, from which the paths of SourceCodeInfo are made.
const MESSAGE_OF_FILE = 4;
const NESTED_OF_MESSAGE = 3;
const FIELD_OF_MESSAGE = 2;

function pathOf(message: DescMessage): readonly number[] {
  const { parent } = message;
  if (parent === undefined) return [MESSAGE_OF_FILE, message.file.messages.indexOf(message)];
  return [...pathOf(parent), NESTED_OF_MESSAGE, indexOfProto(parent.proto.nestedType, message.proto)];
}

function indexOfProto(all: readonly DescriptorProto[], one: DescriptorProto): number {
  return all.indexOf(one);
}

function commentOf(file: FileDescriptorProto, path: readonly number[]): string {
  const key = path.join('.');
  const location = file.sourceCodeInfo?.location.find((candidate) => candidate.path.join('.') === key);
  return (location?.leadingComments ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}
