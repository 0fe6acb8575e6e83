import { pathToFileURL } from 'node:url';

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
