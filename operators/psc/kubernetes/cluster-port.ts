import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import type { EventRecorder } from '../../runtime/event-recorder.ts';
import type { StoredPsc } from '../observed.ts';
import { FINALIZER } from '../plan-deletion.ts';
import type { ClusterPort } from '../ports.ts';
import { readFresh } from './fresh-objects.ts';
import { objectPath, POD, VOLUME_CLAIM } from './kinds.ts';
import { podWrites } from './pod-writes.ts';
import { portWrites, type WriteCall } from './port-writes.ts';
import type { PscCache } from './psc-cache.ts';
import type { PscCredentials } from './psc-credentials.ts';
import { volumeWrites } from './volume-writes.ts';

export interface ClusterPortOptions {
  readonly api: ApiServer;
  readonly cache: Pick<PscCache, 'get' | 'assume'>;
  readonly credentials: PscCredentials;
  readonly events: EventRecorder;
  readonly wallMs: () => number;
}

/** The operator's Kubernetes, as the API server has it. */
export function clusterPort({ api, cache, credentials, events, wallMs }: ClusterPortOptions): ClusterPort {
  const writes = portWrites(api);
  const applyPsc = async (object: KubernetesObject, subresource = ''): Promise<void> => {
    const stored = await writes.writeExisting(applyCall(object, subresource));
    cache.assume(stored as KubernetesObject);
  };
  return {
    ...podWrites(writes, wallMs),
    ...volumeWrites(writes),
    cached: (psc) => cache.get(psc),
    fresh: async (psc) => {
      // What is disrupted must be able to come back.
      credentials.doubt(psc);
      return await readFresh(api, psc);
    },
    credentials: async (psc) => await credentials.state(psc),
    issueCredentials: async (psc) => {
      await credentials.issue(psc);
    },
    rotatePasswords: async (psc, rotation) => {
      await credentials.rotatePasswords(psc, rotation);
    },
    rotateAuthority: async (psc, rotation) => {
      await credentials.rotate(psc, rotation);
    },
    requestAuthority: async (psc, request) => {
      await credentials.request(psc, request);
    },
    renewAuthority: async (psc) => {
      await credentials.renew(psc);
    },
    apply: async (object) => {
      const stored = (await writes.write(applyCall(object))) as KubernetesObject;
      cache.assume(stored);
      return stored;
    },
    writeStatus: async (psc, status) => {
      await applyPsc({ ...identified(psc), status }, '/status');
    },
    setFinalizer: async (psc, finalizer) => {
      const { metadata, ...kind } = identified(psc);
      await applyPsc({ ...kind, metadata: { ...metadata, finalizers: finalizer === 'present' ? [FINALIZER] : [] } });
    },
    remove: async (object, uid) => {
      if (KEPT_KINDS.has(object.kind)) throw new Error(`${object.kind} ${object.metadata.name} is never removed`);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' };
      await writes.remove({ method: 'DELETE', path: objectPath(object), body });
    },
    event: async ({ apiVersion, kind, metadata: { name, namespace = pscNamespace(name), uid } }, event) => {
      await events.record({ apiVersion, kind, namespace, name, uid }, event);
    },
  };
}

const APPLY = { fieldManager: FIELD_OWNERS.operator, force: 'true' } as const;
const KEPT_KINDS: ReadonlySet<string> = new Set([VOLUME_CLAIM.kind, POD.kind, 'Secret']);

/** The PSC with nothing of its content, and only if it is still this version. */
function identified({
  apiVersion,
  kind,
  metadata: { name, namespace = pscNamespace(name), uid, resourceVersion },
}: StoredPsc): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } };
}

function applyCall(object: KubernetesObject, subresource = ''): WriteCall {
  const path = `${objectPath(object)}${subresource}`;
  return { method: 'PATCH', path, query: APPLY, contentType: 'application/apply-patch+yaml', body: object };
}
