import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { API_SERVER_SERVICE_ADDRESS, controlPlaneFiles, type ControlPlaneLayout } from './control-plane-layout.ts';
import {
  type CertificateAuthority,
  createAuthority,
  createSigningKeys,
  type KeyPair,
} from '../../operators/runtime/pki.ts';

/** What a client needs to speak to the API server as a member of `system:masters`. */
export interface AdminCredentials extends KeyPair {
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const VALIDITY_MS = 365 * DAY_MS;

/** Files beside those of every control plane, made under its authority: path and content. */
export type MoreFiles = (authority: CertificateAuthority) => Promise<readonly (readonly [string, string])[]>;

/** Writes keys, certificates and kubeconfigs of a new control plane, readable by their owner only. */
export async function writeControlPlaneFiles(
  layout: ControlPlaneLayout,
  more: MoreFiles = () => Promise.resolve([]),
): Promise<AdminCredentials> {
  const { workDir, address, reachedAs = [] } = layout;
  const files = controlPlaneFiles(workDir);
  await mkdir(`${workDir}/pki`, { recursive: true, mode: 0o700 });
  await mkdir(files.logs, { recursive: true, mode: 0o700 });
  const nowMs = Date.now();
  const ca = await createAuthority('flotilla-local', {
    // A clock that is put back a little must not make fresh certificates invalid.
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + VALIDITY_MS),
  });
  const etcd = await ca.issue({ commonName: 'etcd', usages: ['client', 'server'], ipAddresses: [address] });
  const apiServer = await ca.issue({
    commonName: 'kube-apiserver',
    usages: ['server'],
    dnsNames: ['localhost', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'],
    ipAddresses: [...new Set([address, ...reachedAs, API_SERVER_SERVICE_ADDRESS])],
  });
  const admin = await ca.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const manager = await ca.issue({ commonName: 'system:kube-controller-manager', usages: ['client'] });
  const serviceAccounts = createSigningKeys();
  const server = serverUrl(layout);
  const contents: readonly (readonly [string, string])[] = [
    [files.authority, ca.certificate],
    [files.authorityKey, ca.key],
    [files.etcd, etcd.certificate],
    [files.etcdKey, etcd.key],
    [files.apiServer, apiServer.certificate],
    [files.apiServerKey, apiServer.key],
    [files.serviceAccountPublic, serviceAccounts.publicKey],
    [files.serviceAccountKey, serviceAccounts.privateKey],
    [files.adminKubeconfig, kubeconfig(server, ca.certificate, admin)],
    [files.controllerManagerKubeconfig, kubeconfig(server, ca.certificate, manager)],
    ...(await more(ca)),
  ];
  for (const [file, text] of contents) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  }
  return { ...admin, authority: ca.certificate };
}

/** Address of the API server, as in `https://127.0.0.1:6443`. */
export function serverUrl({ address, ports }: ControlPlaneLayout): string {
  return `https://${address}:${ports.apiServer}`;
}

const CONTEXT = 'flotilla-local';

/** A kubeconfig for one user. JSON is YAML, and kubectl reads it. */
export function kubeconfig(server: string, authority: string, user: KeyPair): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': CONTEXT,
      clusters: [{ name: CONTEXT, cluster: { server, 'certificate-authority-data': base64(authority) } }],
      users: [
        {
          name: CONTEXT,
          user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
        },
      ],
      contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
    },
    undefined,
    2,
  );
}
