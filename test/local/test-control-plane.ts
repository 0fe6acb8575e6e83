import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesBinary } from '../../local/kubernetes/binary.ts';
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from '../../local/kubernetes/control-plane.ts';
import { cacheRoot } from '../../local/tools/cache.ts';

/** Time that `beforeAll` must allow: the binary may have to be built first. */
export const CONTROL_PLANE_START_TIMEOUT_MS = 15 * 60 * 1000;

/** A control plane for one test file, in a folder of its own that goes with it on `stop`. */
export async function startTestControlPlane(
  options: Omit<ControlPlaneOptions, 'workDir' | 'binary'> = {},
): Promise<ControlPlane> {
  const binary = await testKubernetesBinary();
  const workDir = await mkdtemp(join(tmpdir(), 'flotilla-control-plane-'));
  const removeFolder = (): Promise<void> => rm(workDir, { recursive: true, force: true });
  try {
    const controlPlane = await startControlPlane({ ...options, workDir, binary });
    const stop = async (): Promise<void> => {
      await controlPlane.stop();
      await removeFolder();
    };
    return { ...controlPlane, stop };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** Path of the Kubernetes binary, built on this machine's first run. */
export async function testKubernetesBinary(): Promise<string> {
  return await kubernetesBinary({
    cacheRoot: cacheRoot(process.env),
    env: process.env,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
}
