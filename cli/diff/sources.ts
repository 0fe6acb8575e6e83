import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseExemptions } from '../../policies/exemptions.ts';
import { RULES } from '../../policies/rules/index.ts';
import { formatProblems, loadStack, type Parsed } from '../../stacks/config.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { loadRegionOutputs, parseRegionOutputs } from '../../stacks/outputs.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import { readManifests } from '../apply/manifests.ts';
import type { EngineOutputs } from '../outputs/engine-outputs.ts';
import { PATHS, PROJECT_ROOT } from '../project.ts';
import { chooseStacks, loadRegions, type RegionInput } from '../regions.ts';
import { UserError } from '../user-error.ts';
import { type Commit, materialize, resolveCommit } from './git-snapshot.ts';
import type { ManifestSource } from './manifest-diff.ts';

/** A state of a stack to compare with. */
export interface Baseline {
  /** As people call it: `commit 1a2b3c4`, or the folder. */
  readonly name: string;
  readonly manifests: ManifestSource;
  /** What a person should know about it. */
  readonly remark?: string;
}

/** Manifests that the stack's config gives now. */
export function presentManifests(stack: string, own: EngineOutputs = new Map()): ManifestSource {
  const [region] = loadRegions(chooseStacks([stack], {}), own);
  if (region === undefined) throw new Error('a chosen stack was not loaded');
  return manifestsOf(region);
}

/** Manifests of a folder that synth wrote, where there is such a folder; or what the config of a commit gives. */
export function baselineOf(stack: string, against: string, own: EngineOutputs = new Map()): Baseline {
  return isFolder(against) ? folderBaseline(stack, against) : commitBaseline(stack, against, own);
}

function folderBaseline(stack: string, folder: string): Baseline {
  const ofStack = join(folder, stack);
  const chosen = isFolder(ofStack) ? ofStack : folder;
  const files = readManifests(chosen, 'give --against a folder that ./flotilla synth wrote');
  return { name: chosen, manifests: () => files };
}

const SHORT_ID = 10;

function commitBaseline(stack: string, ref: string, own: EngineOutputs): Baseline {
  const commit = resolveCommit(PROJECT_ROOT, ref);
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-diff-'));
  try {
    const paths = Object.values(INPUTS);
    materialize(PROJECT_ROOT, { commit, paths, target: folder });
    const name = `commit ${commit.id.slice(0, SHORT_ID)}`;
    if (!existsSync(join(folder, INPUTS.stacks, `Pulumi.${stack}.yaml`))) {
      return { name, manifests: () => [], remark: `${name} has no stack ${stack}: everything is new` };
    }
    return { name, manifests: manifestsOf(regionIn(folder, stack, commit, own)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What manifests are made from, relative to the project. */
const INPUTS = {
  stacks: relative(PROJECT_ROOT, PATHS.stacks),
  imageLock: relative(PROJECT_ROOT, PATHS.imageLock),
  exemptions: relative(PROJECT_ROOT, PATHS.exemptions),
};

function regionIn(folder: string, stack: string, commit: Commit, own: EngineOutputs): RegionInput {
  const stacks = join(folder, INPUTS.stacks);
  const config = valueOf(loadStack(stacks, stack, { today: commit.date }), commit);
  // The same outputs on both sides: what differs is what the edit changes.
  const text = own.get(stack);
  const read =
    text === undefined
      ? loadRegionOutputs(join(stacks, relative(PATHS.stacks, PATHS.outputs)), config)
      : parseRegionOutputs(text, { file: `outputs of the stack ${stack}`, config });
  const outputs = valueOf(read, commit);
  const images = loadImageLock(join(folder, INPUTS.imageLock), config.region.imageRegistry);
  return { config, outputs, images, exemptions: exemptionsIn(folder) };
}

function exemptionsIn(folder: string): RegionInput['exemptions'] {
  const file = join(folder, INPUTS.exemptions);
  if (!existsSync(file)) return [];
  return parseExemptions(readFileSync(file, 'utf8'), INPUTS.exemptions, new Set(RULES.map(({ id }) => id)));
}

function valueOf<Value>(result: Parsed<Value>, commit: Commit): Value {
  if (result.ok) return result.value;
  throw new UserError(
    `the config of commit ${commit.id.slice(0, SHORT_ID)} is not valid for this code\n\n${formatProblems(result.problems)}\n`,
    { hint: 'synthesize that commit in a clone of its own and compare with its folder: --against <folder>' },
  );
}

function manifestsOf({ config, outputs, images, exemptions }: RegionInput): ManifestSource {
  return () => synthesize(config, outputs, images, { exemptions });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
