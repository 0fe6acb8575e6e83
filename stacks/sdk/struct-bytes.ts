import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** What a `google.protobuf.Struct` holds. */
export type StructFields = Readonly<Record<string, unknown>>;

/** Field numbers of google/protobuf/struct.proto. */
const STRUCT_FIELDS = 1;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
const LIST_VALUES = 1;
const NULL_VALUE = 1;
const NUMBER_VALUE = 2;
const STRING_VALUE = 3;
const BOOL_VALUE = 4;
const STRUCT_VALUE = 5;
const LIST_VALUE = 6;

/** A `google.protobuf.Struct` in binary form. @throws Error for what has no form in it, such as undefined */
export function structBytes(fields: StructFields): Uint8Array {
  const writer = new BinaryWriter();
  writeStruct(writer, fields);
  return writer.finish();
}

function writeStruct(writer: BinaryWriter, fields: StructFields): void {
  for (const [key, value] of Object.entries(fields)) {
    writer.tag(STRUCT_FIELDS, WireType.LengthDelimited).fork();
    writer.tag(ENTRY_KEY, WireType.LengthDelimited).string(key);
    writeValue(writer.tag(ENTRY_VALUE, WireType.LengthDelimited).fork(), value);
    writer.join().join();
  }
}

function writeValue(writer: BinaryWriter, value: unknown): void {
  if (value === null) writer.tag(NULL_VALUE, WireType.Varint).uint32(0);
  else if (typeof value === 'string') writer.tag(STRING_VALUE, WireType.LengthDelimited).string(value);
  else if (typeof value === 'number') writer.tag(NUMBER_VALUE, WireType.Bit64).double(value);
  else if (typeof value === 'boolean') writer.tag(BOOL_VALUE, WireType.Varint).bool(value);
  else if (Array.isArray(value)) writeList(writer, value);
  else if (typeof value === 'object') {
    writeStruct(writer.tag(STRUCT_VALUE, WireType.LengthDelimited).fork(), value as StructFields);
    writer.join();
  } else throw new Error('Unexpected struct type.');
}

function writeList(writer: BinaryWriter, values: readonly unknown[]): void {
  writer.tag(LIST_VALUE, WireType.LengthDelimited).fork();
  for (const value of values) {
    writeValue(writer.tag(LIST_VALUES, WireType.LengthDelimited).fork(), value);
    writer.join();
  }
  writer.join();
}

/** The fields of a `google.protobuf.Struct` in binary form. @throws Error for bytes that are none */
export function structFields(bytes: Uint8Array): StructFields {
  return readStruct(new BinaryReader(bytes), bytes.length);
}

function readStruct(reader: BinaryReader, end: number): StructFields {
  const fields: Record<string, unknown> = {};
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (field === STRUCT_FIELDS) readEntry(reader, reader.uint32() + reader.pos, fields);
    else reader.skip(wireType);
  }
  return fields;
}

function readEntry(reader: BinaryReader, end: number, fields: Record<string, unknown>): void {
  let key = '';
  let value: unknown;
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (field === ENTRY_KEY) key = reader.string();
    else if (field === ENTRY_VALUE) value = readValue(reader, reader.uint32() + reader.pos);
    else reader.skip(wireType);
  }
  fields[key] = value;
}

function readValue(reader: BinaryReader, end: number): unknown {
  let value: unknown;
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (field === NULL_VALUE) {
      reader.skip(wireType);
      value = null;
    } else if (field === NUMBER_VALUE) value = reader.double();
    else if (field === STRING_VALUE) value = reader.string();
    else if (field === BOOL_VALUE) value = reader.bool();
    else if (field === STRUCT_VALUE) value = readStruct(reader, reader.uint32() + reader.pos);
    else if (field === LIST_VALUE) value = readList(reader, reader.uint32() + reader.pos);
    else reader.skip(wireType);
  }
  if (value === undefined) throw new Error('Unexpected struct type');
  return value;
}

function readList(reader: BinaryReader, end: number): readonly unknown[] {
  const values: unknown[] = [];
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (field === LIST_VALUES) values.push(readValue(reader, reader.uint32() + reader.pos));
    else reader.skip(wireType);
  }
  return values;
}
