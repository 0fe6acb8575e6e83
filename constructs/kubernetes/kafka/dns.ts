import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { externalHost } from '../../../contracts/names.ts';
import type { ClusterView } from './cluster-view.ts';
import { objectLabels } from './labels.ts';
import { BOOTSTRAP_LABEL } from './listeners.ts';

/** Host name of a data plane's gateway, which all host names of its clusters lead to. */
export function gatewayHost(domain: string): string {
  return `gateway.${domain}`;
}

/** Names of the cluster outside, for external-dns: each leads to the gateway, which tells them apart by SNI. */
export function dnsEndpoint(view: ClusterView): KubernetesObject {
  const pods = [BOOTSTRAP_LABEL, ...view.brokers.map(({ name }) => name)];
  return {
    apiVersion: 'externaldns.k8s.io/v1alpha1',
    kind: 'DNSEndpoint',
    metadata: { name: 'kafka', namespace: view.namespace, labels: objectLabels(view) },
    spec: {
      endpoints: pods.map((pod) => ({
        dnsName: externalHost(pod, view.name, view.domain),
        recordType: 'CNAME',
        recordTTL: TTL_SECONDS,
        targets: [gatewayHost(view.dataPlane.domain)],
      })),
    },
  };
}

/** The target never changes while a broker lives. */
const TTL_SECONDS = 300;
