import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CLIENT_FILES, connectText } from '../local/client-files.ts';
import { inLocalRegion } from '../local/in-local-region.ts';
import { tenantAccess } from '../local/tenant-access.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

interface ConnectOptions {
  readonly exec?: true;
}

/** `flotilla connect`: how a client on this machine reaches a tenant's Kafka. */
export function addConnectCommand(program: Command): void {
  program
    .command('connect')
    .description("show how a client on this machine reaches a tenant's Kafka, or run one that does")
    .argument('<tenant>')
    .argument('[command...]', 'with --exec: a program and its arguments, after --')
    .option('--exec', "run a command to which the region's host names are known")
    .addHelpText(
      'after',
      `
Makes a user of the cluster that may use its topics and groups, and writes client files into the region's folder.

Examples:
  $ sudo ./flotilla connect demo
  $ sudo ./flotilla connect demo --exec -- kcat -F /var/lib/flotilla/local/connect/demo/kcat.conf -L`,
    )
    .action(async (tenant: string, command: readonly string[], { exec }: ConnectOptions) => {
      if ((exec === true) !== command.length > 0) {
        throw new UserError(exec === true ? '--exec without a command' : 'a command without --exec', {
          hint: `write ./flotilla connect ${tenant} --exec -- COMMAND`,
        });
      }
      await inLocalRegion(process.env, async (region) => {
        const { files } = await tenantAccess(region, tenant);
        if (exec !== true) process.stdout.write(connectText(files));
        else process.exitCode = await execWithHosts(join(files.folder, CLIENT_FILES.hosts), command);
      });
    });
}

/** In a mount namespace of its own: no other program of the machine sees that hosts file. */
async function execWithHosts(hosts: string, command: readonly string[]): Promise<number> {
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  const args = ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, hosts, ...command];
  const child = spawn('unshare', args, { stdio: 'inherit' });
  // Ctrl-C reaches the command too: how it ends is for it to decide.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve(code ?? (signal === null ? EXIT_CODES.environment : SHELL_SIGNAL_BASE + constants.signals[signal]));
      });
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}

/** A shell's way to say that a signal ended a program. */
const SHELL_SIGNAL_BASE = 128;
