import { Construct } from 'constructs';
import { KubeNamespace, KubeResourceQuota, Quantity } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { LABELS } from '../../../contracts/labels.ts';
import { closeNamespace } from '../shared/network-policy.ts';

export interface PlatformNamespaceProps {
  readonly name: string;
  /** Kubernetes minor version that the Pod Security standard is pinned to, as in `1.34`. */
  readonly kubernetesVersion: string;
  /** What all objects of the namespace together may take. */
  readonly quota: NamespaceQuota;
  /** Beside those of every namespace. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface NamespaceQuota {
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryMib: number;
  readonly pods: number;
  /** @default 0 */
  readonly volumeClaims?: number;
  /** Size of all volumes together. @default 0 */
  readonly storageGib?: number;
  /** @default 0 */
  readonly loadBalancers?: number;
  /** Ports of the nodes, which most clouds' load balancers take. @default 0 */
  readonly nodePorts?: number;
}

/** A namespace under the restricted Pod Security standard, with a quota, closed in both directions except to DNS. */
export class PlatformNamespace extends Construct {
  readonly namespace: string;

  constructor(scope: Construct, id: string, props: PlatformNamespaceProps) {
    super(scope, id);
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(props.name)) {
      throw new RangeError(`${props.name} is no namespace name: 1 to 63 of a-z, 0-9 and dashes within`);
    }
    this.namespace = props.name;
    new KubeNamespace(this, 'namespace', {
      metadata: { name: props.name, labels: { ...podSecurityLabels(props.kubernetesVersion), ...props.labels } },
    });
    new KubeResourceQuota(this, 'quota', {
      metadata: { name: 'quota', namespace: props.name, labels: { [LABELS.component]: 'quota' } },
      spec: { hard: hardLimits(props.quota) },
    });
    closeNamespace(this, props.name);
  }
}

function podSecurityLabels(kubernetesVersion: string): Readonly<Record<string, string>> {
  if (!/^1\.\d+$/.test(kubernetesVersion)) {
    throw new RangeError(`${kubernetesVersion} is no Kubernetes minor version, as in 1.34`);
  }
  return Object.fromEntries(
    ['enforce', 'audit', 'warn'].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, 'restricted'],
      [`pod-security.kubernetes.io/${mode}-version`, `v${kubernetesVersion}`],
    ]),
  );
}

function hardLimits(quota: NamespaceQuota): Record<string, Quantity> {
  const hard = {
    'requests.cpu': `${quota.cpuMillis}m`,
    'limits.cpu': `${quota.cpuLimitMillis}m`,
    'requests.memory': `${quota.memoryMib}Mi`,
    'limits.memory': `${quota.memoryMib}Mi`,
    pods: String(quota.pods),
    persistentvolumeclaims: String(quota.volumeClaims ?? 0),
    'requests.storage': `${quota.storageGib ?? 0}Gi`,
    'services.loadbalancers': String(quota.loadBalancers ?? 0),
    'services.nodeports': String(quota.nodePorts ?? 0),
  };
  return Object.fromEntries(Object.entries(hard).map(([name, value]) => [name, Quantity.fromString(value)]));
}
