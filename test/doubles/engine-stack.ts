import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PulumiEngine } from '../../local/pulumi/engine.ts';
import type { ProviderDouble } from './provider-double.ts';

export interface EngineStackOptions {
  readonly engine: PulumiEngine;
  /** Scratch folder that takes the state, Pulumi's home and everything else of this stack. */
  readonly folder: string;
  /** Absolute path of a module that exports `program(args)`, an inline program of the Automation API. */
  readonly program: string;
  /** One for each provider that the program uses. */
  readonly doubles: readonly Pick<ProviderDouble, 'attachment'>[];
  /**
   * When the engine writes its state: after each resource as for people, or once at the end of an operation, failed ones
   * too, which takes a fifth of the time for a whole region. @default each-resource
   */
  readonly stateWritten?: 'each-resource' | 'at-end';
}

/** Where `unprotect` stands for a person's `pulumi state unprotect --all`. */
export type StackOperation = 'preview' | 'up' | 'refresh' | 'destroy' | 'unprotect';

export interface StackResult {
  /** Resources by what happened or would happen to them, as in `{create: 2, same: 1}`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly secret: boolean }>>;
}

/** What the parent tells `stack-process.ts`. */
export interface StackOrder {
  readonly operation: StackOperation;
  readonly program: string;
  readonly args: unknown;
  readonly folder: string;
  readonly installation: PulumiEngine['installation'];
}

export type StackAnswer = { readonly result: StackResult } | { readonly error: string };

/**
 * A stack on the real engine whose state is a local file; `args` are what the program is called with, as JSON.
 *
 * Each operation runs in a process of its own: when an update fails, the Node SDK of Pulumi leaves rejected promises
 * behind, which it catches by handlers of the process that Jest's copy of `process` does not install.
 * Rejects with all that the engine printed when the operation fails.
 */
export async function runStack(
  options: EngineStackOptions,
  operation: StackOperation,
  args: unknown,
): Promise<StackResult> {
  const { engine, folder, program } = options;
  await mkdir(join(folder, 'home'), { recursive: true });
  const child = fork(join(import.meta.dirname, 'stack-process.ts'), {
    execArgv: [],
    env: environment(options),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const order: StackOrder = { operation, program, args, folder, installation: engine.installation };
  child.send(order);
  const answer = await answerOf(child);
  if ('error' in answer) throw new Error(answer.error);
  return answer.result;
}

function environment({ folder, doubles, stateWritten }: EngineStackOptions): NodeJS.ProcessEnv {
  return {
    ...(stateWritten === 'at-end' ? { PULUMI_EXPERIMENTAL: 'true', PULUMI_SKIP_CHECKPOINTS: 'true' } : {}),
    PATH: process.env['PATH'],
    HOME: folder,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: 'protects nothing but this test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DEBUG_PROVIDERS: doubles.map(({ attachment }) => attachment).join(','),
  };
}

async function answerOf(child: ChildProcess): Promise<StackAnswer> {
  let answer: StackAnswer | undefined;
  const printed: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  child.once('message', (message) => {
    answer = message as StackAnswer;
  });
  await once(child, 'close');
  return answer ?? { error: `the process of the stack ended without an answer:\n${printed.join('')}` };
}
