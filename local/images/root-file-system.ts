import { JAR_TIME_S } from './maven.ts';
import { runTool } from './run-tool.ts';

/** Writes Debian's smallest system to the archive `tarFile`: what `debian:bookworm-slim` is in a registry. Throws `ToolError`. */
export async function makeRootFileSystem(tarFile: string, env: NodeJS.ProcessEnv): Promise<void> {
  await runTool({
    program: 'mmdebstrap',
    debianPackage: 'mmdebstrap',
    args: [
      '--quiet',
      '--variant=minbase',
      ...UNREAD.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      '--dpkgopt=path-include=/usr/share/doc/*/copyright',
      'bookworm',
      tarFile,
    ],
    // The time of every file, so that the same packages make the same archive.
    env: { ...env, SOURCE_DATE_EPOCH: String(JAR_TIME_S) },
    hint: 'see that a mirror of Debian is in reach, and run the command again',
    within: 'machine',
  });
}

/** Nobody reads manuals in a container; licenses stay. */
const UNREAD = ['doc', 'man', 'info', 'locale'];
