import { CONDITION_TYPES } from './conditions.ts';
import type { Owner } from './labels.ts';

/** Field managers of a PSC under server-side apply. Each applies its own part whole, and nothing else. */
export const FIELD_OWNERS = {
  /** sync-service: the control plane's part of the spec. */
  sync: 'flotilla-sync',
  /** `flotilla apply`: the same part, of PSCs that a stack made. */
  stack: 'flotilla-apply',
  /** People and balancer: pause, drain, manual roll. */
  maintenance: 'flotilla-maintenance',
  operator: 'flotilla-operator',
  balancer: 'flotilla-balancer',
} as const;
export type FieldOwner = (typeof FIELD_OWNERS)[keyof typeof FIELD_OWNERS];

/**
 * Who may write a field of a PSC.
 *
 * @param path keys from the root, conditions by their type: `['status', 'conditions', 'flotilla.dev/Ready', 'reason']`.
 * @param madeBy value of the PSC's label `flotilla.dev/owner`: who made it keeps it.
 * @returns undefined for what nobody applies: the API server's own metadata, and paths that hold several owners' fields.
 */
export function fieldOwner(path: readonly string[], madeBy: Owner): FieldOwner | undefined {
  const [top, second, third] = path;
  switch (top) {
    case 'metadata':
      return second !== undefined && APPLIED_METADATA.has(second) ? specOwner(madeBy) : undefined;
    case 'spec':
      if (second === undefined) return undefined;
      return second === 'maintenance' ? FIELD_OWNERS.maintenance : specOwner(madeBy);
    case 'status':
      return statusOwner(second, third);
    case undefined:
    default:
      return undefined;
  }
}

/** Labels and annotations of whoever made the PSC; the operator's finalizer is its own. */
const APPLIED_METADATA: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations']);

function specOwner(madeBy: Owner): FieldOwner {
  switch (madeBy) {
    case 'control-plane':
      return FIELD_OWNERS.sync;
    case 'stack':
      return FIELD_OWNERS.stack;
  }
}

function statusOwner(field: string | undefined, condition: string | undefined): FieldOwner | undefined {
  switch (field) {
    case undefined:
      return undefined;
    case 'balance':
      return FIELD_OWNERS.balancer;
    case 'conditions':
      if (condition === undefined) return undefined;
      return condition === CONDITION_TYPES.balancing ? FIELD_OWNERS.balancer : FIELD_OWNERS.operator;
    default:
      return FIELD_OWNERS.operator;
  }
}
