import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchJars } from '../../local/images/maven.ts';
import { digestOfFiles } from '../../local/images/source-files.ts';
import { cached, cacheRoot } from '../../local/tools/cache.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FLAKY_SOURCE = 'test/operators/connect/FlakySource.java';
const IMAGE_FILES = ['jmx-exporter.yaml', 'log4j2.properties', 'run.sh'];

/** Class of the connector in {@link connectHome}'s plugins. */
export const FLAKY_CLASS = 'dev.flotilla.test.FlakySource';

/**
 * Folder that stands for the image's /opt/connect: `libs` has the jars that images/connect pins, `plugins` a connector of the
 * tests. Made once per content of these, then served from the cache without network.
 *
 * @throws ToolError when Maven is missing or a jar cannot be fetched
 */
export async function connectHome(): Promise<string> {
  const sources = ['images/connect/pom.xml', 'images/connect/jars.sha256', FLAKY_SOURCE];
  const files = [...sources, ...IMAGE_FILES.map((file) => `images/connect/${file}`)];
  const digest = createHash('sha256')
    .update(await digestOfFiles(ROOT, files))
    .digest('hex')
    .slice(0, 16);
  return await cached('connect-home', digest, fill, { root: cacheRoot(process.env) });
}

async function fill(part: string): Promise<void> {
  const scratch = join(part, 'scratch');
  await mkdir(scratch);
  const options = { scratch, lockFile: join(cacheRoot(process.env), 'maven.lock'), env: process.env };
  const libs = join(part, 'libs');
  await fetchJars(join(ROOT, 'images', 'connect'), libs, options);
  for (const file of IMAGE_FILES) await copyFile(join(ROOT, 'images', 'connect', file), join(part, file));
  const classes = join(scratch, 'classes');
  const services = join(classes, 'META-INF', 'services');
  await mkdir(services, { recursive: true });
  await writeFile(join(services, 'org.apache.kafka.connect.source.SourceConnector'), `${FLAKY_CLASS}\n`);
  const run = promisify(execFile);
  await run('javac', ['-cp', `${libs}/*`, '-d', classes, join(ROOT, FLAKY_SOURCE)]);
  const plugin = join(part, 'plugins', 'flaky');
  await mkdir(plugin, { recursive: true });
  await run('jar', ['--create', '--file', join(plugin, 'flaky.jar'), '-C', classes, '.']);
  await rm(scratch, { recursive: true });
}
