import { LABELS } from '../../contracts/labels.ts';
import type { Rule } from '../rule.ts';
import { change } from '../examples/change.ts';
import { deployment, disruptionBudget, kafkaStatefulSet, statefulSet } from '../examples/objects.ts';
import { GOOD_DEPLOYMENT } from '../examples/workloads.ts';
import { BUDGET_SET_RULES } from './budgets.ts';

const SPREAD = ['spec', 'template', 'spec', 'topologySpreadConstraints'] as const;
const scaledWorkloads = {
  form: 'object',
  group: 'availability',
  severity: 'error',
  match: { kinds: ['Deployment', 'StatefulSet'] },
} as const;

/** What keeps serving when a zone or a node goes. */
export const AVAILABILITY_RULES: readonly Rule[] = [
  {
    ...scaledWorkloads,
    id: 'spread-over-zones',
    title: 'Replicas are spread over zones',
    reason: 'The scheduler may put all replicas into one zone, and the loss of that zone then takes the service along.',
    fix: `Add a topology spread constraint over ${LABELS.zone}. Pods with zone-pinned volumes need none: they follow the volumes.`,
    standards: [],
    validations: [
      {
        expression:
          'variables.anyKind.spec.?replicas.orValue(1) <= 1 || variables.zonePinned || ' +
          `variables.podSpec.?topologySpreadConstraints.orValue([]).exists(t, t.topologyKey == '${LABELS.zone}')`,
        message: 'several replicas and nothing that spreads them over zones',
      },
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        {
          title: 'brokers without constraint, which follow their volumes',
          objects: [change(kafkaStatefulSet('broker'), SPREAD, undefined)],
        },
        {
          title: 'one replica',
          objects: [change(change(deployment(), SPREAD, undefined), ['spec', 'replicas'], 1)],
        },
      ],
      failing: [
        { title: 'a Deployment without constraint', objects: [change(deployment(), SPREAD, undefined)] },
        {
          title: 'a StatefulSet spread over nodes only',
          objects: [change(statefulSet(), [...SPREAD, 0, 'topologyKey'], 'kubernetes.io/hostname')],
        },
      ],
    },
  },
  {
    ...scaledWorkloads,
    match: { kinds: ['StatefulSet'] },
    id: 'pinned-pods-not-spread-hard',
    title: 'No hard spread rule on pods with zone-pinned volumes',
    reason:
      'Such a pod can only go where its volume is; a hard rule then keeps it from there while another zone is down.',
    fix: 'Remove the constraint over zones, or set whenUnsatisfiable: ScheduleAnyway.',
    standards: [],
    validations: [
      {
        expression:
          '!variables.zonePinned || !variables.podSpec.?topologySpreadConstraints.orValue([]).exists(t, ' +
          `t.topologyKey == '${LABELS.zone}' && t.whenUnsatisfiable == 'DoNotSchedule')`,
        message: 'pods that follow their volumes are also spread over zones by a hard rule',
      },
    ],
    examples: {
      passing: [{ title: 'brokers, which follow their volumes', objects: [kafkaStatefulSet('broker')] }],
      failing: [
        {
          title: 'brokers under a hard rule',
          objects: [
            change(kafkaStatefulSet('broker'), SPREAD, [
              { maxSkew: 1, topologyKey: LABELS.zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
            ]),
          ],
        },
      ],
    },
  },
  {
    ...scaledWorkloads,
    match: { kinds: ['PodDisruptionBudget'] },
    id: 'budget-neither-zero-nor-everything',
    title: 'Budgets let some pods go and keep some',
    reason: 'A budget of zero blocks every node drain for good; one of everything protects nothing.',
    fix: 'Set maxUnavailable to 1.',
    standards: [],
    validations: [
      {
        expression:
          "!(string(variables.anyKind.spec.?maxUnavailable.orValue('1')) in ['0', '0%', '100%']) && " +
          "!(string(variables.anyKind.spec.?minAvailable.orValue('1')) in ['0', '0%', '100%'])",
        message: 'the budget lets no pod go, or all of them',
      },
    ],
    examples: {
      passing: [
        { title: 'one pod at a time', objects: [disruptionBudget({ maxUnavailable: 1 })] },
        { title: 'half of the pods stay', objects: [disruptionBudget({ minAvailable: '50%' })] },
      ],
      failing: [
        { title: 'none may go', objects: [disruptionBudget({ maxUnavailable: 0 })] },
        { title: 'none may go, in percent', objects: [disruptionBudget({ maxUnavailable: '0%' })] },
        { title: 'all must stay', objects: [disruptionBudget({ minAvailable: '100%' })] },
        { title: 'all may go', objects: [disruptionBudget({ maxUnavailable: '100%' })] },
        { title: 'none need stay', objects: [disruptionBudget({ minAvailable: 0 })] },
      ],
    },
  },
  ...BUDGET_SET_RULES,
];
