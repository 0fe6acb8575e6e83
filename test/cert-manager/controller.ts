import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { type ManagedProcess, startProcess } from '../../local/processes/managed-process.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { certManagerBinary } from './binary.ts';

/** Namespace of cert-manager, and of the Secrets of ClusterIssuers. */
export const CERT_MANAGER_NAMESPACE = 'cert-manager';

export interface CertManagerOptions {
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** For its log. */
  readonly folder: string;
  /** Who approves of requests: cert-manager itself of all of them, or somebody else. */
  readonly approver: 'itself' | 'others';
}

/** Starts the controller of cert-manager, with CA and self-signed issuers. It ends with this process at the latest. */
export async function startCertManager({ kubeconfig, folder, approver }: CertManagerOptions): Promise<ManagedProcess> {
  const binary = await testCertManagerBinary();
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--cluster-resource-namespace=${CERT_MANAGER_NAMESPACE}`,
    `--approve=${String(approver === 'itself')}`,
  ];
  return startProcess({
    name: 'cert-manager',
    command: 'setpriv',
    args: ['--pdeathsig', 'KILL', binary, ...args],
    env: { HOME: folder, PATH: process.env['PATH'] ?? '' },
    logFile: join(folder, `cert-manager-${approver}.log`),
  });
}

/** Path of its binary, built on this machine's first run. */
export async function testCertManagerBinary(): Promise<string> {
  return await certManagerBinary({
    cacheRoot: cacheRoot(process.env),
    env: process.env,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
}

/** cert-manager's definitions of its kinds, those of ACME apart, of the release in go.mod; Go holds them to the checksum in go.sum. */
export async function certManagerDefinitions(): Promise<readonly KubernetesObject[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], {
    cwd: import.meta.dirname,
    // A workspace file further up must not bring another version in.
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=readonly' },
  });
  const folder = join((JSON.parse(stdout) as { readonly Dir: string }).Dir, 'deploy', 'crds');
  const files = (await readdir(folder)).filter((file) => file.startsWith('cert-manager.io_')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject));
}

const MODULE = 'github.com/cert-manager/cert-manager';
