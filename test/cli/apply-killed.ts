import { readFileSync } from 'node:fs';
import { connect } from '../../cli/apply/api-connection.ts';
import { clusterOf } from '../../cli/apply/cluster.ts';
import { executePlan } from '../../cli/apply/execute.ts';
import { readInventory } from '../../cli/apply/inventory-store.ts';
import { loadKubeConfig } from '../../cli/apply/kube-config.ts';
import { planApply } from '../../cli/apply/plan.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** Program for tests: an apply whose process is killed the moment before its first deletion. */
const [kubeconfig = '', objectsFile = ''] = process.argv.slice(2);
const cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: kubeconfig }, undefined)));
const desired = JSON.parse(readFileSync(objectsFile, 'utf8')) as readonly KubernetesObject[];
const inventory = await readInventory(cluster, { stack: 'fixture', cluster: 'main' });
const allowDelete = new Set([]);
const plan = planApply({ desired, recorded: inventory.inventory.objects, prune: 'delete', allowDelete });
const dying = {
  ...cluster,
  delete: (): never => {
    process.kill(process.pid, 'SIGKILL');
    throw new Error('killed already');
  },
};
await executePlan(dying, {
  plan,
  inventory,
  allowDelete,
  mode: { conflicts: 'refuse', effect: 'persist' },
  onProgress: () => undefined,
});
