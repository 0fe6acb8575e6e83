import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { podSelector, roleLabels } from './labels.ts';
import { STATEFUL_SETS } from './stateful-sets.ts';

/**
 * One budget per role; no pod matches two, which would make every eviction fail.
 *
 * Readiness says "in sync", so that a pod that only lags is unhealthy. `AlwaysAllow` would let a drain evict it while another
 * broker is down; `IfHealthyBudget` lets a broken pod go only while the others hold the budget.
 */
export function budgets(view: ClusterView): readonly KubernetesObject[] {
  return [budget(view, 'controller'), budget(view, 'broker')];
}

function budget(view: ClusterView, role: KafkaRole): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: STATEFUL_SETS[role], namespace: view.namespace, labels: roleLabels(view, role) },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: podSelector(view, role) },
      unhealthyPodEvictionPolicy: 'IfHealthyBudget',
    },
  };
}
