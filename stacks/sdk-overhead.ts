import { createRequire } from 'node:module';
import type { log } from '@pulumi/pulumi';
import { rememberFrames, rememberPositions } from './sdk/frames.ts';
import { loadWhenCalled, loadWhenRead, runtimeModule } from './sdk/modules.ts';
import { makeOutputsWhenRead } from './sdk/outputs.ts';
import { leavePromisesUntraced } from './sdk/promises.ts';
import { keepStructsAsBytes } from './sdk/structs.ts';

export interface SdkOverheadOptions {
  /** Whether somebody looks for promises that never end (`PULUMI_DEBUG_PROMISE_LEAKS`) and wants their traces. */
  readonly arePromisesTraced: 'yes' | 'no';
}

/**
 * Takes from Pulumi's SDK the work that a program such as ours has no use for, a third of what a preview costs otherwise.
 * Call it before the program is imported. What the SDK registers, prints and refuses stays the same.
 *
 * It reaches into modules of the SDK whose version package.json pins; where one of them has changed, that part is left
 * out, and the preview is slower and no different.
 */
export async function shedSdkOverhead({ arePromisesTraced }: SdkOverheadOptions): Promise<void> {
  const require = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'));
  loadLessOfSdk(require);
  const { default: pulumi } = await import('@pulumi/pulumi');
  joinDebugMessages(pulumi.log);
  rememberFrames(pulumi.Resource);
  rememberPositions(require);
  keepStructsAsBytes(require);
  if (arePromisesTraced === 'no') {
    leavePromisesUntraced(require);
    makeOutputsWhenRead(require);
  }
  await stopDebugger(require);
}

/** For functions that are to be kept in the state, of which stacks have none, and for programs that run Pulumi themselves. */
function loadLessOfSdk(require: NodeJS.Require): void {
  const closure = '@pulumi/pulumi/runtime/closure';
  loadWhenCalled(require, `${closure}/serializeClosure`, ['serializeFunction', 'serializeFunctionAsync']);
  // This one brings npm, 500 modules of it.
  loadWhenCalled(require, `${closure}/codePaths`, ['computeCodePaths']);
  loadWhenRead(require, '@pulumi/pulumi/automation');
}

type Debug = typeof log.debug;

/**
 * The SDK says three times of each resource what it does with it, in a call of its own each, for those who run Pulumi with
 * `--debug`; each call waits for the one before. They are told the same in few calls.
 */
function joinDebugMessages(sdkLog: { debug: Debug }): void {
  const send = sdkLog.debug;
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (waiting.length === 0) return;
    const text = waiting.join('\n');
    [waiting, length] = [[], 0];
    void send(text);
  };
  sdkLog.debug = (message, resource, ...others) => {
    // A message about one resource is shown with it.
    if (resource !== undefined) return send(message, resource, ...others);
    waiting.push(message);
    length += message.length;
    if (length > MAX_JOINED_LENGTH) flush();
    return Promise.resolve();
  };
  setInterval(flush, FLUSH_INTERVAL_MS).unref();
  process.once('beforeExit', flush);
}

const MAX_JOINED_LENGTH = 64 * 1024;
/** A program that hangs has said what it last did. */
const FLUSH_INTERVAL_MS = 250;

interface DebuggerHooks {
  readonly getSessionAsync: () => Promise<{ readonly post: (method: string, done: () => void) => void }>;
}

/** The SDK runs each program under V8's debugger, to find the sources of functions that are to be kept in the state. */
async function stopDebugger(require: NodeJS.Require): Promise<void> {
  const hooks = runtimeModule<DebuggerHooks>(require, 'closure/v8Hooks.js', 'getSessionAsync');
  if (hooks === undefined) return;
  const session = await hooks.getSessionAsync();
  await new Promise<void>((resolve) => {
    session.post('Debugger.disable', resolve);
  });
}
