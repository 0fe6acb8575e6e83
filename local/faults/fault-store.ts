import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RegionLayout } from '../region/layout.ts';
import { systemErrorCode, ToolError } from '../tools/tool-error.ts';
import { type Fault, faultName } from './fault.ts';
import { LINK_CUTS } from './links.ts';

type Folder = Pick<RegionLayout, 'folder'>;

/**
 * Faults of a region that nobody has undone, oldest first.
 *
 * @throws ToolError for a file that something else wrote
 */
export async function activeFaults(layout: Folder): Promise<readonly Fault[]> {
  const file = faultFile(layout);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '[]';
    throw error;
  });
  try {
    return FAULTS.parse(JSON.parse(text));
  } catch (error) {
    throw new ToolError(`${file} is no list of faults`, {
      hint: 'delete it, and run ./flotilla down and up: links and nodes are made anew',
      cause: error,
    });
  }
}

/** Notes a fault, in the place of an earlier one of its name. To be called before it is brought about. */
export async function noteFault(layout: Folder, fault: Fault): Promise<void> {
  const others = (await activeFaults(layout)).filter((each) => faultName(each) !== faultName(fault));
  await write(layout, [...others, fault]);
}

/** Strikes a fault off. To be called after it has been undone. */
export async function strikeFault(layout: Folder, fault: Fault): Promise<void> {
  await write(
    layout,
    (await activeFaults(layout)).filter((each) => faultName(each) !== faultName(fault)),
  );
}

/** Forgets the faults of processes and links, which end with them, as when a region is taken down; those of data stay. */
export async function forgetFaults(layout: Folder): Promise<void> {
  const kept = (await activeFaults(layout)).filter(({ kind }) => kind === 'fill-disk' || kind === 'object-store-down');
  if (kept.length > 0) await write(layout, kept);
  else await rm(faultFile(layout), { force: true });
}

const zone = z.string();
const pod = z.object({ namespace: z.string(), name: z.string() });
const FAULTS: z.ZodType<readonly Fault[]> = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('zone-down'), zone }),
    z.object({ kind: z.literal('crash-node'), zone }),
    z.object({ kind: z.enum(LINK_CUTS), zone }),
    z.object({ kind: z.literal('slow-link'), zone, megabitsPerSecond: z.number() }),
    z.object({ kind: z.literal('pause'), pod, uid: z.string() }),
    z.object({ kind: z.literal('fill-disk'), pod, zone, file: z.string() }),
    z.object({ kind: z.literal('object-store-down'), replicas: z.number() }),
  ]),
);

function faultFile({ folder }: Folder): string {
  return join(folder, 'run', 'faults');
}

/** Written beside and renamed: an interruption never leaves half a list. */
async function write(layout: Folder, faults: readonly Fault[]): Promise<void> {
  const file = faultFile(layout);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify(faults, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
