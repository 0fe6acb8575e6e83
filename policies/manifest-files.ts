import { readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../contracts/kubernetes-object.ts';
import { admissionPolicyName } from './admission-policies.ts';
import type { LocatedObject } from './engine/cluster-index.ts';

/** Objects of a YAML file with the lines that they begin on; throws where a document is no Kubernetes object. */
export function readManifest(file: string): readonly LocatedObject[] {
  const lineCounter = new LineCounter();
  // Without documents the parser returns an empty list that is not one of documents.
  return [...parseAllDocuments(readFileSync(file, 'utf8'), { lineCounter })].flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
    const object: unknown = document.toJS();
    if (object === null) return [];
    if (!isKubernetesObject(object)) throw new Error(`${file}: a document is no Kubernetes object`);
    const [start = 0] = document.contents?.range ?? [];
    return [{ object, file, line: lineCounter.linePos(start).line }];
  });
}

/** Manifests of one Kubernetes cluster. */
export interface ManifestCluster {
  readonly objects: readonly LocatedObject[];
  /** Registries that its admission policies hold images to. */
  readonly registries: readonly string[];
}

/**
 * Groups objects by Kubernetes cluster: a folder `<stack>/<cluster>` that has admission policies, together with
 * `<stack>/rendered/<cluster>`. Throws where an object is in no such folder, because then nothing holds its images to any
 * registry.
 */
export function manifestClusters(objects: readonly LocatedObject[]): readonly ManifestCluster[] {
  const folders = objects.flatMap(({ object, file }) => {
    const registries = enforcedRegistries(object);
    return registries === undefined ? [] : [{ folder: dirname(file), registries }];
  });
  const byFolder = Map.groupBy(objects, ({ file }) => {
    const found = folders.find(({ folder }) => isWithin(folder, file) || isWithin(renderedFolder(folder), file));
    if (found !== undefined) return found.folder;
    throw new Error(
      `${file} is in the folder of no Kubernetes cluster: none around it has ValidatingAdmissionPolicy ${REGISTRY_POLICY}`,
    );
  });
  return folders.map(({ folder, registries }) => ({
    registries,
    objects: (byFolder.get(folder) ?? []).map((located) => ({
      ...located,
      cluster: `${basename(dirname(folder))}-${basename(folder)}`,
    })),
  }));
}

const REGISTRY_POLICY = admissionPolicyName('image-registry', 'Namespaced');

function renderedFolder(folder: string): string {
  return join(dirname(folder), 'rendered', basename(folder));
}

function isWithin(folder: string, file: string): boolean {
  return file.startsWith(`${folder}${sep}`);
}

/** Registries that this object holds images to, if it is the admission policy about them. */
function enforcedRegistries(object: KubernetesObject): readonly string[] | undefined {
  const { kind, metadata } = object;
  if (kind !== 'ValidatingAdmissionPolicy' || metadata.name !== REGISTRY_POLICY) return undefined;
  const { variables = [] } = (object['spec'] ?? {}) as PolicySpec;
  const expression = variables.find(({ name }) => name === 'registries')?.expression;
  // A list of string literals in CEL is one in JSON.
  const registries: unknown = JSON.parse(expression ?? 'null');
  if (!Array.isArray(registries))
    throw new Error(`${REGISTRY_POLICY}: the registries are no list: ${expression ?? ''}`);
  return registries.map(String);
}

interface PolicySpec {
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
