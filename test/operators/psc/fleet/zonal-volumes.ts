import type { Node, PersistentVolumeClaim, StorageClass } from '../../../../local/agent/kubernetes-types.ts';
import { planVolumes } from '../../../../local/agent/volume-plan.ts';
import { type ApiServer, ApiServerError } from '../../../../operators/runtime/api-server.ts';
import { type ApiObject, followCollection } from '../../../../operators/runtime/follow-collection.ts';

export interface ZonalVolumesOptions {
  readonly api: ApiServer;
  readonly nodes: readonly Node[];
  readonly classes: readonly StorageClass[];
  readonly onTrouble: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes a volume for each claim in the zone of the node that the scheduler has chosen, by the plan of the local region's own
 * provisioner: kwok plays pods, not disks. Binding the two is the controller manager's.
 */
export async function provisionVolumes({ api, nodes, classes, onTrouble, signal }: ZonalVolumesOptions): Promise<void> {
  const provision = async (claim: PersistentVolumeClaim): Promise<void> => {
    for (const action of planVolumes({ claims: [claim], volumes: [], classes, nodes, files: [] })) {
      if (action.kind !== 'provision') continue;
      const body = { ...action.volume, spec: { ...action.volume.spec, local: { path: '/none' } } };
      try {
        await api.write({ method: 'POST', path: '/api/v1/persistentvolumes', body, signal });
      } catch (error) {
        // It was made when the claim was seen before.
        if (error instanceof ApiServerError && error.status === 409) return;
        onTrouble(`a volume: ${String(error)}`);
        setTimeout(() => void provision(claim), RETRY_MS);
      }
    }
  };
  await followCollection<PersistentVolumeClaim & ApiObject, PersistentVolumeClaim>(
    api,
    { path: '/api/v1/persistentvolumeclaims' },
    {
      shape: (claim) => claim,
      onAll: (claims) => {
        for (const claim of claims) void provision(claim);
      },
      onChange: ({ type, object }) => {
        if (type === 'set') void provision(object);
      },
      onTrouble: ({ message }) => {
        onTrouble(`claims: ${message}`);
      },
      signal,
    },
  );
}

const RETRY_MS = 500;
