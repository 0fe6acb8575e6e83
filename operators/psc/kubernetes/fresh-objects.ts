import { pscNamespace } from '../../../contracts/names.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import type { ApiObject } from '../../runtime/follow-collection.ts';
import type { PscObjects } from '../ports.ts';
import { isNotFound } from './api-errors.ts';
import { type KeptObject, keptObject, pscObjects } from './cached-objects.ts';
import { collectionPath, madeCollections, type ObjectKind, POD, PSC_OBJECT, pscSelector } from './kinds.ts';
import { isLostNode, NODES_PATH } from './psc-cache.ts';

/**
 * Objects of one PSC past all caches: without a resource version the API server answers with what is stored now.
 *
 * The PSC comes first. Whoever disrupts pods has written a fence into its status before, so that what is read of pods later
 * is at least as new as the version under which the next fence is written.
 *
 * @throws ApiServerError
 */
export async function readFresh(api: ApiServer, psc: string): Promise<PscObjects | undefined> {
  const namespace = pscNamespace(psc);
  const own = await readIfThere(api, `${collectionPath(PSC_OBJECT, namespace)}/${encodeURIComponent(psc)}`);
  if (own === undefined) return undefined;
  const collections = [
    { kind: POD as ObjectKind, namespace: namespace as string | undefined },
    ...madeCollections(psc),
  ];
  const read = await Promise.all(collections.map(async (collection) => await list(api, psc, collection)));
  const kept = [keptObject(PSC_OBJECT, own), ...read.flat().filter((each) => each.psc === psc)];
  const lost = await lostNodes(api, kept);
  return pscObjects(kept, (node) => lost.has(node));
}

const CALL_TIMEOUT_MS = 20_000;

async function readIfThere(api: ApiServer, path: string): Promise<ApiObject | undefined> {
  try {
    return (await api.get({ path, query: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })) as ApiObject;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function list(
  api: ApiServer,
  psc: string,
  { kind, namespace }: { readonly kind: ObjectKind; readonly namespace: string | undefined },
): Promise<readonly KeptObject[]> {
  const call = {
    path: collectionPath(kind, namespace),
    query: { labelSelector: pscSelector(psc) },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  };
  const { items } = (await api.get(call)) as { readonly items: readonly ApiObject[] | null };
  return (items ?? []).map((item) => keptObject(kind, item));
}

/** Those of the pods' nodes that do not report, or are not there. */
async function lostNodes(api: ApiServer, kept: readonly KeptObject[]): Promise<ReadonlySet<string>> {
  const names = new Set(
    kept.flatMap((each) => (each.kind === 'pod' && each.pod?.node !== undefined ? [each.pod.node] : [])),
  );
  const lost = await Promise.all(
    [...names].map(async (name) => {
      const node = await readIfThere(api, `${NODES_PATH}/${encodeURIComponent(name)}`);
      return node === undefined || isLostNode(node) ? [name] : [];
    }),
  );
  return new Set(lost.flat());
}
