import { join } from 'node:path';
import { NODE_DNS, type NodeLayout } from '../region/layout.ts';

export interface NodeFilesOptions {
  readonly node: NodeLayout;
  /** Path of the Kubernetes programs. */
  readonly binary: string;
  /** Path of CoreDNS. */
  readonly nameServer: string;
  /** Domain of the region's external names. */
  readonly domain: string;
  /** File with those names, which the agent writes. */
  readonly zoneFile: string;
  /** Pods of the whole cluster, as a CIDR block. */
  readonly podRange: string;
  /** Memory of the machine that this node must not promise to pods, in MiB. */
  readonly reservedMib: number;
}

/** Files below a node's folder. */
export function nodePaths({ folder }: Pick<NodeLayout, 'folder'>): Record<NodePath, string> {
  return {
    containerdConfig: join(folder, 'containerd.toml'),
    containerdSocket: join(folder, 'containerd.sock'),
    cni: join(folder, 'cni'),
    corefile: join(folder, 'Corefile'),
    dnsKubeconfig: join(folder, 'coredns.kubeconfig'),
    init: join(folder, 'init.sh'),
    kubelet: join(folder, 'kubelet.json'),
    kubeletKubeconfig: join(folder, 'kubelet.kubeconfig'),
    proxyKubeconfig: join(folder, 'kube-proxy.kubeconfig'),
    authority: join(folder, 'ca.crt'),
    certificate: join(folder, 'kubelet.crt'),
    key: join(folder, 'kubelet.key'),
    resolvConf: join(folder, 'resolv.conf'),
    volumes: join(folder, 'volumes'),
    logs: join(folder, 'log'),
  };
}

type NodePath =
  | 'containerdConfig'
  | 'containerdSocket'
  | 'cni'
  | 'corefile'
  | 'dnsKubeconfig'
  | 'init'
  | 'kubelet'
  | 'kubeletKubeconfig'
  | 'proxyKubeconfig'
  | 'authority'
  | 'certificate'
  | 'key'
  | 'resolvConf'
  | 'volumes'
  | 'logs';

/** Folders of the node that take the place of the machine's own, in its mount namespace only. */
export const NODE_BINDS: Readonly<Record<string, string>> = {
  'var-lib-kubelet': '/var/lib/kubelet',
  'var-log-containers': '/var/log/containers',
  'var-log-pods': '/var/log/pods',
  'var-lib-cni': '/var/lib/cni',
};

/** Folder below the node's own where its containerd keeps images and their layers. */
export const CONTAINERD_ROOT = 'containerd';

/** Image of the container that holds a pod's namespaces. */
export const PAUSE_IMAGE = 'local.flotilla.test/pause:1';

/** Path ▶ content of every file that a node is started from, keys and kubeconfigs apart. */
export function nodeFiles(options: NodeFilesOptions): ReadonlyMap<string, string> {
  const paths = nodePaths(options.node);
  return new Map([
    [paths.containerdConfig, containerdConfig(options.node)],
    [join(paths.cni, '10-pods.conflist'), cniConfig(options.node)],
    [paths.kubelet, `${JSON.stringify(kubeletConfig(options), undefined, 2)}\n`],
    // Pods that ask for the machine's resolver find none: there is nobody outside to ask.
    [paths.resolvConf, ''],
    [paths.corefile, corefile(options)],
    [paths.init, initScript(options)],
  ]);
}

function containerdConfig({ folder }: NodeLayout): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${join(folder, CONTAINERD_ROOT)}"
state = "${folder}/containerd-state"
# This machine may not be allowed to raise a process's score.
oom_score = 0
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
[${cri}]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [${cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [${cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [${cri}.containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** A link of its own for each pod: every packet is routed, so that a rule on forwarding sees it (network policies). */
function cniConfig({ podRange }: NodeLayout): string {
  const plugin = {
    type: 'ptp',
    ipMasq: false,
    ipam: { type: 'host-local', ranges: [[{ subnet: podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins: [plugin] }, undefined, 2)}\n`;
}

function kubeletConfig({ node, reservedMib }: NodeFilesOptions): Readonly<Record<string, unknown>> {
  const paths = nodePaths(node);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.cgroup}`,
    failSwapOn: false,
    failCgroupV1: false,
    address: node.address,
    healthzBindAddress: '127.0.0.1',
    tlsCertFile: paths.certificate,
    tlsPrivateKeyFile: paths.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: paths.authority },
    },
    authorization: { mode: 'Webhook' },
    clusterDomain: 'cluster.local',
    clusterDNS: [NODE_DNS],
    resolvConf: paths.resolvConf,
    enforceNodeAllocatable: [],
    // Or each node takes the whole machine for its own.
    systemReserved: { memory: `${reservedMib}Mi`, cpu: '200m' },
    makeIPTablesUtilChains: false,
    oomScoreAdj: 0,
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '100Mi' },
    // Images are imported, not pulled: one that was collected would not come back.
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '5s',
    syncFrequency: '10s',
    serializeImagePulls: false,
  };
}

/**
 * Names of the cluster and of the region, and of nothing else: there is nobody to forward a question to. On each node, so
 * that the loss of a zone takes no other zone's names along.
 */
function corefile({ node, domain, zoneFile }: NodeFilesOptions): string {
  return `cluster.local in-addr.arpa {
  bind ${NODE_DNS}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${nodePaths(node).dnsKubeconfig} flotilla-local
    ttl 5
  }
  loadbalance
}
${domain} {
  bind ${NODE_DNS}
  errors
  file ${zoneFile} {
    reload 1s
  }
}
. {
  bind ${NODE_DNS}
  errors
  health 127.0.0.1:8080
  ready 127.0.0.1:8181
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}

/**
 * First process of the node's own process namespace: its end is the node's, with everything in it. Programs that end are
 * started again, as an init system would.
 */
function initScript({ node, binary, podRange, nameServer }: NodeFilesOptions): string {
  const paths = nodePaths(node);
  const kubelet = [
    `--config=${paths.kubelet}`,
    `--kubeconfig=${paths.kubeletKubeconfig}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.address}`,
    '--v=1',
  ];
  const proxy = [
    `--kubeconfig=${paths.proxyKubeconfig}`,
    `--hostname-override=${node.name}`,
    '--proxy-mode=iptables',
    `--cluster-cidr=${podRange}`,
    '--iptables-localhost-nodeports=false',
    // Limits of connections are the whole machine's: they stay as they are.
    '--conntrack-max-per-core=0',
    '--conntrack-min=0',
    '--conntrack-tcp-timeout-established=0s',
    '--conntrack-tcp-timeout-close-wait=0s',
    // Load balancers probe it from the hub.
    `--healthz-bind-address=${node.address}:10256`,
    '--metrics-bind-address=127.0.0.1:10249',
  ];
  return `#!/bin/sh
set -eu
mount --make-rprivate /
${Object.entries(NODE_BINDS)
  .map(([folder, place]) => `mount --bind '${node.folder}/${folder}' ${place}`)
  .join('\n')}
mount -t tmpfs tmpfs /run/containerd
mount -t tmpfs tmpfs /run/netns
mount --make-rshared /
for image in '${paths.volumes}'/*.img; do
  [ -e "$image" ] || continue
  mkdir -p "\${image%.img}"
  # The agent may have been faster.
  mount -o loop "$image" "\${image%.img}" || mountpoint -q "\${image%.img}"
done
keep() {
  name=$1
  shift
  while :; do
    "$@" >>'${paths.logs}'/"$name".log 2>&1 || echo "$name ended with $?" >>'${paths.logs}'/"$name".log
    sleep 1
  done
}
ip addr add ${NODE_DNS}/32 dev lo 2>/dev/null || true
keep coredns '${nameServer}' -conf '${paths.corefile}' &
keep containerd containerd --config '${paths.containerdConfig}' &
keep kubelet '${binary}' kubelet ${kubelet.join(' ')} &
keep kube-proxy '${binary}' kube-proxy ${proxy.join(' ')} &
trap 'exit 0' TERM
while :; do wait; done
`;
}
