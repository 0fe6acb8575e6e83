import { regionSubnets, zoneSubnets } from '../constructs/cloud/address-plan.ts';
import { regionRanges } from '../constructs/cloud/gcp/region-ranges.ts';
import type { StackConfig } from './stack-config.ts';

/** Whether the mothership of a stack is there for networks of the same cloud too, whatever is made of it yet. */
export function offersPrivateLink({ mothership }: Pick<StackConfig, 'mothership'>): boolean {
  return mothership.hosted && mothership.privateLink !== undefined;
}

/**
 * IPv4 blocks of the region's own network that guests of its private link seem to come from; none without one. No cloud lets
 * a guest's own address through.
 */
export function linkConsumerRanges(config: Pick<StackConfig, 'mothership' | 'region'>): readonly string[] {
  if (!offersPrivateLink(config)) return [];
  const { cloud, addressRange, zones } = config.region;
  switch (cloud) {
    case 'aws':
      // The load balancer's own addresses, one in each zone (docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html).
      return zones.map((zone) => zoneSubnets(addressRange, zone).public);
    case 'gcp':
      return [regionRanges(addressRange).linkConsumers];
    case 'azure':
      return [regionSubnets(addressRange).privateLink];
    case 'local':
      return [];
  }
}
