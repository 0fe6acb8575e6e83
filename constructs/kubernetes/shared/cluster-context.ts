import type { DataPlane } from '../../../contracts/data-plane.ts';

/** What the platform's own parts in one Kubernetes cluster are made from. */
export interface ClusterContext {
  readonly dataPlane: DataPlane;
  readonly stack: string;
  /** Kubernetes minor version, as in `1.34`: Pod Security standards are pinned to it. */
  readonly kubernetesVersion: string;
  /** Account (aws), project (gcp), subscription (azure). */
  readonly account: string;
  /** DNS zone that the region's host names are records of: a parent of `dataPlane.domain`. */
  readonly dnsZone: string;
  readonly addressRanges: {
    /** The region's network; the API server answers from it. */
    readonly network: string;
    readonly pods: string;
    readonly services: string;
  };
  readonly mothership: MothershipAccess;
  /** `prometheus-operator`: PodMonitors say what to read. @default - annotations on pods only */
  readonly metricsBy?: 'prometheus-operator';
  /** Base URL of a collector that takes spans by OTLP/HTTP. @default - no spans are made */
  readonly tracesTo?: string;
  /** `cert-manager`: PSCs may have the authority of their certificates from its issuers. @default - the operator makes them all */
  readonly authoritiesFrom?: 'cert-manager';
}

/** How the platform's parts in this Kubernetes cluster reach the mothership. */
export type MothershipAccess =
  | {
      /** Its brokers are pods of this cluster. */
      readonly where: 'this-cluster';
      readonly bootstrapServer: string;
    }
  | {
      readonly where: 'elsewhere';
      readonly bootstrapServer: string;
      /** CIDR blocks that its gateway answers from. */
      readonly addressRanges: readonly string[];
    };
