import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, runBuf } from './buf.ts';
import { emitCrdModule } from './crd-emitter.ts';
import { compareFolders, mendDrift, type Drift } from './drift.ts';
import { buildProtoImage } from './proto-image.ts';
import { readResourceModels, type ResourceModel } from './schema-model.ts';
import { emitTypes } from './types-emitter.ts';

/** Folder of the generated code. */
export const GENERATED_FOLDER = join(PROJECT_ROOT, 'contracts', 'gen');

/**
 * Brings contracts/gen to what contracts/proto says: the same input gives the same bytes.
 *
 * @returns each file that was written or taken away; empty when nothing had to change.
 * @throws BufError when the .proto files do not compile; nothing is written then.
 */
export async function generateContracts(folder: string = GENERATED_FOLDER): Promise<readonly Drift[]> {
  return withGenerated(async (generated) => {
    const drifts = await compareFolders(folder, generated);
    await mendDrift(folder, generated, drifts);
    return drifts;
  });
}

/**
 * Generates into a scratch folder and compares it with contracts/gen, which stays as it is.
 *
 * @returns each file that differs; empty when contracts/gen is what contracts/proto says.
 * @throws BufError when the .proto files do not compile.
 */
export async function findDrift(folder: string = GENERATED_FOLDER): Promise<readonly Drift[]> {
  return withGenerated((generated) => compareFolders(folder, generated));
}

/**
 * Checks the style of contracts/proto.
 *
 * @throws BufError with one line for each finding.
 */
export async function lintContracts(): Promise<void> {
  await runBuf(['lint']);
}

// Always beside the real folder, never into it: an interrupted run leaves the last good code.
async function withGenerated<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'flotilla-generate-'));
  try {
    const folder = join(scratch, 'contracts', 'gen');
    const files = emitFiles(readResourceModels(await buildProtoImage()));
    await runBuf(['generate', '--output', scratch]);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) await writeFile(join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function emitFiles(models: readonly ResourceModel[]): ReadonlyMap<string, string> {
  const [psc, ...others] = models;
  if (psc === undefined || others.length > 0) {
    throw new Error('contracts/proto must have exactly one custom resource, the PSC');
  }
  return new Map([
    ['psc-types.ts', emitTypes(psc)],
    ['psc-crd.ts', emitCrdModule(psc, 'PSC_CRD')],
  ]);
}
