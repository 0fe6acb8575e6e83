import { LOCAL_OBJECT_STORE, OBJECT_STORE_FOLDER } from '../../constructs/kubernetes/local/object-store.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import type { PlatformCluster } from './platform-cluster.ts';

/**
 * Makes the bucket of each tenant with Infinite Storage, as the stack's storage does in a cloud: without it brokers copy
 * nothing, and say so in their logs only.
 */
export async function ensureTenantBuckets(
  cluster: PlatformCluster,
  pscs: readonly PhysicalStatefulCluster[],
): Promise<void> {
  const buckets = new Set(pscs.flatMap(({ spec }) => spec.kafka?.tieredStorage?.bucket ?? []));
  if (buckets.size === 0) return;
  const namespace = NAMESPACES.controlPlane;
  await cluster.ready({ namespace, name: LOCAL_OBJECT_STORE }, 1);
  // The store keeps a bucket as a folder. Its own door is open to brokers and to the bucket provisioner alone.
  const folders = [...buckets].map((bucket) => `${OBJECT_STORE_FOLDER}/${bucket}`);
  await cluster.exec({ namespace, name: `${LOCAL_OBJECT_STORE}-0` }, 'mkdir', ['-p', ...folders]);
}
