import { type GoProgram, goProgram, type GoProgramOptions } from '../../local/tools/go-program.ts';

/** Path of the controller of cert-manager, built by Go unless the cache has it. Throws `ToolError` when it cannot be. */
export async function certManagerBinary(options: GoProgramOptions): Promise<string> {
  return await goProgram(CERT_MANAGER, { ...options, env: { ...options.env, CGO_ENABLED: '0' } });
}

const CERT_MANAGER: GoProgram = {
  name: 'cert-manager',
  file: 'cert-manager',
  called: 'cert-manager',
  purpose: 'for tests of authorities from an issuer',
  moduleFolder: import.meta.dirname,
  mainPackage: '.',
  linkerFlags: '-s -w',
  buildTime: 'about 3 minutes on 2 cores',
  disk: '1 GB',
  memory: '1.5 GB',
};
