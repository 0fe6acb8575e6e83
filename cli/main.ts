import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { COMMANDS, type CommandName } from './commands/index.ts';
import { paletteFor } from './terminal.ts';
import { EXIT_CODES, UserError } from './user-error.ts';

const HELP_EXAMPLES = `
Examples:
  $ ./flotilla synth --all              write the manifests of every stack to dist/
  $ ./flotilla check --all              judge them by the policies
  $ ./flotilla diff aws-us-west-2       what your edit changes, object by object
  $ ./flotilla explain --cku 4 --cloud aws
  $ ./flotilla test                     every check and test of the project`;

/** Typed errors of the parts, by name so that their modules need not be loaded; their messages say what is wrong. */
const HINTS: Readonly<Record<string, string>> = {
  CapacityError: 'choose a capacity that the cloud has: ./flotilla explain --help',
  ImageLockError: 'mend images/images.lock.json',
  InvalidPscError: 'mend the tenant in its stack config',
  LostCredentialsError: 'bring back the Secrets that the message names, or take the region down with --purge',
  SynthesisError: 'mend the stack config or the outputs that it is synthesized with',
};

enableCompileCache();
endWithReader(process.stdout);
process.exitCode = await main(process.argv.slice(2));

/** A reader that has seen enough (`| head`) ends the command, as it does those that are not written in JavaScript. */
function endWithReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_CODES.ok);
  });
}

/** Runs one command line and returns its exit code; people get one message for what they can mend, never a stack. */
async function main(args: readonly string[]): Promise<number> {
  const program = newProgram();
  try {
    await addCommands(program, args);
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_CODES.ok;
  } catch (error) {
    return report(error);
  }
}

function newProgram(): Command {
  return new Command('flotilla')
    .description('Elastic Apache Kafka on your own cloud accounts, as typed infrastructure code.')
    .showHelpAfterError('(add --help for what it takes)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', HELP_EXAMPLES);
}

/** Loads only the module of the command that was asked for: cdk8s alone takes longer to load than `--help` to print. */
async function addCommands(program: Command, args: readonly string[]): Promise<void> {
  const asked = args.find((arg) => !arg.startsWith('-'));
  const names = isCommandName(asked) && asked !== 'completion' ? [asked] : (Object.keys(COMMANDS) as CommandName[]);
  for (const name of names) {
    const add = await COMMANDS[name]();
    add(program);
  }
  for (const command of program.commands) inheritSettings(command, program);
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

function isCommandName(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

function report(error: unknown): number {
  const palette = paletteFor(process.stderr, process.env);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (error instanceof UserError) {
    process.stderr.write(`${palette.red('error:')} ${error.message}\n${palette.bold('what to do:')} ${error.hint}\n`);
    return error.exitCode;
  }
  // By name, so that its module is not loaded for it; its message ends in what to do.
  if (error instanceof Error && error.name === 'ToolError') {
    process.stderr.write(`${palette.red('error:')} ${error.message}\n`);
    return EXIT_CODES.environment;
  }
  const hint = error instanceof Error ? HINTS[error.name] : undefined;
  if (error instanceof Error && hint !== undefined) {
    process.stderr.write(`${palette.red('error:')} ${error.message}\n${palette.bold('what to do:')} ${hint}\n`);
    return EXIT_CODES.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${palette.red('internal error:')} ${detail}\n` +
      `${palette.bold('what to do:')} this is a defect of flotilla; please report it with the command and the text above.\n`,
  );
  return EXIT_CODES.environment;
}
