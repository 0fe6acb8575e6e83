import { readlink } from 'node:fs/promises';
import { kubectl } from '../kubernetes/region-control-plane.ts';
import { daemonPid } from '../processes/daemon.ts';
import { ToolError } from '../tools/tool-error.ts';
import type { RegionLayout } from './layout.ts';

/** A region whose API server runs. */
export interface RunningRegion {
  readonly layout: RegionLayout;
  /** Path of the Kubernetes programs that it runs. */
  readonly kubernetes: string;
  /** Output of kubectl as the region's administrator. */
  readonly kubectl: (args: readonly string[]) => Promise<string>;
}

/**
 * The region in a folder, by the programs that it was started with: no build, no download.
 *
 * @throws ToolError where no API server runs
 */
export async function runningRegion(layout: RegionLayout): Promise<RunningRegion> {
  const pid = await daemonPid(layout, 'kube-apiserver');
  if (pid === undefined) {
    throw new ToolError(`no API server of a region in ${layout.folder} runs`, {
      hint: 'run ./flotilla up; ./flotilla status shows what runs',
    });
  }
  // A newer build may have taken its place in the cache, and this one still runs.
  const kubernetes = (await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  return { layout, kubernetes, kubectl: async (args) => await kubectl(layout, kubernetes, args) };
}
