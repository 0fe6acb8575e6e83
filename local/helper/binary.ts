import { type GoProgram, goProgram, type GoProgramOptions } from '../tools/go-program.ts';

/** Path of the region's helper program, static, so that it is a pod's pause container too. Throws `ToolError`. */
export async function helperBinary(options: GoProgramOptions): Promise<string> {
  return await goProgram(HELPER, { ...options, env: { ...options.env, CGO_ENABLED: '0' } });
}

const HELPER: GoProgram = {
  name: 'region-helper',
  file: 'helper',
  called: "the region's helper",
  purpose: 'of the local region',
  moduleFolder: import.meta.dirname,
  mainPackage: '.',
  linkerFlags: '-s -w',
  buildTime: 'a few seconds',
  disk: '100 MB',
  memory: '0.5 GB',
};
