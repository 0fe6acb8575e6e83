import type { Resource } from '@pulumi/pulumi';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';

/** What every part of a Kubernetes cluster is told. */
export interface ClusterParts {
  readonly stack: string;
  readonly region: RegionPlace;
  /** Name of the cluster within the region. */
  readonly cluster: string;
  /** The component that it belongs to. */
  readonly parent: Resource;
}

/** Name of a cluster in its account and region; also of its data plane. */
export function clusterName({ stack, cluster }: { readonly stack: string; readonly cluster: string }): string {
  return `${stack}-${cluster}`;
}

/** Tags of a part of a cluster. */
export function clusterTags(parts: ClusterParts, what: string): Record<string, string> {
  return regionTags(parts, `${clusterName(parts)}-${what}`);
}
