import type { BudgetFacts, ClusterIndex, NamespaceFacts, WorkloadFacts } from '../engine/cluster-index.ts';
import { selects } from '../engine/label-selector.ts';
import type { SetFinding, SetRule } from '../rule.ts';
import { change } from '../examples/change.ts';
import { deployment, disruptionBudget, statefulSet } from '../examples/objects.ts';

const common = {
  form: 'set',
  group: 'availability',
  severity: 'error',
  kinds: ['Deployment', 'StatefulSet', 'PodDisruptionBudget'],
} as const;

/** What disruption budgets and the workloads they protect must be to each other. */
export const BUDGET_SET_RULES: readonly SetRule[] = [
  {
    ...common,
    id: 'budget-present',
    title: 'Workloads with several replicas have a disruption budget',
    reason: 'Without one a drain of two nodes at once may take all replicas at once.',
    fix: 'Add a PodDisruptionBudget with maxUnavailable: 1 that selects the pods.',
    standards: [],
    judge: (index) =>
      perWorkload(index, (workload, budgets) =>
        workload.replicas > 1 && budgets.length === 0
          ? `${workload.replicas} replicas and no disruption budget that selects them`
          : undefined,
      ),
    examples: {
      passing: [
        { title: 'a Deployment with its budget', objects: [deployment(), disruptionBudget({ maxUnavailable: 1 })] },
        { title: 'one replica', objects: [change(deployment(), ['spec', 'replicas'], 1)] },
      ],
      failing: [
        { title: 'a StatefulSet without a budget', objects: [statefulSet()] },
        {
          title: "a budget for others' pods",
          objects: [
            deployment(),
            change(disruptionBudget({ maxUnavailable: 1 }), ['spec', 'selector'], { matchLabels: { app: 'other' } }),
          ],
        },
        {
          title: 'a budget in another namespace',
          objects: [deployment(), change(disruptionBudget({ maxUnavailable: 1 }), ['metadata', 'namespace'], 'other')],
        },
      ],
    },
  },
  {
    ...common,
    id: 'budget-one-per-pod',
    title: 'No pod is under two disruption budgets',
    reason: 'The API server answers an eviction of such a pod with error 500: its node can never be drained.',
    fix: 'Narrow the selectors of the budgets or remove one.',
    standards: [],
    judge: (index) =>
      perWorkload(index, (_, budgets) =>
        budgets.length > 1
          ? `pods are under ${budgets.length} budgets: ${budgets.map(({ object }) => object.name).join(', ')}`
          : undefined,
      ),
    examples: {
      passing: [{ title: 'one budget', objects: [deployment(), disruptionBudget({ maxUnavailable: 1 })] }],
      failing: [
        {
          title: 'two budgets',
          objects: [
            deployment(),
            disruptionBudget({ maxUnavailable: 1 }),
            change(disruptionBudget({ maxUnavailable: 1 }), ['metadata', 'name'], 'example-again'),
          ],
        },
      ],
    },
  },
  {
    ...common,
    id: 'budget-leaves-room',
    title: 'Budgets fit the number of replicas',
    reason:
      'A budget that needs as many pods as there are blocks every drain; one that lets as many go protects nothing.',
    fix: 'Set maxUnavailable to 1, or minAvailable below the number of replicas.',
    standards: [],
    judge: (index) => perWorkload(index, (workload, [budget]) => misfit(workload, budget)),
    examples: {
      passing: [
        { title: 'one of three may go', objects: [deployment(), disruptionBudget({ maxUnavailable: 1 })] },
        { title: 'two of three stay', objects: [deployment(), disruptionBudget({ minAvailable: 2 })] },
      ],
      failing: [
        { title: 'three of three stay', objects: [deployment(), disruptionBudget({ minAvailable: 3 })] },
        { title: 'three of three may go', objects: [deployment(), disruptionBudget({ maxUnavailable: 3 })] },
      ],
    },
  },
];

function misfit(workload: WorkloadFacts, budget: BudgetFacts | undefined): string | undefined {
  if (budget === undefined || workload.replicas <= 1) return undefined;
  const { maxUnavailable, minAvailable } = budget;
  if (typeof minAvailable === 'number' && minAvailable >= workload.replicas) {
    return `budget ${budget.object.name} keeps ${minAvailable} of ${workload.replicas} pods: none can go`;
  }
  if (typeof maxUnavailable === 'number' && maxUnavailable >= workload.replicas) {
    return `budget ${budget.object.name} lets ${maxUnavailable} of ${workload.replicas} pods go: none is kept`;
  }
  return undefined;
}

/** One finding for each workload of which `complaint` has something to say, given the budgets that select its pods. */
function perWorkload(
  index: ClusterIndex,
  complaint: (workload: WorkloadFacts, budgets: readonly BudgetFacts[]) => string | undefined,
): readonly SetFinding[] {
  return [...index.namespaces.values()].flatMap((namespace) =>
    namespace.workloads.flatMap((workload) => {
      const message = complaint(workload, budgetsOf(workload, namespace));
      return message === undefined ? [] : [{ object: workload.object, message }];
    }),
  );
}

function budgetsOf(workload: WorkloadFacts, namespace: NamespaceFacts): readonly BudgetFacts[] {
  return namespace.budgets.filter(({ selector }) => selects(selector, workload.podLabels));
}
