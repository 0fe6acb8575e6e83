import type { Construct } from 'constructs';
import { KubeNetworkPolicy } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { fromMetricsReaders, toDns } from './openings.ts';

export interface TrafficProps {
  readonly name: string;
  readonly namespace: string;
  /** Labels of the pods that the openings are for. */
  readonly pods: Readonly<Record<string, string>>;
  readonly ingress: readonly NetworkPolicyIngressRule[];
  /** @default - the pods have no metrics */
  readonly metricsPort?: number;
  readonly egress: readonly NetworkPolicyEgressRule[];
}

/** Name of the policy that closes a namespace. */
export const DEFAULT_DENY = 'default-deny';

/** Openings for some pods of a namespace that is closed otherwise. */
export function allowTraffic(scope: Construct, id: string, props: TrafficProps): void {
  const ingress = [
    ...props.ingress,
    ...(props.metricsPort === undefined ? [] : [fromMetricsReaders(props.metricsPort)]),
  ];
  new KubeNetworkPolicy(scope, id, {
    metadata: { name: props.name, namespace: props.namespace },
    spec: {
      podSelector: { matchLabels: { ...props.pods } },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress: [...props.egress],
    },
  });
}

/** Closes a namespace in both directions, and opens the way to DNS, which every pod needs. */
export function closeNamespace(scope: Construct, namespace: string): void {
  new KubeNetworkPolicy(scope, 'default-deny', {
    metadata: { name: DEFAULT_DENY, namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  new KubeNetworkPolicy(scope, 'dns', {
    metadata: { name: 'allow-dns', namespace },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [toDns()] },
  });
}
