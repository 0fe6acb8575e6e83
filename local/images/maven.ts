import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withLock } from '../tools/lock-file.ts';
import { ToolError } from '../tools/tool-error.ts';
import { coordinatesOf, lockDifferences, parseJarLock, type LockedJar } from './jar-lock.ts';
import { needTool, runTool } from './run-tool.ts';
import { mavenPart, type SbomPart } from './sbom.ts';

export interface MavenOptions {
  /** Folder for files that only this work needs; must be there. */
  readonly scratch: string;
  /** File that keeps two of Maven's runs apart: they share a repository that only one at a time may write. */
  readonly lockFile: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Puts every jar of the module in `moduleFolder` into the folder `into` and says what they are.
 *
 * @throws ToolError when Maven is missing or fails, and when the jars are not those of the module's `jars.sha256`
 */
export async function fetchJars(
  moduleFolder: string,
  into: string,
  options: MavenOptions,
): Promise<readonly SbomPart[]> {
  const repository = join(options.scratch, 'repository');
  const jars = await resolveJars(moduleFolder, repository, options);
  const lockFile = join(moduleFolder, 'jars.sha256');
  const differences = lockDifferences(parseJarLock(await readFile(lockFile, 'utf8')), jars);
  if (differences.length > 0) {
    throw new ToolError([`what Maven fetched is not what ${lockFile} pins:`, ...differences].join('\n  '), {
      hint: 'if pom.xml was changed on purpose, run node local/images/lock-jars.ts and look at what it changes; else find out who changed the jar',
    });
  }
  await mkdir(into, { recursive: true });
  const names = new Set(jars.map(({ path }) => basename(path)));
  if (names.size !== jars.length) throw new Error(`two jars of ${moduleFolder} have one name`);
  for (const { path } of jars) await placeJar(join(repository, path), into);
  await rm(repository, { recursive: true });
  return jars.map(({ path, sha256 }) => mavenPart(coordinatesOf(path), sha256));
}

/** Builds the module in `moduleFolder` and puts its jar into the folder `into`. Throws {@link ToolError}. */
export async function buildJar(moduleFolder: string, into: string, options: MavenOptions): Promise<SbomPart> {
  await needTool({ program: 'javac', debianPackage: 'openjdk-17-jdk-headless', env: options.env });
  // A copy: what Maven makes lies beside the sources.
  const copy = join(options.scratch, 'module');
  await cp(moduleFolder, copy, { recursive: true });
  await maven(['-f', join(copy, 'pom.xml'), 'package'], options);
  const jar = (await readdir(join(copy, 'target'))).find((name) => name.endsWith('.jar'));
  if (jar === undefined) throw new Error(`Maven made no jar of ${moduleFolder}`);
  const sha256 = await digestOf(join(copy, 'target', jar));
  await mkdir(into, { recursive: true });
  await placeJar(join(copy, 'target', jar), into);
  await rm(copy, { recursive: true });
  const [artifactId, version] = jar.replace(/\.jar$/, '').split('-');
  return mavenPart({ groupId: 'dev.flotilla.images', artifactId: artifactId ?? jar, version: version ?? '0' }, sha256);
}

/** Jars of a module, in `repository` at their places in Maven's layout. */
export async function resolveJars(
  moduleFolder: string,
  repository: string,
  options: MavenOptions,
): Promise<readonly LockedJar[]> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true'];
  await maven(['-f', join(moduleFolder, 'pom.xml'), ...goal, `-DoutputDirectory=${repository}`], options);
  const paths = (await readdir(repository, { recursive: true })).filter((path) => path.endsWith('.jar')).sort();
  return await Promise.all(paths.map(async (path) => ({ path, sha256: await digestOf(join(repository, path)) })));
}

/** Time of every jar in an image: an archive of classes holds good only for jars with the time that they had then. */
export const JAR_TIME_S = Date.UTC(2026, 0, 1) / 1000;

async function maven(args: readonly string[], { lockFile, env }: MavenOptions): Promise<void> {
  await withLock(lockFile, {}, async () => {
    await runTool({
      program: 'mvn',
      debianPackage: 'maven',
      args: ['--batch-mode', '--quiet', '--no-transfer-progress', ...args],
      env,
      hint: 'see that Maven reaches a repository (its settings.xml may name another), and run the command again',
      within: 'files',
    });
  });
}

async function placeJar(from: string, into: string): Promise<void> {
  const to = join(into, basename(from));
  await rename(from, to);
  await utimes(to, JAR_TIME_S, JAR_TIME_S);
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
