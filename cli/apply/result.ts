import type { ObjectRef } from './object-ref.ts';

export const OUTCOMES = [
  'created',
  'configured',
  'unchanged',
  /** Deleted, because it was applied before and is no longer wanted. */
  'pruned',
  /** No longer wanted, and not there either. */
  'gone',
  /** No longer wanted, but no field of it is ours any more: it belongs to whoever made it anew. */
  'released',
  /** No longer wanted, and left alone; the detail says how to delete it. */
  'kept',
  /** Only in a dry run: what the object needs is not in the cluster yet, so the API server cannot judge it. */
  'unverified',
  /** Fields of it belong to others. */
  'conflict',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ObjectResult {
  readonly ref: ObjectRef;
  readonly outcome: Outcome;
  readonly detail?: string;
  /** Only with `conflict`. */
  readonly conflicts?: readonly FieldConflict[];
}

export interface FieldConflict {
  /** Path within the object, as in `.spec.replicas`. */
  readonly field: string;
  /** Field manager that has it. */
  readonly owner: string;
}
