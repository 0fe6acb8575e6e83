import type { RegionLayout } from './layout.ts';

/** A door from the machine into the region: both sides are `address:port`. */
export interface ForwarderAddress {
  readonly listen: string;
  readonly target: string;
}

/**
 * Loopback address that a region's own host names stand for on this machine. Not 127.0.0.1: Kafka's and Kubernetes' usual
 * ports may be taken there.
 */
export const REGION_LOOPBACK = '127.87.0.1';

/** Ports on {@link REGION_LOOPBACK}. */
export const REGION_PORTS = { kafka: 9094, kubernetes: 6443 } as const;

/** Every door of a region: the gateway's load balancer, which is the first that the region ever makes, and the API server. */
export function forwarderAddresses({ hub, ranges }: RegionLayout): readonly ForwarderAddress[] {
  const gateway = `${ranges.loadBalancers.slice(0, ranges.loadBalancers.lastIndexOf('.'))}.1`;
  return [
    { listen: `${REGION_LOOPBACK}:${REGION_PORTS.kafka}`, target: `${gateway}:${REGION_PORTS.kafka}` },
    { listen: `${REGION_LOOPBACK}:${REGION_PORTS.kubernetes}`, target: `${hub.address}:${hub.apiServerPort}` },
  ];
}
