import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Folder that stands for the image's KAFKA_HOME: its `libs` has the jars that images/kafka/pom.xml pins. Fetched by Maven
 * once per content of that file, then served from the cache without network.
 *
 * @throws Error when Maven is missing or a jar cannot be fetched
 */
export async function kafkaHome(): Promise<string> {
  const pom = join(import.meta.dirname, '../../images/kafka/pom.xml');
  const digest = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 16);
  const home = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flotilla', `kafka-jars-${digest}`);
  if (existsSync(home)) return home;
  const partial = `${home}.partial-${process.pid}`;
  const started = performance.now();
  const progress = setInterval(() => void report(partial, started), PROGRESS_MS);
  process.stderr.write('kafka jars: fetching what images/kafka/pom.xml pins (about 57 MB)\n');
  try {
    await mkdir(join(partial, 'libs'), { recursive: true });
    const goal = [
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(partial, 'libs')}`,
    ];
    await promisify(execFile)('mvn', ['-B', '-q', '-ntp', '-f', pom, ...goal], { timeout: FETCH_MAX_MS });
    await rename(partial, home).catch((error: unknown) => {
      // Another test was faster: its jars are the same.
      if (!existsSync(home)) throw error;
    });
  } catch (error) {
    throw new Error('Kafka jars could not be fetched: is Maven installed and a repository in reach?', { cause: error });
  } finally {
    clearInterval(progress);
    await rm(partial, { recursive: true, force: true });
  }
  process.stderr.write(`kafka jars: complete after ${seconds(started)} s\n`);
  return home;
}

const PROGRESS_MS = 2_000;
const FETCH_MAX_MS = 600_000;

async function report(partial: string, started: number): Promise<void> {
  const jars = await readdir(join(partial, 'libs')).catch(() => []);
  process.stderr.write(`kafka jars: ${jars.length} jars after ${seconds(started)} s\n`);
}

function seconds(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(0);
}
