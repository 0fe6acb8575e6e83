import { MOTHERSHIP } from '../../contracts/names.ts';
import type { ClusterShape } from '../capacity/cluster-shape.ts';
import { shapeOf } from '../capacity/shape-of.ts';
import type { CostedRegion, CostedTenant } from './costed-region.ts';

/** One Kafka cluster of a region with what its CKUs stand for. */
export interface KafkaCluster {
  /** Name of the tenant, or `mothership`. */
  readonly name: string;
  /** Name of the Kubernetes cluster that runs it. */
  readonly cluster: string;
  readonly shape: ClusterShape;
  /** Absent for the mothership. */
  readonly tenant?: CostedTenant;
}

/**
 * The mothership, where it is hosted here, then the tenants by name.
 *
 * @throws CapacityError where a number of CKUs or zones is out of range
 */
export function kafkaClustersOf({ region, mothership, tenants }: CostedRegion): readonly KafkaCluster[] {
  const { cloud, zones } = region;
  const hosted = mothership.hosted
    ? [
        {
          name: MOTHERSHIP,
          cluster: mothership.cluster,
          shape: shapeOf({ cloud, ckus: mothership.ckus, zones, infiniteStorage: 'off' }),
        },
      ]
    : [];
  const placed = tenants
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tenant) => ({
      name: tenant.name,
      cluster: tenant.cluster,
      shape: shapeOf({
        cloud,
        ckus: tenant.ckus,
        zones: tenant.zones,
        infiniteStorage: tenant.infiniteStorage === undefined ? 'off' : 'on',
      }),
      tenant,
    }));
  return [...hosted, ...placed];
}
