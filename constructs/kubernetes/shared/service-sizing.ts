import type { Cloud } from '../../../contracts/cloud.ts';
import type { ServiceResources } from './service-resources.ts';

export interface ServiceSizing {
  readonly replicas: number;
  readonly resources: ServiceResources;
}

/**
 * Replicas and resources of a service of the platform: two pods of `resources` in a cloud. A local region shares one
 * machine with its Kafka clusters, so it gets one pod there, of `localMemoryMib`.
 */
export function sizeFor(cloud: Cloud, resources: ServiceResources, localMemoryMib: number): ServiceSizing {
  if (cloud !== 'local') return { replicas: 2, resources };
  return { replicas: 1, resources: { cpuMillis: 20, cpuLimitMillis: 500, memoryMib: localMemoryMib } };
}
