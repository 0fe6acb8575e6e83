import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JAR_TIME_S } from './maven.ts';
import { needTool, runTool } from './run-tool.ts';

export interface ImageBuild {
  /** Name inside the archive. */
  readonly reference: string;
  readonly containerfile: string;
  /** Folder that the Containerfile copies from. */
  readonly context: string;
  /** What stands for BASE; absent for an image that starts from nothing. */
  readonly base?: { readonly archive: string; readonly reference: string };
  /** File to write: a docker-archive. */
  readonly archive: string;
  /** File to write: what dpkg has installed; not written for an image without it. */
  readonly debianStatus: string;
  /** Folder for buildah's own storage, which is gone afterwards. */
  readonly scratch: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Builds one image in a storage of its own, so that no other program's images are seen or touched. Throws `ToolError`. */
export async function buildImage(build: ImageBuild): Promise<void> {
  await needTool({ program: 'buildah', debianPackage: 'buildah', env: build.env });
  const storage = join(build.scratch, 'storage');
  await mkdir(storage);
  try {
    await runTool({
      program: 'sh',
      debianPackage: 'dash',
      args: ['-c', BUILD_SH, 'build-image', ...parameters(build, storage)],
      env: build.env,
      hint: 'mend what buildah reports; packages of Debian come from the mirror in /etc/apt, which must be in reach',
      within: 'machine',
    });
  } finally {
    await rm(storage, { recursive: true, force: true });
  }
}

function parameters(build: ImageBuild, storage: string): readonly string[] {
  const { base, reference, containerfile, context, archive, debianStatus } = build;
  return [
    storage,
    base?.archive ?? '',
    base?.reference ?? '',
    reference,
    containerfile,
    context,
    String(JAR_TIME_S),
    archive,
    debianStatus,
  ];
}

/** One process namespace for all steps: none of them leaves a mount behind. */
const BUILD_SH = `set -eu
storage=$1 base_archive=$2 base=$3 reference=$4 containerfile=$5 context=$6 time=$7 archive=$8 debian_status=$9
export TMPDIR="$storage/tmp"
mkdir -p "$TMPDIR"
b() { buildah --root "$storage/root" --runroot "$storage/run" --storage-driver overlay "$@"; }
[ -z "$base_archive" ] || b pull --quiet "docker-archive:$base_archive" > /dev/null
b bud --isolation chroot --pull=never --layers=false --timestamp "$time" --build-arg BASE="$base" \\
  --file "$containerfile" --tag "$reference" "$context"
container=$(b from --pull-never "$reference")
root=$(b mount "$container")
[ ! -f "$root/var/lib/dpkg/status" ] || cp "$root/var/lib/dpkg/status" "$debian_status"
b umount "$container" > /dev/null
b rm "$container" > /dev/null
b push --quiet "$reference" "docker-archive:$archive:$reference"
`;
