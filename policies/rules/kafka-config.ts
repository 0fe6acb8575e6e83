import type { Example, ObjectRule, Validation } from '../rule.ts';
import {
  GOOD_BROKER_CONFIG,
  GOOD_CONTROLLER_CONFIG,
  OTHER_CONFIG,
  brokerConfigWith,
  controllerConfigWith,
} from '../examples/kafka.ts';

/** Files of settings of brokers and controllers in a ConfigMap, each after a line break and with one at its end. */
const KAFKA_CONFIG =
  "'\\n' + object.?data.orValue({}).map(k, object.data[k]).filter(f, ('\\n' + f).contains('\\nprocess.roles=')).join('\\n') + '\\n'";

const common = {
  form: 'object',
  group: 'kafka',
  severity: 'error',
  match: {
    kinds: ['ConfigMap'],
    when: {
      expression: "has(object.data) && object.data.exists(k, ('\\n' + object.data[k]).contains('\\nprocess.roles='))",
      reason: 'Settings of brokers and controllers are told by their line process.roles=.',
    },
  },
  variables: {
    kafkaConfig: KAFKA_CONFIG,
    configuresBroker: "variables.kafkaConfig.contains('\\nprocess.roles=broker\\n')",
  },
  standards: [],
} as const;

const good: readonly Example[] = [GOOD_BROKER_CONFIG, GOOD_CONTROLLER_CONFIG, OTHER_CONFIG];

/** Invariants of Kafka's settings, judged from the ConfigMap that pods read them from. */
export const KAFKA_CONFIG_RULES: readonly ObjectRule[] = [
  {
    ...common,
    id: 'kafka-replication',
    title: 'Topics have three replicas',
    reason: 'Two would be one failure away from no redundancy, and a third zone would hold nothing.',
    fix: 'Set the replication factors to 3; default.replication.factor on the controllers too, which apply it.',
    validations: [
      isSet('default.replication.factor', '3'),
      isSetOnBrokers('offsets.topic.replication.factor', '3'),
      isSetOnBrokers('transaction.state.log.replication.factor', '3'),
      isSetOnBrokers('share.coordinator.state.topic.replication.factor', '3'),
    ],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('two replicas', 'default.replication.factor', '2'),
        controllerConfigWith('nothing on the controllers', 'default.replication.factor', undefined),
        brokerConfigWith('offsets once', 'offsets.topic.replication.factor', '1'),
        brokerConfigWith('transactions by default', 'transaction.state.log.replication.factor', undefined),
        brokerConfigWith('share groups by default', 'share.coordinator.state.topic.replication.factor', undefined),
        brokerConfigWith('said twice', 'default.replication.factor', '3\ndefault.replication.factor=1'),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-min-isr',
    title: 'Two replicas acknowledge, on brokers and on controllers',
    reason:
      'With one, an acknowledged record dies with one disk. Clusters formatted at 4.1 or later take the value of the controllers for the whole cluster (KIP-966).',
    fix: 'Set min.insync.replicas=2 in both files, and 2 for the internal topics of brokers.',
    validations: [
      isSet('min.insync.replicas', '2'),
      isSetOnBrokers('transaction.state.log.min.isr', '2'),
      isSetOnBrokers('share.coordinator.state.topic.min.isr', '2'),
    ],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('one on brokers', 'min.insync.replicas', '1'),
        controllerConfigWith('nothing on controllers', 'min.insync.replicas', undefined),
        brokerConfigWith('transactions with one', 'transaction.state.log.min.isr', '1'),
        brokerConfigWith('share groups with one', 'share.coordinator.state.topic.min.isr', '1'),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-rack',
    title: 'Brokers know their zone',
    reason: 'Without a rack Kafka puts all replicas of a partition into one zone as happily as into three.',
    fix: 'Set broker.rack to the zone of the node, from the variable that the start script sets.',
    validations: [
      {
        expression:
          "!variables.configuresBroker || (variables.kafkaConfig.contains('\\nbroker.rack=') && !variables.kafkaConfig.contains('\\nbroker.rack=\\n'))",
        message: 'broker.rack is not set',
      },
    ],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('no rack', 'broker.rack', undefined),
        brokerConfigWith('an empty rack', 'broker.rack', ''),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-no-unclean-election',
    title: 'Only replicas in sync become leaders',
    reason: 'An unclean election silently drops acknowledged records.',
    fix: 'Set unclean.leader.election.enable=false in both files.',
    validations: [isSet('unclean.leader.election.enable', 'false')],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('allowed', 'unclean.leader.election.enable', 'true'),
        controllerConfigWith('nothing said on controllers', 'unclean.leader.election.enable', undefined),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-no-auto-topics',
    title: 'Topics are made on purpose',
    reason: 'A misspelled name would otherwise become a topic, with default settings and counted against the limits.',
    fix: 'Set auto.create.topics.enable=false.',
    validations: [isSetOnBrokers('auto.create.topics.enable', 'false')],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('nothing said, which means true', 'auto.create.topics.enable', undefined),
        brokerConfigWith('allowed', 'auto.create.topics.enable', 'true'),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-no-auto-rebalance',
    title: 'Only the balancer moves leadership',
    reason: 'The controllers would move leaders back every five minutes and fight the balancer.',
    fix: 'Set auto.leader.rebalance.enable=false in both files.',
    validations: [isSet('auto.leader.rebalance.enable', 'false')],
    examples: {
      passing: good,
      failing: [
        controllerConfigWith('nothing said, which means true', 'auto.leader.rebalance.enable', undefined),
        brokerConfigWith('allowed', 'auto.leader.rebalance.enable', 'true'),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-encrypted-listeners',
    title: 'Every listener speaks TLS',
    reason: 'Records and passwords of tenants cross zones and nodes that others use as well.',
    fix: 'Map each listener to SSL or SASL_SSL in listener.security.protocol.map.',
    validations: [
      {
        expression:
          "variables.kafkaConfig.split('\\nlistener.security.protocol.map=').size() == 2 && " +
          "!variables.kafkaConfig.split('\\nlistener.security.protocol.map=')[1].split('\\n')[0].contains('PLAINTEXT')",
        message: 'a listener is not encrypted, or listener.security.protocol.map is not set exactly once',
      },
    ],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith(
          'plain text for clients',
          'listener.security.protocol.map',
          'CONTROLLER:SSL,INTERNAL:SASL_PLAINTEXT',
        ),
        controllerConfigWith('nothing said, which means plain text', 'listener.security.protocol.map', undefined),
      ],
    },
  },
  {
    ...common,
    id: 'kafka-authorized',
    title: 'Nobody may do what no ACL allows',
    reason: 'Without an authorizer, or with everyone allowed where no ACL is found, each API key opens every topic.',
    fix: 'Set authorizer.class.name and allow.everyone.if.no.acl.found=false.',
    validations: [
      isSet('authorizer.class.name', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'),
      isSet('allow.everyone.if.no.acl.found', 'false'),
    ],
    examples: {
      passing: good,
      failing: [
        brokerConfigWith('no authorizer', 'authorizer.class.name', undefined),
        controllerConfigWith('everyone by default', 'allow.everyone.if.no.acl.found', 'true'),
      ],
    },
  },
];

/** The setting stands exactly once, with this value: in a properties file a later line would win silently. */
function isSet(key: string, value: string): Validation {
  return {
    expression: `variables.kafkaConfig.contains('\\n${key}=${value}\\n') && variables.kafkaConfig.split('\\n${key}=').size() == 2`,
    message: `${key} must be ${value}, set exactly once`,
  };
}

function isSetOnBrokers(key: string, value: string): Validation {
  const { expression, message } = isSet(key, value);
  return { expression: `!variables.configuresBroker || (${expression})`, message };
}
