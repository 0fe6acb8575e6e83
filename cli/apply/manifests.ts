import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { loadAll } from 'js-yaml';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { UserError } from '../user-error.ts';

export interface ManifestFile {
  /** Relative to the folder that was read, with forward slashes. */
  readonly path: string;
  readonly objects: readonly KubernetesObject[];
}

/** Folder of what the operator makes from the PSCs; nobody else applies it once the operator runs. */
export const RENDERED_FOLDER = 'rendered';
const SUFFIX = '.k8s.yaml';

/** All manifests below a folder, in the order of their paths; a {@link UserError} says what to do when there are none. */
export function readManifests(folder: string, hint: string): readonly ManifestFile[] {
  const files = entries(folder, hint)
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new UserError(`there are no manifests (*${SUFFIX}) below ${folder}`, { hint });
  return files.map((file) => ({
    path: relative(folder, file).split(sep).join('/'),
    objects: parseManifest(readFileSync(file, 'utf8'), file),
  }));
}

/** Clusters of a stack: the folders of its manifests, without that of rendered ones. */
export function clustersOf(files: readonly ManifestFile[]): readonly string[] {
  return [...new Set(files.map(clusterOfFile))].sort();
}

/** Objects of one cluster of a stack, in the order of their files. */
export function objectsOfCluster(
  files: readonly ManifestFile[],
  cluster: string,
  rendered: 'include' | 'exclude',
): readonly KubernetesObject[] {
  return files
    .filter((file) => clusterOfFile(file) === cluster && (rendered === 'include' || !isRendered(file)))
    .flatMap(({ objects }) => objects);
}

/** Whether the operator makes what is in the file. */
export function isRendered({ path }: Pick<ManifestFile, 'path'>): boolean {
  return path.split('/').slice(0, -1).includes(RENDERED_FOLDER);
}

/** Name of the cluster that a file of a stack is for. */
export function clusterOfFile({ path }: Pick<ManifestFile, 'path'>): string {
  const folders = path.split('/').slice(0, -1);
  return folders.find((folder) => folder !== RENDERED_FOLDER) ?? '';
}

function entries(folder: string, hint: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new UserError(`the manifests in ${folder} cannot be read`, { hint, cause: error });
  }
}

function parseManifest(text: string, file: string): readonly KubernetesObject[] {
  let documents: readonly unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    throw brokenManifest(file, error instanceof Error ? error.message : String(error));
  }
  return documents
    .filter((document) => document !== null && document !== undefined)
    .map((document) => {
      if (!isKubernetesObject(document)) throw brokenManifest(file, 'a document has no apiVersion, kind or name');
      return document;
    });
}

function brokenManifest(file: string, what: string): UserError {
  return new UserError(`${file} is no Kubernetes manifest: ${what}`, {
    hint: 'manifests are generated: write them anew with ./flotilla synth',
  });
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
