import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PATHS } from '../../constructs/kubernetes/kafka/scripts.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS } from '../../contracts/labels.ts';

/** Secrets by name, each with its files. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One pod of a rendered StatefulSet, ready to be run as processes of this machine. */
export interface LocalPod {
  readonly name: string;
  readonly role: 'broker' | 'controller';
  /** Node that stands for the one in the zone of the pod's claim. */
  readonly node: string;
  readonly prepare: LocalCommand;
  readonly run: LocalCommand;
}

export interface LocalCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Pods that the rendered StatefulSets would make. Their files come from the rendered ConfigMaps and the given Secrets, and
 * each container sees only what its own mounts show: what the template forgets to mount is missing here too.
 */
export async function materializePods(
  objects: readonly KubernetesObject[],
  secrets: Secrets,
  root: string,
): Promise<readonly LocalPod[]> {
  const configMaps = Object.fromEntries(
    (ofKind(objects, 'ConfigMap') as readonly ConfigMap[]).map((each) => [each.metadata.name, each.data]),
  );
  const sources: Sources = {
    configMaps: { ...configMaps, 'kube-root-ca.crt': secrets['kube-root-ca.crt'] ?? {} },
    secrets,
  };
  const zones = Object.fromEntries(
    ofKind(objects, 'PersistentVolumeClaim').map(({ metadata }) => [metadata.name, metadata.labels?.[LABELS.zone]]),
  );
  const pods: LocalPod[] = [];
  for (const set of ofKind(objects, 'StatefulSet') as readonly StatefulSet[]) {
    for (let ordinal = 0; ordinal < set.spec.replicas; ordinal += 1) {
      const name = `${set.metadata.name}-${ordinal}`;
      const zone = zones[`data-${name}`];
      if (zone === undefined) throw new Error(`no claim was rendered for ${name}`);
      pods.push(await materialize(set, name, nodeOf(zone), join(root, name), sources));
    }
  }
  return pods;
}

/** Name of the one node of a zone. */
export function nodeOf(zone: string): string {
  return `node-${zone}`;
}

interface Sources {
  readonly configMaps: Secrets;
  readonly secrets: Secrets;
}

interface ConfigMap extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

interface StatefulSet extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly initContainers: readonly [Container];
        readonly containers: readonly [Container];
        readonly volumes: readonly Volume[];
      };
    };
  };
}

interface Container {
  readonly command: readonly [string, ...string[]];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: FieldRef }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface FieldRef {
  readonly fieldRef: { readonly fieldPath: string };
}

interface Items {
  readonly name: string;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly projected?: {
    readonly sources: readonly {
      readonly configMap?: Items;
      readonly secret?: Items;
      readonly serviceAccountToken?: { readonly path: string };
    }[];
  };
}

async function materialize(
  set: StatefulSet,
  pod: string,
  node: string,
  root: string,
  sources: Sources,
): Promise<LocalPod> {
  const { initContainers, containers, volumes } = set.spec.template.spec;
  for (const volume of volumes) await writeVolume(volume, join(root, volume.name), sources);
  await mkdir(join(root, 'data'), { recursive: true });
  const role = containers[0].env.find(({ name }) => name === 'ROLE')?.value;
  if (role !== 'broker' && role !== 'controller') throw new Error(`${pod} has no role`);
  const fields = { 'metadata.name': pod, 'spec.nodeName': node };
  return {
    name: pod,
    role,
    node,
    prepare: localCommand(initContainers[0], fields, root),
    run: localCommand(containers[0], fields, root),
  };
}

async function writeVolume(volume: Volume, folder: string, sources: Sources): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {
    ...contents(sources.secrets, volume.secret && { name: volume.secret.secretName }),
  };
  for (const { configMap, secret, serviceAccountToken } of volume.projected?.sources ?? []) {
    Object.assign(files, contents(sources.configMaps, configMap), contents(sources.secrets, secret));
    if (serviceAccountToken !== undefined) files[serviceAccountToken.path] = sources.secrets['token']?.['token'] ?? '';
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

function contents(from: Secrets, source: Items | undefined): Readonly<Record<string, string>> {
  if (source === undefined) return {};
  const all = from[source.name];
  if (all === undefined) throw new Error(`a pod mounts ${source.name}, which does not exist`);
  if (source.items === undefined) return all;
  return Object.fromEntries(source.items.map(({ key, path }) => [path, all[key] ?? missing(source.name, key)]));
}

function missing(source: string, key: string): never {
  throw new Error(`a pod mounts ${key} of ${source}, which does not exist`);
}

/** A container's command with its mounts replaced by folders, told to the scripts by their own variables. */
function localCommand(container: Container, fields: Readonly<Record<string, string>>, root: string): LocalCommand {
  const folders = container.volumeMounts.map(({ name, mountPath }) => ({ mountPath, folder: join(root, name) }));
  const env = Object.fromEntries(
    container.env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef.fieldPath ?? ''] ?? '',
    ]),
  );
  for (const [variable, path] of Object.entries(PATHS)) {
    const mount = folders.find(({ mountPath }) => mountPath === path);
    if (mount !== undefined) env[variable] = mount.folder;
  }
  const [program, ...args] = container.command.map((word) => {
    const mount = folders.find(({ mountPath }) => word.startsWith(`${mountPath}/`));
    return mount === undefined ? word : `${mount.folder}${word.slice(mount.mountPath.length)}`;
  });
  return { program: program ?? '', args, env };
}

function ofKind(objects: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] {
  return objects.filter((object) => object.kind === kind);
}
