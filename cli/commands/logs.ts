import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { inLocalRegion } from '../local/in-local-region.ts';
import { criMessage, type LogFile, logParts, partCalled } from '../local/log-parts.ts';
import { UserError } from '../user-error.ts';

interface LogsOptions {
  readonly follow?: true;
  readonly lines: string;
  readonly container?: string;
}

/** `flotilla logs`: what a part of the region on this machine says. */
export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description('show or follow what a part of the region on this machine logs')
    .argument('[part]', 'without one the names of all parts are printed')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --lines <number>', 'how many lines from the end', '100')
    .option('-c, --container <name>', 'of a pod, this container only')
    .addHelpText(
      'after',
      `
Logs are read from the region's folder: they are there when the API server is not, and after ./flotilla down.

Examples:
  $ sudo ./flotilla logs kube-apiserver
  $ sudo ./flotilla logs local-a/kubelet
  $ sudo ./flotilla logs demo/kafka-0 -f`,
    )
    .action(async (part: string | undefined, options: LogsOptions) => {
      await inLocalRegion(process.env, async ({ layout }) => {
        const parts = await logParts(layout);
        if (part === undefined) {
          process.stdout.write([...new Set(parts.map(({ name }) => name)), ''].join('\n'));
          return;
        }
        await show(part, filesOf(partCalled(part, parts).files, part, options), options);
      });
    });
}

function filesOf(files: readonly LogFile[], part: string, { container }: LogsOptions): readonly LogFile[] {
  if (container === undefined) return files;
  const chosen = files.filter(({ label }) => label === container);
  if (chosen.length > 0) return chosen;
  const labels = [...new Set(files.flatMap(({ label }) => label ?? []))];
  throw new UserError(`${part} has no container ${container} that logged anything`, {
    hint: labels.length === 0 ? 'leave --container out' : `choose from: ${labels.join(', ')}`,
  });
}

async function show(part: string, files: readonly LogFile[], { follow, lines }: LogsOptions): Promise<void> {
  if (!/^\d+$/.test(lines)) {
    throw new UserError(`--lines: "${lines}" is no whole number`, { hint: 'give one, as in --lines 500' });
  }
  if (files.length === 0) {
    throw new UserError(`${part} has logged nothing yet`, { hint: 'see how it is: ./flotilla status' });
  }
  const ofOne = async (file: LogFile): Promise<void> => {
    await tail(
      file,
      lines,
      follow === true ? ['--follow=name', '--retry'] : [],
      files.length > 1 ? file.label : undefined,
    );
  };
  // One after the other, so that containers do not mix; following has to mix them.
  if (follow === true) await Promise.all(files.map(ofOne));
  else for (const file of files) await ofOne(file);
}

async function tail(
  { path, format }: LogFile,
  lines: string,
  options: readonly string[],
  label: string | undefined,
): Promise<void> {
  const child = spawn('tail', [`--lines=${lines}`, '--quiet', ...options, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
  const prefix = label === undefined ? '' : `${label}: `;
  for await (const line of createInterface(child.stdout)) {
    process.stdout.write(`${prefix}${format === 'cri' ? criMessage(line) : line}\n`);
  }
  await closed;
}
