import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { access } from './access.ts';
import { budgets } from './budgets.ts';
import { claims } from './claims.ts';
import { viewCluster } from './cluster-view.ts';
import { configMaps, roleConfig } from './config-maps.ts';
import { dnsEndpoint } from './dns.ts';
import { gatewayRoute } from './gateway-route.ts';
import { networkPolicies } from './network-policies.ts';
import { services } from './services.ts';
import { statefulSets } from './stateful-sets.ts';

export interface KafkaClusterProps {
  readonly psc: PhysicalStatefulCluster;
  readonly dataPlane: DataPlane;
}

/** Every Kubernetes object that the operator makes for one Kafka PSC, as a construct. */
export class KafkaCluster extends Construct {
  readonly objects: readonly KubernetesObject[];

  /** @throws InvalidPscError when the PSC contradicts the data plane or itself */
  constructor(scope: Construct, id: string, props: KafkaClusterProps) {
    super(scope, id);
    this.objects = renderKafkaCluster(props.psc, props.dataPlane);
    for (const object of this.objects) new ApiObject(this, `${object.kind}-${object.metadata.name}`, object);
  }
}

/** Stages in which the operator applies the objects; a gate of its own stands before each. */
export const RENDER_STAGES = ['network', 'dns', 'volumes', 'config', 'pods'] as const;
export type RenderStage = (typeof RENDER_STAGES)[number];

/**
 * Objects of one Kafka PSC in the order in which they are applied: the same pair gives the same bytes.
 *
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function renderKafkaCluster(psc: PhysicalStatefulCluster, dataPlane: DataPlane): readonly KubernetesObject[] {
  const stages = renderKafkaClusterStages(psc, dataPlane);
  return RENDER_STAGES.flatMap((stage) => stages[stage]);
}

/**
 * {@link renderKafkaCluster}, by stage. Two objects lie outside the PSC's namespace and so need a finalizer rather than an
 * owner reference: the gateway route and the cluster role binding.
 *
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function renderKafkaClusterStages(
  psc: PhysicalStatefulCluster,
  dataPlane: DataPlane,
): Readonly<Record<RenderStage, readonly KubernetesObject[]>> {
  const view = viewCluster(psc, dataPlane);
  const configs = { broker: roleConfig(view, 'broker'), controller: roleConfig(view, 'controller') };
  return {
    network: [...access(view), ...networkPolicies(view), ...services(view), gatewayRoute(view)],
    dns: [dnsEndpoint(view)],
    volumes: claims(view),
    config: configMaps(view, configs),
    // Budgets before pods: a pod must never be without one.
    pods: [...budgets(view), ...statefulSets(view, configs)],
  };
}
