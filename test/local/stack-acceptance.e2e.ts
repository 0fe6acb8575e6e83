import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf, type LiveObject } from '../../cli/apply/cluster.ts';
import { executePlan } from '../../cli/apply/execute.ts';
import { readInventory } from '../../cli/apply/inventory-store.ts';
import { loadKubeConfig } from '../../cli/apply/kube-config.ts';
import { clustersOf, objectsOfCluster } from '../../cli/apply/manifests.ts';
import { describeRef, refOf } from '../../cli/apply/object-ref.ts';
import { planApply } from '../../cli/apply/plan.ts';
import type { ObjectResult } from '../../cli/apply/result.ts';
import { presentManifests } from '../../cli/diff/sources.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import { eventually } from './eventually.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from './test-control-plane.ts';

const APPLY_TIMEOUT_MS = 60_000;
const PODS_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** The controller manager makes the pods, so that Pod Security and quotas judge them; nothing schedules them. */
describe('the local stack, with all that the operator will make of it', () => {
  let controlPlane: ControlPlane;
  let cluster: Cluster;
  let name: string;
  let objects: readonly KubernetesObject[];

  beforeAll(async () => {
    controlPlane = await startTestControlPlane({ controllerManager: 'run' });
    cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined)));
    const files = [...presentManifests('local')()];
    [name = ''] = clustersOf(files);
    objects = objectsOfCluster(files, name, 'include');
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
  }, STOP_TIMEOUT_MS);

  test(
    'is accepted by the API server to the last object, under its own admission policies',
    async () => {
      const results = await applyAll();
      expect(results.filter(({ outcome }) => outcome !== 'created' && outcome !== 'configured').map(words)).toEqual([]);
      expect(results).toHaveLength(objects.length);
    },
    APPLY_TIMEOUT_MS,
  );

  test(
    'is unchanged when it is applied again',
    async () => {
      const results = await applyAll();
      expect(results.filter(({ outcome }) => outcome !== 'unchanged').map(words)).toEqual([]);
    },
    APPLY_TIMEOUT_MS,
  );

  test(
    'gets the pods of every workload past Pod Security, quotas and admission policies',
    async () => {
      const workloads = objects.filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment');
      expect(workloads.length).toBeGreaterThan(0);
      await eventually(
        async () => (await Promise.all(workloads.map(missingPods))).flat(),
        (missing) => missing.length === 0,
        PODS_TIMEOUT_MS,
      );
    },
    PODS_TIMEOUT_MS + APPLY_TIMEOUT_MS,
  );

  async function applyAll(): Promise<readonly ObjectResult[]> {
    const inventory = await readInventory(cluster, { stack: 'local', cluster: name });
    const allowDelete = new Set<never>();
    const recorded = inventory.inventory.objects;
    return await executePlan(cluster, {
      plan: planApply({ desired: objects, recorded, prune: 'delete', allowDelete }),
      inventory,
      allowDelete,
      mode: { conflicts: 'refuse', effect: 'persist' },
      onProgress: () => undefined,
    });
  }

  /** Empty, or the workload with what its controller says of the pods that it could not make. */
  async function missingPods(workload: KubernetesObject): Promise<readonly string[]> {
    const live = await cluster.read(refOf(workload));
    const { replicas: made = 0 } = (live?.['status'] ?? {}) as { readonly replicas?: number };
    const wanted = wantedPods(live);
    if (made >= wanted) return [];
    const namespace = workload.metadata.namespace ?? '';
    const events = await cluster.list('v1', 'Event', namespace, '');
    const said = events.map((event) => String(event['message'])).filter((message) => /forbidden|denied/.test(message));
    return [`${describeRef(refOf(workload))} has ${made} of ${wanted} pods: ${said.join('; ')}`];
  }
});

/** Pods that there can be while none becomes ready: a StatefulSet in order makes its first only. */
function wantedPods(live: LiveObject | undefined): number {
  const spec = (live?.['spec'] ?? {}) as { readonly replicas?: number; readonly podManagementPolicy?: string };
  const { replicas = 1 } = spec;
  return spec.podManagementPolicy === 'OrderedReady' ? Math.min(replicas, 1) : replicas;
}

function words({ ref, outcome, detail, conflicts }: ObjectResult): string {
  return `${outcome} ${describeRef(ref)} ${detail ?? ''}${conflicts === undefined ? '' : JSON.stringify(conflicts)}`;
}
