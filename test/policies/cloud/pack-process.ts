import { once } from 'node:events';
import { LocalWorkspace, PulumiCommand } from '@pulumi/pulumi/automation/index.js';
import { program, type PackProgramArgs } from './pack-program.ts';

/** What the test tells this process. */
export interface PackOrder {
  readonly args: PackProgramArgs;
  readonly folder: string;
  readonly pack: string;
  /** Folder above `bin` of the engine; absent: the one in the PATH. */
  readonly root?: string;
}

export interface PackAnswer {
  readonly outcome: 'passed' | 'stopped';
  /** All that the engine printed. */
  readonly printed: string;
}

/** Previews the pack's program on the real engine, in a process of its own: see `runStack` of the doubles for why. */
const [order] = (await once(process, 'message')) as [PackOrder];
process.once('disconnect', () => process.exit(1));
process.send?.(await answerTo(order), () => process.exit(0));

async function answerTo({ args, folder, pack, root }: PackOrder): Promise<PackAnswer> {
  const printed: string[] = [];
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: 'test', projectName: 'flotilla-test', program: () => Promise.resolve(program(args)) },
    {
      pulumiCommand: await PulumiCommand.get(root === undefined ? {} : { root }),
      workDir: folder,
      projectSettings: { name: 'flotilla-test', runtime: 'nodejs' },
    },
  );
  try {
    await stack.preview({ policyPacks: [pack], onOutput: (text) => printed.push(text) });
    return { outcome: 'passed', printed: printed.join('') };
  } catch (error) {
    return {
      outcome: 'stopped',
      printed: `${printed.join('')}${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
