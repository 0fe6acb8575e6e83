import { IN_SYNC_GATE } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import type { StoredPsc } from '../observed.ts';
import type { PodRef } from '../plan.ts';
import type { ClusterPort } from '../ports.ts';
import { collectionPath, POD } from './kinds.ts';
import type { PortWrites, WriteCall } from './port-writes.ts';

export type PodWrites = Pick<ClusterPort, 'setGate' | 'touchPod' | 'evict' | 'deletePod'> & {
  /** Writes down that somebody wants the pod off its node. */
  readonly wishAway: (psc: StoredPsc, pod: Pick<PodRef, 'name' | 'uid'>) => Promise<void>;
};

/** What the operator does to pods. Each write holds for exactly the pod that was observed. */
export function podWrites({ writeExisting, remove }: PortWrites, wallMs: () => number): PodWrites {
  return {
    setGate: async (psc, pod, uid, status) => {
      const lastTransitionTime = new Date(wallMs()).toISOString();
      const conditions = [{ type: IN_SYNC_GATE, status, lastTransitionTime }];
      // A pod of the same name that came meanwhile has another uid: 409.
      await writeExisting(statusPatch(psc, pod, { metadata: { uid }, status: { conditions } }));
    },
    touchPod: async (psc, { name, uid, resourceVersion }, holder) => {
      const annotations = { [ANNOTATIONS.fenceHolder]: holder };
      // By way of the status: the right to patch pods themselves would be one to change their images.
      await writeExisting(statusPatch(psc, name, { metadata: { uid, resourceVersion, annotations } }));
    },
    wishAway: async (psc, { name, uid }) => {
      const annotations = { [ANNOTATIONS.evictedAt]: new Date(wallMs()).toISOString() };
      await writeExisting(statusPatch(psc, name, { metadata: { uid, annotations } }));
    },
    evict: async (psc, pod) => {
      const metadata = { namespace: namespaceOf(psc), name: pod.name };
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions: exactly(pod) };
      await remove({ method: 'POST', path: `${podPath(psc, pod.name)}/eviction`, body });
    },
    deletePod: async (psc, pod) => {
      await remove({ method: 'DELETE', path: podPath(psc, pod.name), body: exactly(pod) });
    },
  };
}

function exactly({ uid, resourceVersion }: PodRef): Readonly<Record<string, unknown>> {
  return { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
}

function statusPatch(psc: StoredPsc, pod: string, body: unknown): WriteCall {
  const query = { fieldManager: FIELD_OWNERS.operator };
  const contentType = 'application/strategic-merge-patch+json';
  return { method: 'PATCH', path: `${podPath(psc, pod)}/status`, query, contentType, body };
}

function podPath(psc: StoredPsc, pod: string): string {
  return `${collectionPath(POD, namespaceOf(psc))}/${encodeURIComponent(pod)}`;
}

function namespaceOf({ metadata }: StoredPsc): string {
  return metadata.namespace ?? pscNamespace(metadata.name);
}
