import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildJar, fetchJars } from '../../local/images/maven.ts';
import { digestOfFiles } from '../../local/images/source-files.ts';
import { cached, cacheRoot } from '../../local/tools/cache.ts';

/** Whose jars lie beside Kafka's own in the image. */
const OWN_MODULES = ['images/kafka/topic-policy', 'images/kafka/tls'] as const;

/** Modules with the jars of Kafka: those of the newest image, and of the one that clusters are upgraded from. */
export const KAFKAS = { newest: 'images/kafka', before: 'images/kafka-4.2' } as const;

/**
 * Folder that stands for the image's KAFKA_HOME: its `libs` has the jars that the module pins, and those that images/kafka builds.
 * Made once per content of these, then served from the cache without network.
 *
 * @throws ToolError when Maven is missing or a jar cannot be fetched
 */
export async function kafkaHome(module: (typeof KAFKAS)[keyof typeof KAFKAS] = KAFKAS.newest): Promise<string> {
  const root = join(import.meta.dirname, '..', '..');
  const sources = [join(module, 'pom.xml'), join(module, 'jars.sha256'), ...OWN_MODULES];
  const digest = createHash('sha256')
    .update(await digestOfFiles(root, sources))
    .digest('hex')
    .slice(0, 16);
  return await cached(
    'kafka-home',
    digest,
    async (part) => {
      const scratch = join(part, 'scratch');
      await mkdir(scratch);
      const options = { scratch, lockFile: join(cacheRoot(process.env), 'maven.lock'), env: process.env };
      await fetchJars(join(root, module), join(part, 'libs'), options);
      for (const own of OWN_MODULES) await buildJar(join(root, own), join(part, 'libs'), options);
      await rm(scratch, { recursive: true });
    },
    { root: cacheRoot(process.env) },
  );
}
