import { structBytes, structFields, type StructFields } from './struct-bytes.ts';
import { exportsOf } from './modules.ts';

/** A message of google-protobuf. */
interface Struct {
  getFieldsMap: (isOptional?: boolean) => unknown;
  toJavaScript: () => StructFields;
}

interface Reader {
  readonly nextField: () => boolean;
  readonly skipField: () => void;
  readonly getCursor: () => number;
  readonly getBuffer: () => Uint8Array;
}

interface Protobuf {
  readonly BinaryReader?: new (bytes: Uint8Array) => Reader;
}

interface Writer {
  readonly writeSerializedMessage: (bytes: Uint8Array, start: number, end: number) => void;
}

interface StructClass {
  new (): Struct;
  readonly prototype: Struct;
  fromJavaScript: (fields: StructFields) => Struct;
  deserializeBinaryFromReader: (struct: Struct, reader: Reader) => Struct;
  serializeBinaryToWriter: (struct: Struct, writer: Writer) => void;
}

interface StructPb {
  readonly Struct?: StructClass;
}

/**
 * Has the properties of resources go between plain objects and their binary form at once, where google-protobuf makes a
 * message for each value of them; and takes what the engine answers apart when somebody looks into it, for most of it nobody
 * does. What goes over the wire is the same.
 */
export function keepStructsAsBytes(require: NodeJS.Require): void {
  const { Struct: struct } = exportsOf(require, 'google-protobuf/google/protobuf/struct_pb.js') as StructPb;
  const { BinaryReader: reader } = exportsOf(require, 'google-protobuf') as Protobuf;
  if (struct === undefined || reader === undefined) return;
  if (!FUNCTIONS.every((name) => typeof struct[name] === 'function')) return;
  const { deserializeBinaryFromReader, serializeBinaryToWriter } = struct;
  const { getFieldsMap, toJavaScript } = struct.prototype;
  const kept = new WeakMap<Struct, Uint8Array>();
  struct.fromJavaScript = (fields) => {
    const made = new struct();
    kept.set(made, structBytes(fields));
    return made;
  };
  struct.deserializeBinaryFromReader = (message, from) => {
    const start = from.getCursor();
    while (from.nextField()) from.skipField();
    kept.set(message, from.getBuffer().subarray(start, from.getCursor()));
    return message;
  };
  struct.serializeBinaryToWriter = (message, writer) => {
    const bytes = kept.get(message);
    if (bytes === undefined) serializeBinaryToWriter(message, writer);
    else writer.writeSerializedMessage(bytes, 0, bytes.length);
  };
  struct.prototype.toJavaScript = function toFields() {
    const bytes = kept.get(this);
    return bytes === undefined ? toJavaScript.call(this) : structFields(bytes);
  };
  // Whoever works on the fields themselves, which may change them, finds them as ever.
  struct.prototype.getFieldsMap = function getFields(isOptional) {
    const bytes = kept.get(this);
    if (bytes !== undefined) {
      kept.delete(this);
      deserializeBinaryFromReader(this, new reader(bytes));
    }
    return getFieldsMap.call(this, isOptional);
  };
}

const FUNCTIONS = ['fromJavaScript', 'deserializeBinaryFromReader', 'serializeBinaryToWriter'] as const;
