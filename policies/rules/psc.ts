import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { Example, ObjectRule } from '../rule.ts';
import { change, type FieldPath } from '../examples/change.ts';
import { GOOD_PSC } from '../examples/psc.ts';

const common = {
  form: 'object',
  group: 'psc',
  severity: 'error',
  match: { kinds: ['PhysicalStatefulCluster'] },
  standards: [],
} as const;

const good: Example = { title: 'a good PSC', objects: [GOOD_PSC] };
const local: KubernetesObject = change(
  change(GOOD_PSC, ['spec', 'cloud'], 'local'),
  ['spec', 'deletionProtection'],
  undefined,
);

/** Desired state of tenant clusters, beyond what the contract's own schema demands. */
export const PSC_RULES: readonly ObjectRule[] = [
  {
    ...common,
    severity: 'warning',
    id: 'psc-deletion-protection',
    title: 'Clusters on clouds are protected from deletion',
    reason: 'Deleting a PSC deletes a tenant: it should take two steps, not one.',
    fix: 'Set deletionProtection: true on the tenant.',
    validations: [
      {
        expression: "object.spec.cloud == 'local' || object.spec.?deletionProtection.orValue(false) == true",
        message: 'one call deletes the cluster',
      },
    ],
    examples: {
      passing: [good, { title: 'a region on one machine', objects: [local] }],
      failing: [
        pscWith('nothing said', ['spec', 'deletionProtection'], undefined),
        pscWith('switched off', ['spec', 'deletionProtection'], false),
      ],
    },
  },
  {
    ...common,
    id: 'psc-three-zones',
    title: 'A Kafka cluster is spread over three zones',
    reason: 'With three replicas and two that must acknowledge, the loss of one of two zones stops all writing.',
    fix: 'Place brokers and controllers in at least three zones.',
    validations: [
      {
        expression:
          '!has(object.spec.kafka) || (object.spec.kafka.placement.size() >= 3 && object.spec.kafka.controllers.placement.size() >= 3)',
        message: 'brokers or controllers are in fewer than three zones',
      },
    ],
    examples: {
      passing: [good],
      failing: [
        pscWith('brokers in two zones', ['spec', 'kafka', 'placement', 'us-west-2c'], undefined),
        pscWith('controllers in two zones', ['spec', 'kafka', 'controllers', 'placement', 'us-west-2c'], undefined),
      ],
    },
  },
  {
    ...common,
    id: 'psc-zones-balanced',
    title: 'Zones carry equally many brokers, within one',
    reason: 'Replicas are spread over zones, so the smallest zone bounds the whole cluster and the others lie idle.',
    fix: 'Place new brokers in the zones that have the fewest.',
    validations: [
      {
        expression:
          '!has(object.spec.kafka) || object.spec.kafka.placement.all(z, object.spec.kafka.placement.all(o, ' +
          'object.spec.kafka.placement[z].pods.size() - object.spec.kafka.placement[o].pods.size() <= 1))',
        message: 'one zone carries at least two brokers more than another',
      },
    ],
    examples: {
      passing: [
        good,
        pscWith('one more in one zone', ['spec', 'kafka', 'placement', 'us-west-2a', 'pods', 1], 'kafka-3'),
      ],
      failing: [
        pscWith(
          'three against one',
          ['spec', 'kafka', 'placement', 'us-west-2a', 'pods'],
          ['kafka-0', 'kafka-3', 'kafka-4'],
        ),
      ],
    },
  },
  {
    ...common,
    id: 'psc-one-controller-per-zone',
    title: 'No zone holds two of the three controllers',
    reason: 'The loss of that zone would take the majority of the quorum along.',
    fix: 'Place one controller in each of three zones.',
    validations: [
      {
        expression:
          '!has(object.spec.kafka) || object.spec.kafka.controllers.placement.all(z, object.spec.kafka.controllers.placement[z].pods.size() == 1)',
        message: 'a zone holds more than one controller',
      },
    ],
    examples: {
      passing: [good],
      failing: [
        pscWith(
          'two in one zone',
          ['spec', 'kafka', 'controllers', 'placement', 'us-west-2a', 'pods'],
          ['controller-0', 'controller-3'],
        ),
      ],
    },
  },
];

function pscWith(title: string, path: FieldPath, value: unknown): Example {
  return { title, objects: [change(GOOD_PSC, path, value)] };
}
