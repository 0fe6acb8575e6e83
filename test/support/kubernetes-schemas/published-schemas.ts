import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Folder of the OpenAPI schemas that Kubernetes publishes with the release in go.mod beside this file. Go downloads it on
 * first use, into its own cache, and holds it to the checksum in go.sum.
 */
export function publishedSchemasFolder(): string {
  const here = import.meta.dirname;
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(here, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('go.mod beside this file names no version of k8s.io/kubernetes');
  const answer = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], {
    cwd: here,
    encoding: 'utf8',
    // A workspace file further up must not bring another version in.
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=readonly' },
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const { Dir: folder } = JSON.parse(answer) as { readonly Dir?: string };
  if (folder === undefined) throw new Error(`go mod download says nothing of a folder: ${answer}`);
  return join(folder, 'api', 'openapi-spec', 'v3');
}

const DOWNLOAD_TIMEOUT_MS = 300_000;
