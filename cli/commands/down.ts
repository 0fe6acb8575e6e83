import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { restoreSysctls } from '../../local/host/sysctls.ts';
import { lockFilePath } from '../../local/region/layout.ts';
import { stopRegion } from '../../local/region/start-region.ts';
import { withLock } from '../../local/tools/lock-file.ts';
import { LOCAL_STACK, localRegion } from '../local/region-folder.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

interface DownOptions {
  readonly purge?: true;
}

/** `flotilla down`: takes the region on this machine away. */
export function addDownCommand(program: Command): void {
  program
    .command('down')
    .description('take the region on this machine down; its data stays')
    .option('--purge', 'delete its data, keys and logs too')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla down            ./flotilla up finds all data again\n  $ ./flotilla down --purge',
    )
    .action(async (options: DownOptions) => {
      await down(options);
    });
}

async function down({ purge }: DownOptions): Promise<void> {
  const { layout } = localRegion(process.env);
  if (process.getuid?.() !== 0) {
    throw new UserError('a region is taken down by root, who started it', {
      hint: 'run sudo ./flotilla down',
      exitCode: EXIT_CODES.environment,
    });
  }
  const onWait = (pid: number): void => {
    process.stderr.write(`waiting for process ${pid}, another ./flotilla up or down of this region\n`);
  };
  await withLock(lockFilePath(layout), { onWait }, async () => {
    await stopRegion(layout);
    await restoreSysctls(layout.folder);
    if (purge === true) await rm(layout.folder, { recursive: true, force: true });
  });
  const data = purge === true ? 'and everything that it kept is deleted' : `its data stays in ${join(layout.folder)}`;
  process.stdout.write(`the region ${LOCAL_STACK} is down; ${data}\n`);
}
