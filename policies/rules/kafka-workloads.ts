import { PRECREATED_ONLY_STORAGE_CLASS } from '../../contracts/names.ts';
import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { Example, ObjectRule } from '../rule.ts';
import { change, type FieldPath } from '../examples/change.ts';
import { kafkaStatefulSet, statefulSet } from '../examples/objects.ts';

/** Brokers wait up to five minutes for controllers to take their leaders (BrokerServer.shutdown), then flush their logs. */
const TERMINATION_GRACE_SECONDS_MIN: Readonly<Record<KafkaRole, number>> = { broker: 360, controller: 60 };
const CONTROLLERS = 3;

const common = {
  form: 'object',
  group: 'kafka',
  severity: 'error',
  match: { kinds: ['StatefulSet'] },
  standards: [],
} as const;

const good: readonly Example[] = [
  { title: 'brokers', objects: [kafkaStatefulSet('broker')] },
  { title: 'controllers', objects: [kafkaStatefulSet('controller')] },
  { title: 'a StatefulSet without Kafka', objects: [statefulSet()] },
];

/** How brokers and controllers run. */
export const KAFKA_WORKLOAD_RULES: readonly ObjectRule[] = [
  {
    ...common,
    id: 'kafka-termination-grace',
    title: 'Kafka is given the time to stop',
    reason: 'A broker that is killed while it hands over leaders recovers its logs for minutes at the next start.',
    fix: `Set terminationGracePeriodSeconds to at least ${TERMINATION_GRACE_SECONDS_MIN.broker} for brokers and ${TERMINATION_GRACE_SECONDS_MIN.controller} for controllers.`,
    validations: [
      {
        expression:
          "variables.kafkaRole == '' || variables.podSpec.?terminationGracePeriodSeconds.orValue(30) >= " +
          `(variables.kafkaRole == 'broker' ? ${TERMINATION_GRACE_SECONDS_MIN.broker} : ${TERMINATION_GRACE_SECONDS_MIN.controller})`,
        message: 'Kafka would be killed before it has stopped',
      },
    ],
    examples: {
      passing: good,
      failing: [
        kafkaWith('brokers by default', 'broker', ['template', 'spec', 'terminationGracePeriodSeconds'], undefined),
        kafkaWith('brokers with one minute', 'broker', ['template', 'spec', 'terminationGracePeriodSeconds'], 60),
        kafkaWith('controllers by default', 'controller', ['template', 'spec', 'terminationGracePeriodSeconds'], 30),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-claims-precreated',
    title: 'Claims of Kafka pods are made before the pods',
    reason:
      'A StatefulSet makes a missing claim anew from its template: empty, and in whatever zone. A class that provisions nothing leaves such a claim pending instead.',
    fix: `Use storageClassName: ${PRECREATED_ONLY_STORAGE_CLASS} in volumeClaimTemplates.`,
    validations: [
      {
        expression:
          "variables.kafkaRole == '' || (variables.claimTemplates.size() > 0 && variables.claimTemplates.all(t, " +
          `t.spec.?storageClassName.orValue('') == '${PRECREATED_ONLY_STORAGE_CLASS}'))`,
        message: 'a missing claim could come back empty',
      },
    ],
    examples: {
      passing: good,
      failing: [
        kafkaWith(
          'a class that provisions',
          'broker',
          ['volumeClaimTemplates', 0, 'spec', 'storageClassName'],
          'flotilla-us-west-2a',
        ),
        kafkaWith(
          'the default class',
          'controller',
          ['volumeClaimTemplates', 0, 'spec', 'storageClassName'],
          undefined,
        ),
        kafkaWith('no claims', 'broker', ['volumeClaimTemplates'], undefined),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-update-on-delete',
    title: 'Only the operator restarts Kafka pods',
    reason:
      'A StatefulSet knows nothing of replicas in sync: it would roll over brokers that others wait for, and pods that wait for each other never form a quorum.',
    fix: 'Set updateStrategy.type: OnDelete and podManagementPolicy: Parallel.',
    validations: [
      {
        expression:
          "variables.kafkaRole == '' || (object.spec.?updateStrategy.?type.orValue('RollingUpdate') == 'OnDelete' && " +
          "object.spec.?podManagementPolicy.orValue('OrderedReady') == 'Parallel')",
        message: 'Kubernetes would restart or start Kafka pods in its own order',
      },
    ],
    examples: {
      passing: good,
      failing: [
        kafkaWith('rolling updates by default', 'broker', ['updateStrategy'], undefined),
        kafkaWith('ordered start by default', 'controller', ['podManagementPolicy'], undefined),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-controller-quorum',
    title: `A quorum has ${CONTROLLERS} controllers`,
    reason: 'One controller is a single point of failure; an even number tolerates no more failures than one less.',
    fix: `Run ${CONTROLLERS} controllers, one per zone.`,
    validations: [
      {
        expression: `variables.kafkaRole != 'controller' || object.spec.?replicas.orValue(1) == ${CONTROLLERS}`,
        message: `the quorum does not have ${CONTROLLERS} controllers`,
      },
    ],
    examples: {
      passing: good,
      failing: [
        kafkaWith('one controller', 'controller', ['replicas'], 1),
        kafkaWith('one controller by default', 'controller', ['replicas'], undefined),
        kafkaWith('four controllers', 'controller', ['replicas'], 4),
      ],
    },
  },
];

function kafkaWith(title: string, role: KafkaRole, path: FieldPath, value: unknown): Example {
  return { title, objects: [change(kafkaStatefulSet(role), ['spec', ...path], value)] };
}
