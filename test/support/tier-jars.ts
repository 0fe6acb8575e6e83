import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildJar, fetchJars } from '../../local/images/maven.ts';
import { digestOfFiles } from '../../local/images/source-files.ts';
import { cached, cacheRoot } from '../../local/tools/cache.ts';

/** Folder with the jars of the tier plugin in `tier` and those of the local object store in `object-store/libs`. */
export async function tierJars(): Promise<string> {
  const root = join(import.meta.dirname, '..', '..');
  const modules = ['images/kafka/tier', 'images/object-store'];
  const digest = createHash('sha256')
    .update(await digestOfFiles(root, modules))
    .digest('hex')
    .slice(0, 16);
  return await cached(
    'tier-jars',
    digest,
    async (part) => {
      await fill(root, part);
    },
    { root: cacheRoot(process.env) },
  );
}

async function fill(root: string, part: string): Promise<void> {
  const scratch = join(part, 'scratch');
  await mkdir(scratch);
  const options = { scratch, lockFile: join(cacheRoot(process.env), 'maven.lock'), env: process.env };
  await fetchJars(join(root, 'images', 'kafka', 'tier'), join(part, 'tier'), options);
  await buildJar(join(root, 'images', 'kafka', 'tier'), join(part, 'tier'), options);
  await fetchJars(join(root, 'images', 'object-store'), join(part, 'object-store', 'libs'), options);
  await rm(scratch, { recursive: true });
}
