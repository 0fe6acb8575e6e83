import type { Cloud } from './cloud.ts';
import type { ImageLock } from './images.ts';

/**
 * What the operator knows of the Kubernetes cluster it runs in. With a PSC it determines every object of that PSC:
 * `synth` and the operator render the same pair to the same bytes.
 */
export interface DataPlane {
  readonly cloud: Cloud;
  readonly region: string;
  /** Identifier of the Kubernetes cluster, unique over all regions, as in `aws-us-west-2-a`. */
  readonly kubernetesCluster: string;
  readonly zones: readonly string[];
  /** Suffix of external host names in this data plane. */
  readonly domain: string;
  readonly images: ImageLock;
}
