import { CONDITION_TYPES, findCondition } from '../../../contracts/conditions.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { EVICTION_WISH_MS } from '../classify.ts';
import type { StoredPsc } from '../observed.ts';
import type { PodRef } from '../plan.ts';
import type { PscObjects } from '../ports.ts';

/** An eviction that somebody asks the API server for. */
export interface EvictionRequest {
  readonly pod: string;
  /** Who asks, as the API server knows him. */
  readonly username: string;
  readonly isDryRun: boolean;
}

export type EvictionAnswer =
  /** The disruption budget has the next word. */
  | { readonly kind: 'allowed'; readonly warning?: string }
  /** What was asked for is gone: this is its successor, which nobody wants away. */
  | { readonly kind: 'gone'; readonly message: string }
  /** The operator replaces the pod; whoever asks is to ask again until it is gone. `wish`: the pod on which that is still to be written. */
  | { readonly kind: 'refused'; readonly message: string; readonly wish?: Pick<PodRef, 'name' | 'uid'> };

export interface EvictionContext {
  /** User that the operator itself evicts as. */
  readonly operator: string;
  readonly nowMs: number;
  /** Whether a node takes no more pods: it is being emptied. */
  readonly isClosed: (node: string) => boolean;
}

/** A wish that was written less long ago is not written again, however often somebody asks. */
export const WISH_RENEWAL_MS = EVICTION_WISH_MS / 10;

/** A drain asks by name, and a pod that the operator has made anew has the name of the one that was to go. */
const SUCCESSOR_MAX_AGE_MS = EVICTION_WISH_MS;

/**
 * What is said to an eviction: pods of Kafka go by the operator's own hand only, which knows what else is away. All others are
 * their budget's matter, as are those of a PSC that the operator leaves alone.
 *
 * @param found the PSC of the pod's namespace, as far as it is known
 */
export function answerEviction(
  { pod: name, username, isDryRun }: EvictionRequest,
  found: Pick<PscObjects, 'psc' | 'pods'> | undefined,
  { operator, nowMs, isClosed }: EvictionContext,
): EvictionAnswer {
  const pod = found?.pods.find((each) => each.name === name);
  if (found === undefined || pod === undefined || username === operator) return ALLOWED;
  if (pod.role !== 'broker' && pod.role !== 'controller') return ALLOWED;
  if (pod.isTerminating || isNobodys(found.psc)) return ALLOWED;
  if (pod.node === undefined || (!isClosed(pod.node) && nowMs - pod.createdAtMs < SUCCESSOR_MAX_AGE_MS)) {
    return { kind: 'gone', message: `the pod ${name} that was to go is gone: this one has come after it` };
  }
  const message = `${name} is replaced by Flotilla's operator as soon as that is safe: ${progress(found.psc, name)}`;
  // Whoever only tries would be told to ask again for ever.
  if (isDryRun) return { kind: 'allowed', warning: message };
  const isKnown = pod.evictedAtMs !== undefined && nowMs - pod.evictedAtMs < WISH_RENEWAL_MS;
  return { kind: 'refused', message, ...(isKnown ? {} : { wish: { name, uid: pod.uid } }) };
}

const ALLOWED: EvictionAnswer = { kind: 'allowed' };

function isNobodys({ metadata }: StoredPsc): boolean {
  return metadata.deletionTimestamp !== undefined || metadata.annotations?.[ANNOTATIONS.ignore] !== undefined;
}

/** What the PSC's status says of it. */
function progress({ spec, status }: StoredPsc, pod: string): string {
  if (status?.fence?.members?.some(({ name }) => name === pod) === true) return 'it is about to be';
  if (spec.maintenance?.paused === true) return 'spec.maintenance.paused holds it';
  const rolling = findCondition(status?.conditions, CONDITION_TYPES.rolling);
  if (rolling?.status !== 'True') return 'the operator is told now';
  return [rolling.reason, rolling.message].filter((text) => text !== undefined && text !== '').join(': ');
}
