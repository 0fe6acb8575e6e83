import { type GoProgram, goProgram, type GoProgramOptions } from '../tools/go-program.ts';

export type KubernetesBinaryOptions = GoProgramOptions;

/**
 * Path of the one binary that holds every Kubernetes program, built by Go unless the cache has it (about 5 minutes and
 * 2.3 GB of memory from nothing on 2 cores, 2026-11-22). Throws `ToolError` when Go is missing, too old or fails.
 */
export async function kubernetesBinary(options: KubernetesBinaryOptions): Promise<string> {
  return await goProgram(KUBERNETES, options);
}

/** Release of the modules in go.mod; without it nodes say `v0.0.0-master`. */
const KUBERNETES_VERSION = 'v1.34.4';

const KUBERNETES: GoProgram = {
  name: 'kubernetes',
  file: 'kubernetes',
  called: 'the Kubernetes programs',
  purpose: 'of the local region',
  moduleFolder: import.meta.dirname,
  mainPackage: '.',
  linkerFlags: `-s -w -X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
  buildTime: 'about 5 minutes on 2 cores',
  disk: '4 GB',
  memory: '2.5 GB',
};
