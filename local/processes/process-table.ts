import { readdir, readFile } from 'node:fs/promises';
import { systemErrorCode } from '../tools/tool-error.ts';

/** A process of this machine as proc(5) tells of it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** Its control groups, one `id:controllers:path` a line. */
  readonly cgroups: string;
}

/** Every process of this machine; one that ends meanwhile is left out. */
export async function processTable(): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readProc(pid, 'stat');
      const parentPid = parentOf(stat);
      return parentPid === undefined ? [] : [{ pid, parentPid, cgroups: await readProc(pid, 'cgroup') }];
    }),
  );
  return entries.flat();
}

/** A process and all that it started, directly or not. */
export function familyOf(table: readonly ProcessEntry[], root: number): readonly ProcessEntry[] {
  const children = Map.groupBy(table, ({ parentPid }) => parentPid);
  const family = table.filter(({ pid }) => pid === root);
  // The list grows while it is walked: children after their parents.
  for (const { pid } of family) family.push(...(children.get(pid) ?? []));
  return family;
}

/** Process ids of a pod's containers and sandbox, by the pod's uid; with `containers`, of these containers only. */
export function pidsOfPod(
  table: readonly ProcessEntry[],
  uid: string,
  containers?: readonly string[],
): readonly number[] {
  return table
    .filter(({ cgroups }) =>
      cgroups.split('\n').some((line) => {
        const [, folder, container] = /\/(pod[^/]+)(?:\/([^/]+))?$/.exec(line) ?? [];
        return folder === `pod${uid}` && (containers === undefined || containers.includes(container ?? ''));
      }),
    )
    .map(({ pid }) => pid);
}

/** Memory of a process in bytes, what it shares with others divided among them (PSS); 0 for one that has ended. */
export async function proportionalSetBytes(pid: number): Promise<number> {
  const found = /^Pss:\s+(\d+) kB$/m.exec(await readProc(pid, 'smaps_rollup'));
  return Number(found?.[1] ?? 0) * 1024;
}

const GONE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH']);

async function readProc(pid: number, file: string): Promise<string> {
  return await readFile(`/proc/${pid}/${file}`, 'utf8').catch((error: unknown) => {
    if (GONE.has(systemErrorCode(error))) return '';
    throw error;
  });
}

/** Field 4, counted after the name, which may hold anything. */
function parentOf(stat: string): number | undefined {
  if (stat === '') return undefined;
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
