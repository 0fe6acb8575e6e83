import { pathToFileURL } from 'node:url';
import { exportsOf } from './modules.ts';

interface Position {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** What the SDK's `Resource` has beside what it declares. */
interface StackTraces {
  /** Places in the program that lead to a resource, without the given number of the SDK's own frames. */
  stackTrace: (skip: number) => readonly (Position | undefined)[];
  readonly framePositionRegExp: RegExp;
}

/** Takes each line of a stack trace apart once: those of all resources are made of the same few dozen. */
export function rememberFrames(resource: object): void {
  if (!hasStackTraces(resource)) return;
  const { framePositionRegExp: pattern } = resource;
  const known = new Map<string, Position | undefined>();
  resource.stackTrace = (skip) =>
    framesHere()
      // The SDK counts one frame of its own that is not here.
      .slice(skip)
      .map((frame) => {
        if (!known.has(frame)) known.set(frame, positionIn(frame, pattern));
        return known.get(frame);
      });
}

/** A message of google-protobuf. */
interface SourcePosition {
  readonly getUri: () => string;
  readonly getLine: () => number;
  readonly getColumn: () => number;
}

interface Writer {
  readonly writeSerializedMessage: (bytes: Uint8Array, start: number, end: number) => void;
  readonly getResultBuffer: () => Uint8Array;
}

interface SourcePb {
  readonly SourcePosition?: {
    serializeBinaryToWriter: (position: SourcePosition, writer: Writer) => void;
    readonly prototype: Partial<SourcePosition>;
  };
}

/** Brings each place in the program into binary form once: the traces of all resources go through the same few dozen. */
export function rememberPositions(require: NodeJS.Require): void {
  const { SourcePosition: message } = exportsOf(require, '@pulumi/pulumi/proto/source_pb.js') as SourcePb;
  const { BinaryWriter: buffer } = exportsOf(require, 'google-protobuf') as { BinaryWriter?: new () => Writer };
  if (message === undefined || buffer === undefined) return;
  if (GETTERS.some((name) => typeof message.prototype[name] !== 'function')) return;
  const { serializeBinaryToWriter } = message;
  const known = new Map<string, Uint8Array>();
  const bytesOf = (position: SourcePosition): Uint8Array => {
    const own = new buffer();
    serializeBinaryToWriter(position, own);
    return own.getResultBuffer();
  };
  message.serializeBinaryToWriter = (position, writer) => {
    const place = `${position.getUri()}:${position.getLine()}:${position.getColumn()}`;
    const bytes = known.get(place) ?? bytesOf(position);
    known.set(place, bytes);
    writer.writeSerializedMessage(bytes, 0, bytes.length);
  };
}

const GETTERS = ['getUri', 'getLine', 'getColumn'] as const;

function hasStackTraces(resource: object): resource is StackTraces {
  return (
    'stackTrace' in resource && 'framePositionRegExp' in resource && resource.framePositionRegExp instanceof RegExp
  );
}

function framesHere(): readonly string[] {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    return new Error().stack?.split('\n').slice(2) ?? [];
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function positionIn(frame: string, pattern: RegExp): Position | undefined {
  const { file = '', line, column } = pattern.exec(frame)?.groups ?? {};
  if (file === '' || file.startsWith('node:')) return undefined;
  return { uri: pathToFileURL(file).toString(), line: Number(line), column: Number(column) };
}
