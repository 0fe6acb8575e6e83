import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { CLUSTER_DNS_RESOLVERS } from '../gateway/haproxy-config.ts';
import type { ClusterView } from './cluster-view.ts';
import { objectLabels } from './labels.ts';
import { BOOTSTRAP_LABEL, CLUSTER_DOMAIN, EXTERNAL_SERVICE_SUFFIX, PORTS } from './listeners.ts';

/** Label of the ConfigMaps that the gateway makes routes of. */
export const GATEWAY_ROUTE_LABEL = { 'flotilla.dev/gateway-route': 'true' } as const;

/** Name of a PSC's route, and of the file in it. */
export function routeName(psc: string): string {
  return `route-${psc}`;
}

/** ConfigMap that opens the data plane's gateway to one cluster. */
export function gatewayRoute(view: ClusterView): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: routeName(view.name),
      namespace: NAMESPACES.gateway,
      labels: { ...objectLabels(view), ...GATEWAY_ROUTE_LABEL },
    },
    data: { [`${routeName(view.name)}.cfg`]: routeConfig(view) },
  };
}

/**
 * HAProxy back end of one cluster. The broker is found by the first label of the SNI when a client connects, so that the
 * file is the same for any number of brokers: growth reloads nothing.
 */
function routeConfig(view: ClusterView): string {
  const ranges = view.kafka.externalAccess.allowedSourceRanges ?? [];
  const suffix = `${EXTERNAL_SERVICE_SUFFIX}.${view.namespace}.${CLUSTER_DOMAIN}`;
  const lines = [
    `backend ${view.namespace}`,
    '  mode tcp',
    // How long an answer of the DNS may take; without it HAProxy would not wait at all.
    `  tcp-request inspect-delay ${RESOLVE_PATIENCE_SECONDS}s`,
    ...sourceRules(ranges),
    // Nothing else that a client sends may ever become part of a name that is looked up.
    `  acl known_label req.ssl_sni,lower,field(1,.) -m reg ^(${BOOTSTRAP_LABEL}|kafka-(0|[1-9][0-9]{0,2}))$`,
    '  tcp-request content reject unless known_label',
    `  tcp-request content do-resolve(txn.broker,${CLUSTER_DNS_RESOLVERS},ipv4) req.ssl_sni,lower,field(1,.),concat(${suffix})`,
    '  tcp-request content reject unless { var(txn.broker) -m found }',
    '  tcp-request content set-dst var(txn.broker)',
    // Each attempt may reach another broker behind the bootstrap service.
    '  retries 3',
    `  server broker 0.0.0.0:${PORTS.external}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Longer than all tries of one lookup. */
const RESOLVE_PATIENCE_SECONDS = 5;

/** One line per range: HAProxy reads at most 64 words of a line. No range at all means any address. */
function sourceRules(ranges: readonly string[]): readonly string[] {
  if (ranges.length === 0) return [];
  return [
    ...ranges.map((range) => `  acl allowed_source src ${range}`),
    '  tcp-request content reject unless allowed_source',
  ];
}
