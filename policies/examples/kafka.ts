import type { Example } from '../rule.ts';
import { configMap } from './objects.ts';

const COMMON: Readonly<Record<string, string>> = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'unclean.leader.election.enable': 'false',
  'auto.create.topics.enable': 'false',
  'auto.leader.rebalance.enable': 'false',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'false',
};

const BROKER: Readonly<Record<string, string>> = {
  'process.roles': 'broker',
  'broker.rack': '${env:BROKER_RACK}',
  'listener.security.protocol.map': 'CONTROLLER:SSL,REPLICATION:SSL,INTERNAL:SASL_SSL,EXTERNAL:SASL_SSL',
  ...COMMON,
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'share.coordinator.state.topic.replication.factor': '3',
  'share.coordinator.state.topic.min.isr': '2',
};

const CONTROLLER: Readonly<Record<string, string>> = {
  'process.roles': 'controller',
  'listener.security.protocol.map': 'CONTROLLER:SSL',
  ...COMMON,
};

/** Settings of a broker that satisfy every rule, among other files. */
export const GOOD_BROKER_CONFIG: Example = config('settings of a broker', 'broker', BROKER);

export const GOOD_CONTROLLER_CONFIG: Example = config('settings of a controller', 'controller', CONTROLLER);

/** Settings of something else. */
export const OTHER_CONFIG: Example = {
  title: 'settings of something else',
  objects: [configMap({ 'gateway.cfg': 'timeout client 10m\n' })],
};

/** Settings of a broker with one of them set, or removed where the value is undefined. */
export function brokerConfigWith(title: string, key: string, value: string | undefined): Example {
  return config(`broker: ${title}`, 'broker', withSetting(BROKER, key, value));
}

export function controllerConfigWith(title: string, key: string, value: string | undefined): Example {
  return config(`controller: ${title}`, 'controller', withSetting(CONTROLLER, key, value));
}

function withSetting(
  settings: Readonly<Record<string, string>>,
  key: string,
  value: string | undefined,
): Readonly<Record<string, string>> {
  const others = Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));
  return value === undefined ? others : { ...others, [key]: value };
}

function config(title: string, role: string, settings: Readonly<Record<string, string>>): Example {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const data = {
    'run.sh': '#!/bin/sh\nexec java kafka.Kafka\n',
    [`${role}.properties`]: `# ${role}\n${lines.join('\n')}\n`,
  };
  return { title, objects: [configMap(data)] };
}
