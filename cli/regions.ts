import type { Exemption } from '../policies/exemptions.ts';
import type { ImageLock } from '../contracts/images.ts';
import type { RegionOutputs } from '../contracts/region-outputs.ts';
import { loadImageLock } from '../images/image-lock.ts';
import { formatProblems, loadAllStacks, loadStack, stackNames, type Parsed } from '../stacks/config.ts';
import { loadRegionOutputs, parseRegionOutputs } from '../stacks/outputs.ts';
import { isPublic } from '../stacks/region-args.ts';
import type { StackConfig } from '../stacks/stack-config.ts';
import { loadExemptions } from './exemptions.ts';
import type { EngineOutputs } from './outputs/engine-outputs.ts';
import { PATHS } from './project.ts';
import { UserError } from './user-error.ts';

/** All that the manifests of one stack are made from. */
export interface RegionInput {
  readonly config: StackConfig;
  readonly outputs: RegionOutputs;
  readonly images: ImageLock;
  /** Violations that have been allowed for a time; admission lets them pass as well. */
  readonly exemptions: readonly Exemption[];
}

export interface StackChoice {
  readonly names: readonly string[];
  readonly scope: 'all' | 'named';
}

/**
 * Which stacks a command line asks for: the named ones, or all with `--all`.
 * @throws UserError when it asks for neither or both.
 */
export function chooseStacks(names: readonly string[], options: { readonly all?: true }): StackChoice {
  if (options.all === true && names.length > 0) {
    throw new UserError('both --all and names of stacks were given', { hint: 'give one of them' });
  }
  if (options.all === true) return { names: [], scope: 'all' };
  if (names.length > 0) return { names: [...new Set(names)], scope: 'named' };
  const known = valueOf(stackNames(PATHS.stacks));
  throw new UserError('no stack was named', { hint: `name one or more of ${known.join(', ')}, or say --all` });
}

/**
 * Everything that manifests of the chosen stacks are made from; stacks that `own` has outputs of take those instead of
 * their file.
 *
 * @throws UserError with every problem of every chosen stack.
 */
export function loadRegions(choice: StackChoice, own: EngineOutputs = new Map()): readonly RegionInput[] {
  const configs = loadConfigs(choice);
  const exemptions = loadExemptions();
  return valueOf(together(configs.map((config) => withOutputs(config, exemptions, own))));
}

/** The configs alone, for what needs no cloud. @throws UserError with every problem of every chosen stack. */
export function loadConfigs(choice: StackChoice): readonly StackConfig[] {
  return valueOf(parsedConfigs(choice));
}

function parsedConfigs(choice: StackChoice): Parsed<readonly StackConfig[]> {
  return choice.scope === 'all'
    ? loadAllStacks(PATHS.stacks)
    : together(choice.names.map((name) => loadStack(PATHS.stacks, name)));
}

/** Names of the chosen stacks that Pulumi may have outputs of: all but the local region's; none of configs with problems. */
export function cloudStacks(choice: StackChoice): readonly string[] {
  const configs = parsedConfigs(choice);
  return configs.ok ? configs.value.filter(isPublic).map(({ stack }) => stack) : [];
}

function withOutputs(config: StackConfig, exemptions: readonly Exemption[], own: EngineOutputs): Parsed<RegionInput> {
  const text = own.get(config.stack);
  const outputs =
    text === undefined
      ? loadRegionOutputs(PATHS.outputs, config)
      : parseRegionOutputs(text, { file: `outputs of the stack ${config.stack}`, config });
  if (!outputs.ok) return outputs;
  const images = loadImageLock(PATHS.imageLock, config.region.imageRegistry);
  return { ok: true, value: { config, outputs: outputs.value, images, exemptions }, warnings: outputs.warnings };
}

/** One result of many: their values, or the problems of all of them. */
function together<Value>(results: readonly Parsed<Value>[]): Parsed<readonly Value[]> {
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return { ok: false, problems };
  const good = results.filter((result) => result.ok);
  return { ok: true, value: good.map(({ value }) => value), warnings: good.flatMap(({ warnings }) => warnings) };
}

function valueOf<Value>(result: Parsed<Value>): Value {
  if (!result.ok) {
    const count = result.problems.filter(({ severity }) => severity === 'error').length;
    throw new UserError(
      `the stack configs have ${count === 1 ? 'a problem' : `${count} problems`}\n\n${formatProblems(result.problems)}\n`,
      {
        hint: 'mend the lines above; nothing was written',
      },
    );
  }
  if (result.warnings.length > 0) process.stderr.write(`${formatProblems(result.warnings)}\n`);
  return result.value;
}
