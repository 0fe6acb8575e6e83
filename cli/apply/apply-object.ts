import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS, type Owner } from '../../contracts/labels.ts';
import { ApiError } from './api-connection.ts';
import type { Cluster, LiveObject, WriteMode } from './cluster.ts';
import type { InventoryOwner } from './inventory.ts';
import { refOf } from './object-ref.ts';
import { marked } from './ownership-mark.ts';
import { protectionOf } from './protected-kinds.ts';
import { MissingNamespaceError, UnknownKindError } from './resource-names.ts';
import type { FieldConflict, ObjectResult } from './result.ts';
import { storedVersionsObstacle } from './stored-versions.ts';

/** Applies one object; refusals by the API server become results, a lost connection is thrown. */
export async function applyObject(
  cluster: Cluster,
  object: KubernetesObject,
  { mode, owner }: { readonly mode: WriteMode; readonly owner: InventoryOwner },
): Promise<ObjectResult> {
  const ref = refOf(object);
  try {
    const before = await cluster.read(ref);
    if (before !== undefined && belongsToControlPlane(before)) {
      return { ref, outcome: 'failed', detail: 'it was made by the control plane, which alone may change it' };
    }
    const isDefinition = protectionOf(ref) === 'crd';
    const obstacle = isDefinition && before !== undefined ? storedVersionsObstacle(before, object) : undefined;
    if (obstacle !== undefined) return { ref, outcome: 'failed', detail: obstacle };
    const after = await cluster.apply(marked(object, owner), mode);
    if (mode.effect === 'persist' && isDefinition) await cluster.waitUntilServed(ref);
    return { ref, outcome: outcomeOf(before, after) };
  } catch (error) {
    if (mode.effect === 'dry-run' && isForWantOfOthers(error)) {
      return { ref, outcome: 'unverified', detail: 'its namespace or its kind is not in the cluster yet' };
    }
    return failure(ref, error);
  }
}

/** Result of a call that the API server refused; anything else is thrown again. */
export function failure(ref: ObjectResult['ref'], error: unknown): ObjectResult {
  if (error instanceof UnknownKindError || error instanceof MissingNamespaceError) {
    return { ref, outcome: 'failed', detail: error.message };
  }
  if (!(error instanceof ApiError)) throw error;
  const conflicts = fieldConflicts(error);
  if (conflicts.length > 0) return { ref, outcome: 'conflict', conflicts };
  return { ref, outcome: 'failed', detail: error.message };
}

/**
 * By content, not by version: a dry run leaves the version alone, and the API server may raise it for records of its own
 * (it rewrites a volume claim once). The status is others' and may change between the read and the apply.
 */
function outcomeOf(before: LiveObject | undefined, after: LiveObject): 'created' | 'configured' | 'unchanged' {
  if (before?.metadata.uid !== after.metadata.uid) return 'created';
  return isDeepStrictEqual(content(before), content(after)) ? 'unchanged' : 'configured';
}

function content(object: LiveObject): unknown {
  const metadata = Object.entries(object.metadata).filter(([field]) => !BOOKKEEPING.has(field));
  return { ...object, metadata: Object.fromEntries(metadata), status: undefined };
}

const BOOKKEEPING: ReadonlySet<string> = new Set(['managedFields', 'resourceVersion', 'generation']);

/** Who made a PSC keeps it. */
function belongsToControlPlane(live: LiveObject): boolean {
  const owner: Owner = 'control-plane';
  return protectionOf(refOf(live)) === 'psc' && live.metadata.labels?.[LABELS.owner] === owner;
}

const NOT_FOUND = 404;

function isForWantOfOthers(error: unknown): boolean {
  return error instanceof UnknownKindError || (error instanceof ApiError && error.status === NOT_FOUND);
}

/** The API server's causes read: conflict with "manager" using apps/v1. */
function fieldConflicts(error: ApiError): readonly FieldConflict[] {
  return error.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, owner: /"([^"]*)"/.exec(message)?.[1] ?? message }));
}
