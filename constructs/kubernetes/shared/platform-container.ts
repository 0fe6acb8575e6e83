import { Quantity } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { Container, EnvVar, Probe, Volume, VolumeMount } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { RESTRICTED_CONTAINER } from './pod-security.ts';
import type { ServiceResources } from './service-resources.ts';

/** A folder of a pod: files of a Secret or a ConfigMap, or a scratch folder of bounded size. */
export type MountedFolder = { readonly path: string; readonly name: string } & (
  | { readonly from: 'secret' | 'configMap'; readonly source: string }
  | { readonly from: 'scratch'; readonly sizeMib: number }
);

/** Folder where a platform container finds the Secret or ConfigMap `name`. */
export function configFolder(name: string): string {
  return `/etc/flotilla/${name}`;
}

export interface ContainerRequest {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly resources: ServiceResources;
  readonly folders: readonly MountedFolder[];
  readonly env: readonly EnvVar[];
  /** @default - none: liveness counts from the start */
  readonly startupProbe?: Probe;
  /** @default - none: for what runs to an end */
  readonly livenessProbe?: Probe;
  /** @default - none */
  readonly readinessProbe?: Probe;
  /** Mounts beside `folders`. @default - none */
  readonly mounts?: readonly VolumeMount[];
}

/** A container under the restricted standard, with requests, limits, probes and named ports. */
export function containerOf(request: ContainerRequest): Container {
  const { cpuMillis, cpuLimitMillis, memoryMib } = request.resources;
  return {
    name: request.name,
    image: request.image,
    imagePullPolicy: 'IfNotPresent',
    ...(request.command === undefined ? {} : { command: [...request.command] }),
    args: [...request.args],
    env: [...request.env],
    ports: Object.entries(request.ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    resources: {
      requests: { cpu: millis(cpuMillis), memory: mebibytes(memoryMib) },
      limits: { cpu: millis(cpuLimitMillis), memory: mebibytes(memoryMib) },
    },
    ...(request.startupProbe === undefined ? {} : { startupProbe: request.startupProbe }),
    ...(request.livenessProbe === undefined ? {} : { livenessProbe: request.livenessProbe }),
    ...(request.readinessProbe === undefined ? {} : { readinessProbe: request.readinessProbe }),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      ...request.folders.map(({ name, path, from }) => ({
        name,
        mountPath: path,
        ...(from === 'scratch' ? {} : { readOnly: true }),
      })),
      ...(request.mounts ?? []),
    ],
  };
}

/** Volumes behind `folders`. */
export function volumesOf(folders: readonly MountedFolder[]): Volume[] {
  return folders.map((folder) => {
    switch (folder.from) {
      case 'secret':
        return { name: folder.name, secret: { secretName: folder.source, defaultMode: 0o440 } };
      case 'configMap':
        return { name: folder.name, configMap: { name: folder.source } };
      case 'scratch':
        return { name: folder.name, emptyDir: { sizeLimit: mebibytes(folder.sizeMib) } };
    }
  });
}

/** Folder with the files of a Secret. */
export function secretFolder(secret: string): MountedFolder {
  return { from: 'secret', source: secret, name: secret, path: configFolder(secret) };
}

/** Folder with the files of a ConfigMap. */
export function configMapFolder(configMap: string): MountedFolder {
  return { from: 'configMap', source: configMap, name: configMap, path: configFolder(configMap) };
}

/** Empty folder that lives as long as its pod, for a root file system that nothing else may write to. */
export function scratchFolder(path: string, sizeMib: number): MountedFolder {
  return { from: 'scratch', name: path.replace(/^\//, '').replaceAll('/', '-'), path, sizeMib };
}

function millis(cpu: number): Quantity {
  return Quantity.fromString(cpu % 1000 === 0 ? String(cpu / 1000) : `${cpu}m`);
}

function mebibytes(size: number): Quantity {
  return Quantity.fromString(size % 1024 === 0 ? `${size / 1024}Gi` : `${size}Mi`);
}
