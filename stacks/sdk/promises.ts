import { runtimeModule } from './modules.ts';

type DebuggablePromise = (promise: Promise<unknown>, context: string) => Promise<unknown>;

interface Store {
  /** Promises that have not ended; what is left when the program ends fails it. */
  readonly leakCandidates: Set<Promise<unknown>>;
}

/** Takes the trace from each of the SDK's promises, which is written out for nobody; errors keep theirs. */
export function leavePromisesUntraced(require: NodeJS.Require): void {
  const debuggable = runtimeModule<{ debuggablePromise: DebuggablePromise }>(
    require,
    'debuggable.js',
    'debuggablePromise',
  );
  const state = runtimeModule<{ getStore: () => Store }>(require, 'state.js', 'getStore');
  if (debuggable === undefined || state?.getStore().leakCandidates === undefined) return;
  const { getStore } = state;
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (promise, context) => {
    debuggable.debuggablePromise = (untraced) => watched(untraced, getStore());
    // With its first promise the SDK begins to look for leaks at the end of the program.
    return debuggablePromise(promise, context);
  };
}

function watched(promise: Promise<unknown>, { leakCandidates }: Store): Promise<unknown> {
  leakCandidates.add(promise);
  return promise.then(
    (value) => {
      leakCandidates.delete(promise);
      return value;
    },
    (error: unknown) => {
      leakCandidates.delete(promise);
      // As the SDK does, for who handles rejections of the whole process.
      if (typeof error === 'object' && error !== null) Object.assign(error, { promise });
      throw error;
    },
  );
}
