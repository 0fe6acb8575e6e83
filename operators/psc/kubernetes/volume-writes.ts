import { pscNamespace } from '../../../contracts/names.ts';
import { ApiServerError } from '../../runtime/api-server.ts';
import { ConflictError, type ClusterPort } from '../ports.ts';
import { collectionPath, VOLUME, VOLUME_CLAIM } from './kinds.ts';
import type { PortWrites } from './port-writes.ts';

/** What the operator does to volumes of brokers that are gone. Each write holds for exactly the one that was observed. */
export function volumeWrites({ remove }: PortWrites): Pick<ClusterPort, 'deleteClaim' | 'releaseVolume'> {
  return {
    deleteClaim: async ({ metadata }, { name, uid, resourceVersion }) => {
      const namespace = metadata.namespace ?? pscNamespace(metadata.name);
      const path = `${collectionPath(VOLUME_CLAIM, namespace)}/${encodeURIComponent(name)}`;
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
      await remove({ method: 'DELETE', path, body });
    },
    // Volumes are retained, so that a claim that is deleted by mistake takes nothing along. A provisioner deletes a released one,
    // and the disk, once its policy says so.
    releaseVolume: async (_psc, volume, claimUid) => {
      const body = [
        { op: 'test', path: '/spec/claimRef/uid', value: claimUid },
        { op: 'test', path: '/status/phase', value: 'Released' },
        { op: 'replace', path: '/spec/persistentVolumeReclaimPolicy', value: 'Delete' },
      ];
      const path = `${collectionPath(VOLUME)}/${encodeURIComponent(volume)}`;
      try {
        await remove({ method: 'PATCH', path, contentType: 'application/json-patch+json', body });
      } catch (error) {
        if (isFailedTest(error)) throw new ConflictError(`volume ${volume} is not released`, { cause: error });
        throw error;
      }
    },
  };
}

const UNPROCESSABLE = 422;

/** A test of the patch that does not hold is said with the same number as a volume that may not be. */
function isFailedTest(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof ApiServerError && cause.status === UNPROCESSABLE;
}
