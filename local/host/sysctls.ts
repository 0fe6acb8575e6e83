import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../tools/tool-error.ts';

/** Settings of the whole machine that a kubelet changes; it cannot be told not to. */
const CHANGED_BY_KUBELET = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'] as const;

/** Remembers the machine's settings before a region changes them; what is remembered already is not replaced. */
export async function rememberSysctls(folder: string): Promise<void> {
  const file = fileIn(folder);
  const values = await Promise.all(
    CHANGED_BY_KUBELET.map(async (name) => [name, (await readFile(`/proc/sys/${name}`, 'utf8')).trim()] as const),
  );
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(Object.fromEntries(values)), { flag: 'wx' }).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  });
}

/** Puts the machine's settings back to what they were; harmless when nothing is remembered. */
export async function restoreSysctls(folder: string): Promise<void> {
  const text = await readFile(fileIn(folder), 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '{}';
    throw error;
  });
  for (const [name, value] of Object.entries(JSON.parse(text) as Readonly<Record<string, string>>)) {
    const now = (await readFile(`/proc/sys/${name}`, 'utf8')).trim();
    if (now !== value) await writeFile(`/proc/sys/${name}`, value);
  }
  await rm(fileIn(folder), { force: true });
}

function fileIn(folder: string): string {
  return join(folder, 'run', 'sysctls-before');
}
