import { type GoProgram, goProgram, type GoProgramOptions } from '../tools/go-program.ts';

/** Path of CoreDNS with a region's plugins, built by Go unless the cache has it. Throws `ToolError` when it cannot be. */
export async function nameServerBinary(options: GoProgramOptions): Promise<string> {
  return await goProgram(COREDNS, { ...options, env: { ...options.env, CGO_ENABLED: '0' } });
}

const COREDNS: GoProgram = {
  name: 'coredns',
  file: 'coredns',
  called: 'CoreDNS',
  purpose: 'of the local region',
  moduleFolder: import.meta.dirname,
  mainPackage: '.',
  linkerFlags: '-s -w',
  buildTime: 'about 2 minutes on 2 cores',
  disk: '1 GB',
  memory: '1.5 GB',
};
