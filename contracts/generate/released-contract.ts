import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CONDITION_TYPES } from '../conditions.ts';
import { BufError, PROJECT_ROOT, runBuf } from './buf.ts';
import { emitCrd } from './crd-emitter.ts';
import { buildProtoImage } from './proto-image.ts';
import { type Breach, findBreaches, type ReleasedContract, withoutDescriptions } from './schema-growth.ts';
import { readResourceModels } from './schema-model.ts';

/** The contracts as the last release has them. */
export const RELEASED_FOLDER = join(PROJECT_ROOT, 'contracts', 'released');
const PSC_FILE = 'psc.json';
const WIRE_FILE = 'wire.json';

/**
 * What of contracts/proto would break stored PSCs, records that are still in a topic, or their readers, since the last release.
 *
 * @returns breaches of the custom resource, and of the wire form in buf's words, a line each
 * @throws BufError when the .proto files do not compile
 */
export async function findReleaseBreaches(folder: string = RELEASED_FOLDER): Promise<{
  readonly resource: readonly Breach[];
  readonly wire: readonly string[];
}> {
  const released = JSON.parse(await readFile(join(folder, PSC_FILE), 'utf8')) as ReleasedContract;
  return {
    resource: findBreaches(released, await presentContract()),
    wire: await wireBreaches(join(folder, WIRE_FILE)),
  };
}

/**
 * Writes down contracts/proto as what is released from now on.
 *
 * @returns the files, below the project's root
 */
export async function recordRelease(): Promise<readonly string[]> {
  await mkdir(RELEASED_FOLDER, { recursive: true });
  const wire = await runBuf(['build', '--exclude-source-info', '--output', '-#format=json']);
  const contents = [
    [join(RELEASED_FOLDER, PSC_FILE), await presentContract()],
    [join(RELEASED_FOLDER, WIRE_FILE), JSON.parse(wire.toString()) as unknown],
  ] as const;
  for (const [path, content] of contents) await replace(path, content);
  return contents.map(([path]) => relative(PROJECT_ROOT, path));
}

async function presentContract(): Promise<ReleasedContract> {
  const [model] = readResourceModels(await buildProtoImage());
  if (model === undefined) throw new Error('contracts/proto has no custom resource');
  return { crd: withoutDescriptions(emitCrd(model)), conditionTypes: Object.values(CONDITION_TYPES) };
}

async function wireBreaches(released: string): Promise<readonly string[]> {
  try {
    await runBuf(['breaking', '--against', released]);
    return [];
  } catch (error) {
    if (!(error instanceof BufError) || error.reason !== 'refused') throw error;
    return error.message.split('\n').slice(1);
  }
}

async function replace(path: string, content: unknown): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, `${JSON.stringify(content, null, 1)}\n`);
  await rename(beside, path);
}
