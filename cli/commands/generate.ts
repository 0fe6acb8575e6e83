import { Option, type Command } from 'commander';
import { BufError } from '../../contracts/generate/buf.ts';
import type { Drift } from '../../contracts/generate/drift.ts';
import { findDrift, generateContracts, lintContracts } from '../../contracts/generate/generate-contracts.ts';
import { findReleaseBreaches, recordRelease } from '../../contracts/generate/released-contract.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** `flotilla generate`: code of contracts/gen from contracts/proto. */
export function addGenerateCommand(program: Command): void {
  program
    .command('generate')
    .description('write contracts/gen (types, wire form, custom resource definition) from contracts/proto')
    .addOption(
      new Option(
        '--check',
        'write nothing; fail when contracts/gen is not what contracts/proto says, or contracts/proto breaks its style or what was released',
      ).conflicts('record'),
    )
    .option('--record', 'write contracts/proto down as released (contracts/released): from then on it only grows')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla generate           after an edit of a .proto\n  $ ./flotilla generate --check   in CI\n  $ ./flotilla generate --record  with a release',
    )
    .action(async (options: { readonly check?: true; readonly record?: true }) => {
      try {
        await (options.check === true ? check() : options.record === true ? record() : write());
      } catch (error) {
        if (error instanceof BufError) throw asUserError(error);
        throw error;
      }
    });
}

async function write(): Promise<void> {
  const drifts = await generateContracts();
  for (const drift of drifts) process.stdout.write(`${WRITTEN[drift.kind]} contracts/gen/${drift.file}\n`);
  if (drifts.length === 0) process.stdout.write('contracts/gen is up to date\n');
}

async function check(): Promise<void> {
  await lintContracts();
  const drifts = await findDrift();
  if (drifts.length > 0) throw driftError(drifts);
  await refuseBreaches();
  process.stdout.write('contracts/gen is what contracts/proto says, and keeps what was released\n');
}

async function record(): Promise<void> {
  await refuseBreaches();
  for (const file of await recordRelease()) process.stdout.write(`recorded ${file}\n`);
}

async function refuseBreaches(): Promise<void> {
  const { resource, wire } = await findReleaseBreaches();
  if (resource.length + wire.length === 0) return;
  const lines = [
    ...resource.map(({ path, change, advice }) => `  ${path === '' ? 'the PSC' : path}: ${change}\n    ${advice}`),
    ...wire.map((line) => `  ${line}`),
  ];
  throw new UserError(['contracts/proto breaks what was released:', ...lines].join('\n'), {
    hint: 'change contracts/proto so that it only grows; docs/adr/0017 says why, and what another version takes',
    exitCode: EXIT_CODES.findings,
  });
}

function driftError(drifts: readonly Drift[]): UserError {
  const lines = drifts.map(({ file, kind }) => `  contracts/gen/${file}: ${DRIFTED[kind]}`);
  return new UserError(['contracts/gen is not what contracts/proto says:', ...lines].join('\n'), {
    hint: 'run ./flotilla generate and commit what it writes',
    exitCode: EXIT_CODES.findings,
  });
}

function asUserError(error: BufError): UserError {
  switch (error.reason) {
    case 'refused':
      return new UserError(error.message, {
        hint: 'mend contracts/proto at the places named above',
        exitCode: EXIT_CODES.findings,
        cause: error,
      });
    case 'unavailable':
      return new UserError(error.message, {
        hint: 'install the dependencies again (npm ci); buf comes with @bufbuild/buf',
        exitCode: EXIT_CODES.environment,
        cause: error,
      });
  }
}

const WRITTEN: Readonly<Record<Drift['kind'], string>> = { missing: 'added', changed: 'changed', stale: 'removed' };
const DRIFTED: Readonly<Record<Drift['kind'], string>> = {
  missing: 'is missing',
  changed: 'differs',
  stale: 'is made by no .proto',
};
