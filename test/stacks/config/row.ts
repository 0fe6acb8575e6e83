/** A change to the base stack file, and what it must lead to. */
export interface Row {
  readonly rule: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** Paths that problems of the rule are at, in order. */
  readonly paths: readonly string[];
  readonly suggestion?: string | RegExp;
  readonly stack?: string;
  readonly today?: string;
}

/** Path of the base stack's Kubernetes cluster. */
export const CLUSTER = 'flotilla:kubernetesClusters[0]';
