import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatProblems, loadAllStacks } from '../../stacks/config.ts';
import type { Problem } from '../../stacks/config.ts';
import { stackJsonSchemaText } from '../../stacks/config/json-schema.ts';
import { loadRegionOutputs } from '../../stacks/outputs.ts';
import { PATHS } from '../project.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** `flotilla config`: stack configs as such, and the JSON Schema that editors read. */
export function addConfigCommand(program: Command): void {
  const config = program
    .command('config')
    .description('check stack configs and outputs; print the JSON Schema of a stack file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla config check            every problem of every stack, at once\n' +
        '  $ ./flotilla config schema --write   after an edit of the schema\n' +
        '  $ ./flotilla config schema --check   in CI',
    );
  config
    .command('check')
    .description('name every problem of all stack files and of the files with their outputs')
    .action(checkStacks);
  config
    .command('schema')
    .description('print the JSON Schema of a stack file')
    .option('--write', `write it to ${SCHEMA_NAME}`)
    .option('--check', `write nothing; fail when ${SCHEMA_NAME} is not that schema`)
    .action((options: SchemaOptions) => {
      if (options.write === true && options.check === true) {
        throw new UserError('both --write and --check were given', { hint: 'give one of them' });
      }
      if (options.check === true) checkSchema();
      else if (options.write === true) writeSchema();
      else process.stdout.write(stackJsonSchemaText());
    });
}

interface SchemaOptions {
  readonly write?: true;
  readonly check?: true;
}

const SCHEMA_NAME = 'stacks/schema/stack.schema.json';
const SCHEMA_FILE = join(PATHS.stacks, 'schema', 'stack.schema.json');

function checkStacks(): void {
  const stacks = loadAllStacks(PATHS.stacks);
  const outputs = stacks.ok ? stacks.value.map((stack) => loadRegionOutputs(PATHS.outputs, stack)) : [];
  const found = [stacks, ...outputs].flatMap((result): readonly Problem[] =>
    result.ok ? result.warnings : result.problems,
  );
  const errors = found.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    const what = errors === 1 ? 'a problem' : `${errors} problems`;
    throw new UserError(`the stack configs have ${what}\n\n${formatProblems(found)}\n`, {
      hint: 'mend the lines above',
    });
  }
  if (found.length > 0) process.stderr.write(`${formatProblems(found)}\n`);
  process.stdout.write(`${outputs.length} stacks and their outputs are right\n`);
}

function checkSchema(): void {
  if (currentSchema() === stackJsonSchemaText()) {
    process.stdout.write(`${SCHEMA_NAME} is up to date\n`);
    return;
  }
  throw new UserError(`${SCHEMA_NAME} is not the schema of stacks/config/schema.ts`, {
    hint: 'run ./flotilla config schema --write and commit what it writes',
    exitCode: EXIT_CODES.findings,
  });
}

function currentSchema(): string | undefined {
  try {
    return readFileSync(SCHEMA_FILE, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw cannot('read', error);
  }
}

function writeSchema(): void {
  const text = stackJsonSchemaText();
  if (currentSchema() === text) {
    process.stdout.write(`${SCHEMA_NAME} is up to date\n`);
    return;
  }
  try {
    writeFileSync(SCHEMA_FILE, text);
  } catch (error) {
    throw cannot('write', error);
  }
  process.stdout.write(`changed ${SCHEMA_NAME}\n`);
}

function cannot(verb: 'read' | 'write', cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`cannot ${verb} ${SCHEMA_NAME}: ${reason}`, {
    hint: 'look at the permissions of stacks/schema',
    exitCode: EXIT_CODES.environment,
    cause,
  });
}
