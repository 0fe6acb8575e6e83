import type { Cloud } from '../../contracts/cloud.ts';

/** What the cost of a region depends on; a parsed stack config has this shape. */
export interface CostedRegion {
  readonly stack: string;
  readonly region: { readonly cloud: Cloud; readonly zones: readonly string[] };
  readonly kubernetesClusters: readonly CostedKubernetesCluster[];
  readonly mothership: CostedMothership;
  readonly controlPlane?: {
    readonly database: { readonly instanceClass: string; readonly storageGib: number };
  };
  readonly tenants: readonly CostedTenant[];
}

export interface CostedKubernetesCluster {
  readonly name: string;
  /** Who may do everything in it: on some clouds each takes a piece of a quota. */
  readonly administrators: readonly string[];
  readonly nodeClasses: readonly CostedNodeClass[];
}

export interface CostedNodeClass {
  readonly name: string;
  readonly instanceClass: string;
  readonly purpose: 'brokers' | 'platform';
  readonly minPerZone: number;
  readonly maxPerZone: number;
}

export type CostedMothership =
  | {
      readonly hosted: true;
      readonly ckus: number;
      /** Name of the Kubernetes cluster that runs it. */
      readonly cluster: string;
      readonly privateLink?: object;
    }
  | { readonly hosted: false; readonly privateLink?: object };

export interface CostedTenant {
  readonly name: string;
  readonly ckus: number;
  readonly cluster: string;
  readonly zones: readonly string[];
  readonly infiniteStorage?: object;
  readonly encryptionKey?: object;
  readonly limits: { readonly ingressMegabytesPerSecond?: number };
  /** Broker settings; the retention is read from them. */
  readonly config: Readonly<Record<string, string>>;
}
