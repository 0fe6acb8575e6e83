import { MOTHERSHIP, externalHost } from '../../contracts/names.ts';
import type { StackConfig } from '../stack-config.ts';

/** Identifier of a Kubernetes cluster, unique over all regions. */
export function kubernetesClusterId(stack: string, cluster: string): string {
  return `${stack}-${cluster}`;
}

/** Port of Kafka's external listener. */
export const EXTERNAL_PORT = 9094;

/** `host:port` at which data planes of all regions reach the mothership of a region. */
export function mothershipBootstrapServer(stack: string, cluster: string, domain: string): string {
  const host = externalHost('bootstrap', MOTHERSHIP, `${kubernetesClusterId(stack, cluster)}.${domain}`);
  return `${host}:${EXTERNAL_PORT}`;
}

/** `host:port` of the mothership that a stack uses: its own, or the one that it names. */
export function mothershipOf({ stack, region, mothership }: StackConfig): string {
  return mothership.hosted
    ? mothershipBootstrapServer(stack, mothership.cluster, region.domain)
    : mothership.bootstrapServer;
}
