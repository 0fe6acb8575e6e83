import { join } from 'node:path';
import { type GoProgram, goProgram, type GoProgramOptions } from '../tools/go-program.ts';

/**
 * Path of `pulumi-language-nodejs`, which starts our program for the engine: built by Go and kept in the cache, for an
 * engine that we built ourselves (20 s and 26 MB on 2 cores, 2026-11-22). An installed Pulumi brings its own.
 *
 * @throws ToolError when Go is missing, too old or fails
 */
export async function languageHost(options: GoProgramOptions): Promise<string> {
  return await goProgram(LANGUAGE_HOST, options);
}

/**
 * A version of its own: the host of the engine's version lies in a module that needs others of the same commit, which no
 * module proxy has. Hosts and engines speak a protocol that only grows; the SDK that runs the program is the project's.
 * It runs programs and cannot run policy packs.
 */
const LANGUAGE_HOST: GoProgram = {
  name: 'pulumi-language-nodejs',
  file: 'bin/pulumi-language-nodejs',
  called: "Pulumi's language host for Node.js",
  purpose: 'that goes with an engine built here',
  alternative: 'install Pulumi (https://www.pulumi.com/docs/install), which brings its own',
  moduleFolder: join(import.meta.dirname, 'language-host'),
  mainPackage: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
  linkerFlags: '-s -w',
  buildTime: 'about 20 seconds on 2 cores',
  disk: '500 MB',
  memory: '1 GB',
};
