import { readFileSync } from 'node:fs';
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

/**
 * Registries that the admission policies among these objects hold images to; throws where there are none, because then
 * nothing holds them to any.
 */
export function enforcedRegistries(objects: readonly KubernetesObject[]): readonly string[] {
  const name = admissionPolicyName('image-registry', 'Namespaced');
  const policy = objects.find(({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === name);
  const { variables = [] } = (policy?.['spec'] ?? {}) as PolicySpec;
  const expression = variables.find((variable) => variable.name === 'registries')?.expression;
  if (expression === undefined) {
    throw new Error(`no ValidatingAdmissionPolicy ${name} with the allowed registries is among the manifests`);
  }
  // A list of string literals in CEL is one in JSON.
  const registries: unknown = JSON.parse(expression);
  if (!Array.isArray(registries)) throw new Error(`${name}: the registries are no list: ${expression}`);
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
