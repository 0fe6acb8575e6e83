import { join } from 'node:path';

/** Ports that a control plane listens on. */
export interface ControlPlanePorts {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
}

export interface ControlPlaneLayout {
  readonly workDir: string;
  /** Address that every program binds to. */
  readonly address: string;
  readonly ports: ControlPlanePorts;
  /** Admission plugins beside those that are on by default. */
  readonly admissionPlugins: readonly string[];
  /** Further addresses that a forwarder leads from. @default none */
  readonly reachedAs?: readonly string[];
  /** Certificate and key that the API server shows to kubelets. @default there are no kubelets */
  readonly kubelets?: { readonly certificate: string; readonly key: string };
}

/** Range of cluster addresses of Services; its first address is the API server's own. */
export const SERVICE_RANGE = '10.96.0.0/16';
export const API_SERVER_SERVICE_ADDRESS = '10.96.0.1';

/** Files of a control plane below its work folder. */
export function controlPlaneFiles(workDir: string): Record<FileName, string> {
  const pki = (name: string): string => join(workDir, 'pki', name);
  return {
    authority: pki('ca.crt'),
    authorityKey: pki('ca.key'),
    etcd: pki('etcd.crt'),
    etcdKey: pki('etcd.key'),
    apiServer: pki('kube-apiserver.crt'),
    apiServerKey: pki('kube-apiserver.key'),
    serviceAccountPublic: pki('service-account.pub'),
    serviceAccountKey: pki('service-account.key'),
    adminKubeconfig: join(workDir, 'admin.kubeconfig'),
    controllerManagerKubeconfig: join(workDir, 'controller-manager.kubeconfig'),
    etcdData: join(workDir, 'etcd'),
    logs: join(workDir, 'log'),
  };
}

type FileName =
  | 'authority'
  | 'authorityKey'
  | 'etcd'
  | 'etcdKey'
  | 'apiServer'
  | 'apiServerKey'
  | 'serviceAccountPublic'
  | 'serviceAccountKey'
  | 'adminKubeconfig'
  | 'controllerManagerKubeconfig'
  | 'etcdData'
  | 'logs';

/** Arguments of etcd: one member, TLS with client certificates on every port, so that no other user can read Secrets. */
export function etcdArgs({ workDir, address, ports }: ControlPlaneLayout): readonly string[] {
  const files = controlPlaneFiles(workDir);
  const client = `https://${address}:${ports.etcdClient}`;
  const peer = `https://${address}:${ports.etcdPeer}`;
  return [
    'etcd',
    '--name=etcd',
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=etcd=${peer}`,
    ...['', 'peer-'].flatMap((side) => [
      `--${side}cert-file=${files.etcd}`,
      `--${side}key-file=${files.etcdKey}`,
      `--${side}trusted-ca-file=${files.authority}`,
      `--${side}client-cert-auth=true`,
    ]),
    // Waiting for the disk makes every write slower and protects from power cuts only.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** Arguments of the API server: RBAC on, admission plugins of its own default (Pod Security is one) and the asked ones. */
export function apiServerArgs(layout: ControlPlaneLayout): readonly string[] {
  const { workDir, address, ports, admissionPlugins, kubelets } = layout;
  const files = controlPlaneFiles(workDir);
  return [
    'kube-apiserver',
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.apiServer}`,
    // The Service `kubernetes` would be given a loopback address, which is refused as an endpoint.
    `--endpoint-reconciler-type=${kubelets === undefined ? 'none' : 'lease'}`,
    `--etcd-servers=https://${address}:${ports.etcdClient}`,
    `--etcd-cafile=${files.authority}`,
    `--etcd-certfile=${files.etcd}`,
    `--etcd-keyfile=${files.etcdKey}`,
    '--authorization-mode=Node,RBAC',
    '--anonymous-auth=false',
    `--enable-admission-plugins=${['NodeRestriction', 'PodSecurity', ...admissionPlugins].join(',')}`,
    `--client-ca-file=${files.authority}`,
    `--tls-cert-file=${files.apiServer}`,
    `--tls-private-key-file=${files.apiServerKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountPublic}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--allow-privileged=true',
    ...(kubelets === undefined ? [] : kubeletArgs(kubelets, files.authority)),
  ];
}

function kubeletArgs(
  { certificate, key }: NonNullable<ControlPlaneLayout['kubelets']>,
  authority: string,
): readonly string[] {
  return [
    `--kubelet-client-certificate=${certificate}`,
    `--kubelet-client-key=${key}`,
    `--kubelet-certificate-authority=${authority}`,
    // Names of nodes are in no DNS.
    '--kubelet-preferred-address-types=InternalIP',
    // Webhooks are reached by the address of a pod: no kube-proxy serves the API server's namespace.
    '--enable-aggregator-routing=true',
  ];
}

/** Arguments of the scheduler. */
export function schedulerArgs({ address, ports }: ControlPlaneLayout, kubeconfig: string): readonly string[] {
  return [
    'kube-scheduler',
    `--bind-address=${address}`,
    `--secure-port=${ports.controllerManager + 1}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
  ];
}

/** Arguments of the controller manager: namespaces, service accounts and garbage collection among its controllers. */
export function controllerManagerArgs({ workDir, address, ports }: ControlPlaneLayout): readonly string[] {
  const files = controlPlaneFiles(workDir);
  const kubeconfig = files.controllerManagerKubeconfig;
  return [
    'kube-controller-manager',
    `--bind-address=${address}`,
    `--secure-port=${ports.controllerManager}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.authority}`,
    `--cluster-signing-cert-file=${files.authority}`,
    `--cluster-signing-key-file=${files.authorityKey}`,
  ];
}
