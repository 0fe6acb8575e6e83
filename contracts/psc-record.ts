import { fromBinary, fromJson, toBinary, toJson, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import { evaluateRules } from './cel-rules.ts';
import { PscRecordSchema, PscStatusRecordSchema } from './gen/flotilla/psc/v1/psc_pb.js';
import type { PhysicalStatefulClusterSpec, PhysicalStatefulClusterStatus } from './gen/psc-types.ts';
import { parsedUnless, type Parsed, type Violation } from './parsed.ts';
import { recordSchema } from './psc-record-schema.ts';
import { compileStructuralCheck, type StructuralCheck } from './structural-check.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What the topic `psc` says of one PSC: its desired state, or that it shall be gone. */
export type PscRecord =
  | {
      readonly name: string;
      /** That of the spec. */
      readonly revision: string;
      readonly deleted: false;
      /** Without `maintenance`, which the control plane never writes. */
      readonly spec: PhysicalStatefulClusterSpec;
    }
  | Tombstone;

/** What the topic `psc-status` says of one PSC: its observed state, or that it is gone. */
export type PscStatusRecord =
  | {
      readonly name: string;
      readonly revision: string;
      readonly deleted: false;
      readonly status: PhysicalStatefulClusterStatus;
    }
  | Tombstone;

/** A delete is a record with a revision, not a null that compaction forgets. */
export interface Tombstone {
  readonly name: string;
  readonly revision: string;
  readonly deleted: true;
}

/**
 * Writes a record of the topic `psc` in its wire form.
 *
 * @throws Error when the record breaks the contract: it would stay in a compacted topic.
 */
export function toRecord(record: PscRecord): Uint8Array {
  return encode(desired, record);
}

/**
 * Reads a record of the topic `psc` and checks it. Lossless: the spec is what was written, with times in UTC and without
 * optional fields that stand at zero (0, "", false, empty list or map), which protobuf does not tell from absent ones.
 *
 * Fields of a newer contract are ignored: receivers are upgraded before senders.
 */
export function fromRecord(bytes: Uint8Array): Parsed<PscRecord> {
  return decode(desired, bytes);
}

/**
 * Writes a record of the topic `psc-status` in its wire form.
 *
 * @throws Error when the record breaks the contract.
 */
export function toStatusRecord(record: PscStatusRecord): Uint8Array {
  return encode(observed, record);
}

/** Reads a record of the topic `psc-status` and checks it, as losslessly as {@link fromRecord}. */
export function fromStatusRecord(bytes: Uint8Array): Parsed<PscStatusRecord> {
  return decode(observed, bytes);
}

/** One kind of record: its message on the wire and the schema of its JSON form. */
class RecordForm<T> {
  readonly message: DescMessage;
  readonly schema: StructuralSchema;
  private structuralCheck: StructuralCheck | undefined;

  constructor(message: DescMessage, schema: StructuralSchema) {
    this.message = message;
    this.schema = schema;
  }

  check(value: unknown): Parsed<T> {
    this.structuralCheck ??= compileStructuralCheck(this.schema);
    const structural = this.structuralCheck(value);
    const structure = structural.length === 0 ? 'sound' : 'malformed';
    return parsedUnless([...structural, ...evaluateRules(this.schema, value, { structure })], () => value as T);
  }
}

const desired = new RecordForm<PscRecord>(PscRecordSchema, recordSchema('spec'));
const observed = new RecordForm<PscStatusRecord>(PscStatusRecordSchema, recordSchema('status'));

function encode<T>(form: RecordForm<T>, record: T): Uint8Array {
  const checked = form.check(record);
  if (!checked.ok) throw new Error(`not a ${form.message.typeName}: ${describe(checked.violations)}`);
  return toBinary(form.message, fromJson(form.message, record as JsonValue));
}

function decode<T>(form: RecordForm<T>, bytes: Uint8Array): Parsed<T> {
  let json: JsonValue;
  try {
    // Zeros too: a required field may well stand at zero.
    json = toJson(form.message, fromBinary(form.message, bytes), { alwaysEmitImplicit: true });
  } catch (error) {
    const rule = `must be a ${form.message.typeName} on the wire: ${String(error)}`;
    return { ok: false, violations: [{ path: '', value: bytes, rule }] };
  }
  return form.check(withoutOptionalZeros(form.schema, json));
}

function withoutOptionalZeros(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => withoutOptionalZeros(items, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, below]) => {
    const belowSchema = schema.properties?.[key] ?? schema.additionalProperties;
    if (belowSchema === undefined) return [[key, below]];
    const isOptional = schema.properties !== undefined && schema.required?.includes(key) !== true;
    return isOptional && isZero(belowSchema, below) ? [] : [[key, withoutOptionalZeros(belowSchema, below)]];
  });
  return Object.fromEntries(entries) as unknown;
}

// A message without fields is not zero: protobuf tells it from an absent one.
function isZero(schema: StructuralSchema, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) {
    return schema.additionalProperties !== undefined && Object.keys(value).length === 0;
  }
  return value === 0 || value === '' || value === '0' || value === false;
}

function describe(violations: readonly Violation[]): string {
  return violations.map(({ path, rule }) => `${path} ${rule}`.trim()).join('; ');
}
