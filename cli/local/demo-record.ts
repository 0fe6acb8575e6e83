/** A record of the demo. */
export interface DemoRecord {
  /** Tells runs of the demo apart that use the topic at the same time. */
  readonly run: number;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
}

/** Smallest size of an encoded record. */
export const MIN_RECORD_BYTES = 24;

/** The record in `bytes` bytes, the rest of them the same in every record: what is sent could be compressed. */
export function encodeRecord({ run, sequence, sentAtMs }: DemoRecord, bytes: number): Buffer {
  const buffer = Buffer.alloc(Math.max(MIN_RECORD_BYTES, bytes), 'flotilla ');
  buffer.writeDoubleBE(run, 0);
  buffer.writeDoubleBE(sequence, 8);
  buffer.writeDoubleBE(sentAtMs, 16);
  return buffer;
}

/** Undefined for what is too short to be a record of the demo. */
export function decodeRecord(buffer: Buffer): DemoRecord | undefined {
  if (buffer.length < MIN_RECORD_BYTES) return undefined;
  return { run: buffer.readDoubleBE(0), sequence: buffer.readDoubleBE(8), sentAtMs: buffer.readDoubleBE(16) };
}
