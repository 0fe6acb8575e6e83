import { INTERNAL_BOOTSTRAP_SERVICE, PORTS } from '../constructs/kubernetes/kafka/listeners.ts';
import type { ClusterContext, MothershipAccess } from '../constructs/kubernetes/shared/cluster-context.ts';
import type { ImageLock } from '../contracts/images.ts';
import { MOTHERSHIP, pscNamespace } from '../contracts/names.ts';
import { kubernetesClusterId, mothershipOf } from './config.ts';
import type { KubernetesClusterConfig, StackConfig } from './stack-config.ts';
import { SynthesisError } from './synthesis-error.ts';

/**
 * What the platform's parts in one Kubernetes cluster of a stack are made from.
 *
 * @throws SynthesisError where names that are derived from the config grow too long
 */
export function clusterContext(
  config: StackConfig,
  cluster: KubernetesClusterConfig,
  images: ImageLock,
): ClusterContext {
  const { region, stack } = config;
  const kubernetesCluster = kubernetesClusterId(stack, cluster.name);
  const domain = `${kubernetesCluster}.${region.domain}`;
  checkLengths(config, cluster, kubernetesCluster, domain);
  return {
    dataPlane: {
      cloud: region.cloud,
      region: region.name,
      kubernetesCluster,
      zones: region.zones,
      domain,
      images,
    },
    stack,
    kubernetesVersion: cluster.version,
    account: region.account,
    dnsZone: region.domain,
    addressRanges: { network: region.addressRange, pods: cluster.podRange, services: cluster.serviceRange },
    mothership: mothershipAccess(config, cluster),
    ...(cluster.podMonitors === true ? { metricsBy: 'prometheus-operator' as const } : {}),
    ...(cluster.tracesTo === undefined ? {} : { tracesTo: cluster.tracesTo }),
    ...(cluster.certManager === undefined ? {} : { authoritiesFrom: 'cert-manager' as const }),
  };
}

function mothershipAccess(config: StackConfig, cluster: KubernetesClusterConfig): MothershipAccess {
  const { mothership } = config;
  if (!mothership.hosted) {
    return {
      where: 'elsewhere',
      bootstrapServer: mothership.bootstrapServer,
      addressRanges: mothership.addressRanges,
    };
  }
  if (mothership.cluster === cluster.name) {
    const host = `${INTERNAL_BOOTSTRAP_SERVICE}.${pscNamespace(MOTHERSHIP)}.svc.cluster.local`;
    return { where: 'this-cluster', bootstrapServer: `${host}:${PORTS.internal}` };
  }
  // The gateway of the other cluster of this region: its load balancer's address is not known before it exists.
  return { where: 'elsewhere', bootstrapServer: mothershipOf(config), addressRanges: ['0.0.0.0/0'] };
}

/** A label, and what a PSC's domain may have at most. */
const MAX_CLUSTER_ID_LENGTH = 63;
const MAX_DOMAIN_LENGTH = 180;

function checkLengths(
  { stack, region }: StackConfig,
  { name }: KubernetesClusterConfig,
  clusterId: string,
  domain: string,
): void {
  const hint = 'Choose a shorter name';
  if (clusterId.length > MAX_CLUSTER_ID_LENGTH) {
    const rule = `the cluster's identifier ${clusterId} may have ${MAX_CLUSTER_ID_LENGTH} characters`;
    throw new SynthesisError(stack, [{ field: `kubernetesClusters[${name}].name`, value: name, rule, hint }]);
  }
  if (domain.length > MAX_DOMAIN_LENGTH) {
    const rule = `the data plane's domain ${domain} may have ${MAX_DOMAIN_LENGTH} characters`;
    throw new SynthesisError(stack, [{ field: 'region.domain', value: region.domain, rule, hint }]);
  }
}
