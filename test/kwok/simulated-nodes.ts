import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LABELS } from '../../contracts/labels.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { startProcess } from '../../local/processes/managed-process.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { kwokBinary } from './binary.ts';
import { podStages } from './stages.ts';

export interface SimulatedNodesOptions {
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** For its configuration and its log. */
  readonly folder: string;
}

/** Starts kwok, which plays every node of the cluster and the pods on them. It ends with this process at the latest. */
export async function startSimulatedNodes({
  kubeconfig,
  folder,
}: SimulatedNodesOptions): Promise<{ readonly stop: () => Promise<void> }> {
  const command = await kwokBinary({
    cacheRoot: cacheRoot(process.env),
    env: process.env,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  const config = join(folder, 'kwok.yaml');
  await writeFile(config, podStages());
  const args = [
    '--kubeconfig',
    kubeconfig,
    '--config',
    config,
    '--manage-all-nodes',
    '--node-lease-duration-seconds=40',
  ];
  const kwok = startProcess({ name: 'kwok', command, args, env: { HOME: folder }, logFile: join(folder, 'kwok.log') });
  return {
    stop: async () => {
      await kwok.stop(STOP_GRACE_MS);
    },
  };
}

const STOP_GRACE_MS = 3_000;

/** A node for kwok to play, large enough for hundreds of pods. */
export function simulatedNode(name: string, zone: string, nodeClass: string): KubernetesObject {
  const room = { cpu: '1k', memory: '1Ti', pods: '1000' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { [LABELS.zone]: zone, [LABELS.nodeClass]: nodeClass, 'kubernetes.io/hostname': name },
    },
    status: { allocatable: room, capacity: room },
  };
}
