import { type GoProgram, goProgram, type GoProgramOptions } from '../../local/tools/go-program.ts';

/** Path of kwok, which plays the nodes of a Kubernetes cluster, built by Go unless the cache has it. Throws `ToolError` when it cannot be. */
export async function kwokBinary(options: GoProgramOptions): Promise<string> {
  return await goProgram(KWOK, { ...options, env: { ...options.env, CGO_ENABLED: '0' } });
}

const KWOK: GoProgram = {
  name: 'kwok',
  file: 'kwok',
  called: 'kwok',
  purpose: 'for tests with many nodes',
  moduleFolder: import.meta.dirname,
  mainPackage: 'sigs.k8s.io/kwok/cmd/kwok',
  linkerFlags: '-s -w',
  buildTime: 'about 2 minutes on 2 cores',
  disk: '1 GB',
  memory: '1.5 GB',
};
