import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import type { StackAnswer, StackOrder, StackResult } from './engine-stack.ts';

const STACK = 'test';
const PROJECT = 'flotilla-test';
const END_GRACE_MS = 15_000;

/** Process of one operation of `runStack`: takes the order from its parent, answers once and ends. */
const [order] = (await once(process, 'message')) as [StackOrder];
process.once('disconnect', () => process.exit(1));
process.on('unhandledRejection', endLater);
process.send?.(await answerTo(order), () => process.exit(0));

/**
 * An error inside an output's `apply` leaves an inline program waiting for that output for ever. Those of failed resources
 * end by themselves, with the engine's own message: they are given the time to.
 */
function endLater(reason: unknown): void {
  setTimeout(() => {
    const error = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    process.send?.({ error: `the program failed and did not end:\n${error}` } satisfies StackAnswer, () =>
      process.exit(1),
    );
  }, END_GRACE_MS).unref();
}

async function answerTo(given: StackOrder): Promise<StackAnswer> {
  try {
    return { result: await run(given) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function run(given: StackOrder): Promise<StackResult> {
  const stack = await stackOf(given);
  switch (given.operation) {
    case 'preview': {
      const { changeSummary } = await stack.preview();
      return { changes: changeSummary, outputs: {} };
    }
    case 'up': {
      const { summary, outputs } = await stack.up();
      return { changes: summary.resourceChanges ?? {}, outputs: plain(outputs) };
    }
    case 'refresh':
      return { changes: (await stack.refresh()).summary.resourceChanges ?? {}, outputs: {} };
    case 'destroy':
      // The Automation API destroys without a preview first; people see one, and it stops at what is protected.
      await stack.previewDestroy();
      return { changes: (await stack.destroy()).summary.resourceChanges ?? {}, outputs: {} };
    case 'unprotect':
      await unprotect(given);
      return { changes: {}, outputs: {} };
  }
}

async function stackOf({ program, args, folder, installation }: StackOrder): Promise<Stack> {
  const module = (await import(program)) as { readonly program: (args: unknown) => ReturnType<PulumiFn> };
  return await LocalWorkspace.createOrSelectStack(
    { stackName: STACK, projectName: PROJECT, program: async () => await module.program(args) },
    {
      pulumiCommand: await PulumiCommand.get(installation),
      workDir: folder,
      projectSettings: { name: PROJECT, runtime: 'nodejs' },
    },
  );
}

/** The Automation API has no such call. */
async function unprotect({ folder, installation }: StackOrder): Promise<void> {
  const command = installation.root === undefined ? 'pulumi' : join(installation.root, 'bin', 'pulumi');
  await promisify(execFile)(command, ['state', 'unprotect', '--all', '--yes', '--stack', STACK], { cwd: folder });
}

function plain(outputs: OutputMap): StackResult['outputs'] {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, secret }]) => [name, { value: value as unknown, secret }]),
  );
}
