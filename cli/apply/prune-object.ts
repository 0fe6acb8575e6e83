import { PSC_API_VERSION, PSC_KIND } from '../../contracts/psc-kind.ts';
import { ApiError } from './api-connection.ts';
import { failure } from './apply-object.ts';
import type { Cluster, LiveObject, WriteMode } from './cluster.ts';
import type { InventoryOwner } from './inventory.ts';
import type { ObjectRef } from './object-ref.ts';
import { isMarked } from './ownership-mark.ts';
import { type ProtectedKind, protectionOf } from './protected-kinds.ts';
import type { ObjectResult } from './result.ts';

export interface PruneRequest {
  readonly owner: InventoryOwner;
  readonly mode: WriteMode;
  readonly allowDelete: ReadonlySet<ProtectedKind>;
}

/**
 * Deletes one object that was applied before, if it is still ours and takes nothing protected with it. A namespace
 * takes its claims and PSCs along, a definition its custom resources: their own words must be given too.
 */
export async function pruneObject(cluster: Cluster, ref: ObjectRef, request: PruneRequest): Promise<ObjectResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pruneOnce(cluster, ref, request);
    } catch (error) {
      // A controller wrote between the look and the deletion: look again.
      const isOvertaken = error instanceof ApiError && error.status === CONFLICT;
      if (!isOvertaken || attempt === MAX_ATTEMPTS) return failure(ref, error);
    }
  }
}

const CONFLICT = 409;
const MAX_ATTEMPTS = 5;

async function pruneOnce(cluster: Cluster, ref: ObjectRef, request: PruneRequest): Promise<ObjectResult> {
  const live = await cluster.read(ref);
  if (live === undefined) return { ref, outcome: 'gone' };
  if (!isMarked(live, request.owner)) return { ref, outcome: 'released', detail: 'somebody else made it anew' };
  for (const contained of await protectedContents(cluster, live)) {
    if (request.allowDelete.has(contained)) continue;
    const detail = `it holds objects that would be deleted with it: --allow-delete ${contained}`;
    return { ref, outcome: 'kept', detail };
  }
  await cluster.delete(live, request.mode);
  return { ref, outcome: 'pruned' };
}

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

async function protectedContents(cluster: Cluster, live: LiveObject): Promise<readonly ProtectedKind[]> {
  switch (protectionOf(live)) {
    case 'namespace': {
      const { name } = live.metadata;
      const found: ProtectedKind[] = [];
      if (await cluster.hasAny('v1', 'PersistentVolumeClaim', name)) found.push('pvc');
      if (await cluster.hasAny(PSC_API_VERSION, PSC_KIND, name)) found.push('psc');
      return found;
    }
    case 'crd': {
      const { group, names, versions } = live['spec'] as DefinitionSpec;
      const version = versions.find(({ served }) => served)?.name ?? '';
      const ref = { apiVersion: `${group}/${version}`, kind: names.kind };
      const contained = protectionOf(ref);
      if (contained === undefined || !(await cluster.hasAny(ref.apiVersion, ref.kind))) return [];
      return [contained];
    }
    case 'psc':
    case 'pvc':
    case undefined:
      return [];
  }
}
