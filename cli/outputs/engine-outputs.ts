import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { installedPulumiTools, type PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { runPulumi } from '../../local/pulumi/run-pulumi.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { INSTALL_ROOT } from '../project.ts';
import { hintsFor } from '../pulumi/hints.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** `auto`: the stack's own where Pulumi has them, else the file that stands in for them. */
export const OUTPUTS_SOURCES = ['auto', 'pulumi', 'file'] as const;
export type OutputsSource = (typeof OUTPUTS_SOURCES)[number];

/** Stack ▶ its outputs as JSON, for the stacks whose own are used. */
export type EngineOutputs = ReadonlyMap<string, string>;

/** The option that every command takes which needs outputs. */
export function outputsOption(): Option {
  const words = "where outputs come from: the stack's own (pulumi), stacks/outputs (file), or its own where it has any";
  return new Option('--outputs <source>', words).choices(OUTPUTS_SOURCES).default('auto');
}

export interface EngineOutputsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Told in one line which outputs are used, and why. */
  readonly say: (line: string) => void;
}

/**
 * Outputs that the Pulumi backend has of these stacks. Builds no engine and, for `file`, asks none.
 *
 * @throws UserError when Pulumi fails, or has none of a stack whose own are asked for
 */
export async function engineOutputs(
  stacks: readonly string[],
  source: OutputsSource,
  { env, say }: EngineOutputsOptions,
): Promise<EngineOutputs> {
  const tools = source === 'file' ? 'told so by --outputs file' : await usableTools(env);
  if (typeof tools === 'string') {
    if (source === 'pulumi') throw new UserError(`the stacks' own outputs cannot be read: ${tools}`, NO_PULUMI);
    say(`outputs: from stacks/outputs (${tools})`);
    return new Map();
  }
  const answers = await Promise.all(stacks.map(async (stack) => [stack, await outputsOf(stack, tools)] as const));
  const own = answers.flatMap(([stack, text]) => (text === undefined ? [] : [[stack, text] as const]));
  const without = answers.filter(([, text]) => text === undefined).map(([stack]) => stack);
  if (source === 'pulumi' && without.length > 0) {
    throw new UserError(`Pulumi has no outputs of ${without.join(', ')}`, {
      hint: `run ./flotilla pulumi up --stack ${without[0] ?? ''}, or use the files that stand in: --outputs file`,
    });
  }
  say(
    `outputs: ${summary(
      own.map(([stack]) => stack),
      without,
    )}`,
  );
  return new Map(own);
}

const NO_PULUMI = {
  hint: 'install Pulumi or run ./flotilla pulumi once, then log in to the backend: ./flotilla pulumi login <url>',
  exitCode: EXIT_CODES.environment,
};

function summary(own: readonly string[], without: readonly string[]): string {
  return [
    ...(own.length > 0 ? [`the stack's own for ${own.join(', ')}`] : []),
    ...(without.length > 0 ? [`from stacks/outputs for ${without.join(', ')} (not up yet)`] : []),
  ].join('; ');
}

/** What to ask, or why nobody can be asked. A backend is looked for first: that takes no process. */
async function usableTools(env: NodeJS.ProcessEnv): Promise<PulumiTools | string> {
  if (!hasBackend(env)) return 'Pulumi is logged in nowhere';
  const tools = await installedPulumiTools({ cacheRoot: cacheRoot(env), env, nodeFolder: dirname(process.execPath) });
  return tools ?? 'there is no Pulumi to ask its backend';
}

/** As Pulumi looks for it: the environment, the project file, then what `pulumi login` wrote. */
function hasBackend(env: NodeJS.ProcessEnv): boolean {
  if ((env['PULUMI_BACKEND_URL'] ?? '') !== '' || (env['PULUMI_ACCESS_TOKEN'] ?? '') !== '') return true;
  if (/^backend:/m.test(readFileSync(join(INSTALL_ROOT, 'Pulumi.yaml'), 'utf8'))) return true;
  const credentials = join(env['PULUMI_HOME'] ?? join(env['HOME'] ?? homedir(), '.pulumi'), 'credentials.json');
  return existsSync(credentials) && /"current":\s*"[^"]/.test(readFileSync(credentials, 'utf8'));
}

/** Undefined where the backend has no such stack, or one that was never up. */
async function outputsOf(stack: string, tools: PulumiTools): Promise<string | undefined> {
  const args = ['stack', 'output', '--json', '--stack', stack];
  const { exitCode, stdout, stderr } = await runPulumi(tools, args, { project: INSTALL_ROOT });
  if (exitCode === 0) return stdout.trim() === '{}' ? undefined : stdout;
  const hints = hintsFor(stderr);
  if (hints.some(({ cause }) => cause === 'no-such-stack')) return undefined;
  throw new UserError(`the outputs of the stack ${stack} cannot be read\n${stderr.trim()}`, {
    hint: [...hints.map(({ hint }) => hint), 'or use the file that stands in for them: --outputs file'].join('\n  '),
    exitCode: EXIT_CODES.environment,
  });
}
