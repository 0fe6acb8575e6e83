import type { PscViolation } from './invalid-psc-error.ts';
import { isTenantSetting } from './tenant-settings.ts';

/** Every setting of a PSC's own `config` that belongs to the platform, or that a tenant may not change, or that is none at all. */
export function userConfigViolations(config: Readonly<Record<string, string>>): readonly PscViolation[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const reason = refusal(key, value);
    return reason === undefined
      ? []
      : [{ field: `spec.kafka.config[${JSON.stringify(key)}]`, value: JSON.stringify(value), ...reason }];
  });
}

/**
 * A retention of the PSC's own that is shorter than what its volumes keep: with Infinite Storage, brokers would refuse to
 * start with it.
 */
export function retentionViolations(
  config: Readonly<Record<string, string>>,
  localRetentionMs: string,
): readonly PscViolation[] {
  const key = shortRetention(config, Number(localRetentionMs));
  if (key === undefined) return [];
  return [
    {
      field: `spec.kafka.config[${JSON.stringify(key)}]`,
      value: JSON.stringify(config[key]),
      rule: `with Infinite Storage, records are kept at least as long as on the volumes (${localRetentionMs} ms)`,
      remedy: 'Raise it, or lower spec.kafka.tieredStorage.localRetentionMs',
    },
  ];
}

/** The setting, if any, by which records would be gone before the volumes let go of them. */
export function shortRetention(config: Readonly<Record<string, string>>, localRetentionMs: number): string | undefined {
  // Kafka takes the finest unit that is set.
  const finest = RETENTION_KEYS.find(([name]) => config[name] !== undefined);
  if (finest === undefined) return undefined;
  const [key, unitMs] = finest;
  const value = Number(config[key]);
  // Negative: for ever.
  return value < 0 || value * unitMs >= localRetentionMs ? undefined : key;
}

const RETENTION_KEYS = [
  ['log.retention.ms', 1],
  ['log.retention.minutes', 60_000],
  ['log.retention.hours', 3_600_000],
] as const;

/** Whether the platform alone decides a broker setting. */
export function isPlatformOwned(key: string): boolean {
  return OWNED_KEYS.has(key) || OWNED_PATTERNS.some((pattern) => pattern.test(key));
}

function refusal(key: string, value: string): Pick<PscViolation, 'rule' | 'remedy'> | undefined {
  if (!SETTING_NAME.test(key)) {
    return {
      rule: 'a broker setting is named by words of small letters and digits with dots between',
      remedy: 'Correct the name',
    };
  }
  if (isPlatformOwned(key)) {
    return { rule: 'the platform owns this setting', remedy: 'Remove it: it follows from the rest of the PSC' };
  }
  if (!isTenantSetting(key)) {
    return {
      rule: 'it is not among the settings that a tenant may change',
      remedy: 'Remove it, or correct its name: docs/stacks.md lists those that may be changed',
    };
  }
  // Kafka would resolve it against the pod's environment or files.
  if (value.includes('${')) {
    return { rule: 'a value must not refer to a config provider', remedy: 'Write the value itself' };
  }
  return undefined;
}

const SETTING_NAME = /^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/;

const OWNED_KEYS: ReadonlySet<string> = new Set([
  'advertised.listeners',
  'allow.everyone.if.no.acl.found',
  'auto.create.topics.enable',
  'auto.leader.rebalance.enable',
  'background.threads',
  'broker.id',
  'broker.rack',
  'cluster.id',
  'connections.max.idle.ms',
  'cordoned.log.dirs',
  'default.replication.factor',
  'early.start.listeners',
  'eligible.leader.replicas.enable',
  'initial.broker.registration.timeout.ms',
  'listeners',
  'log.dir',
  'log.dirs',
  'metadata.log.dir',
  'min.insync.replicas',
  'node.id',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
  'plugin.path',
  'process.roles',
  'super.users',
  'unclean.leader.election.enable',
]);

/** Families of settings: whatever Kafka adds to one of them later is the platform's as well. */
const OWNED_PATTERNS: readonly RegExp[] = [
  /(^|\.)(class|classes|class\.name|class\.path|reporters|providers)$/,
  /^(authorizer|config\.providers|controller|controlled\.shutdown|inter\.broker|leader\.imbalance)\./,
  /^(listener|listeners|metadata|metrics|principal|process|sasl|security|ssl|telemetry)\./,
  /^(rsm\.config|rlmm\.config|remote\.log|log\.cleaner|log\.dir|log\.local)\./,
  /^(broker\.(heartbeat|session)|max\.connection|max\.connections|quota)(\.|$)/,
  /^(replica|follower\.replication|leader\.replication)\./,
  /^(offsets\.topic|transaction\.state\.log|share\.coordinator\.state\.topic)\./,
  /^(unstable|internal|confluent|zookeeper)\./,
  /^socket\./,
  /(^|\.)client\.(auth|quota\.callback)(\.|$)/,
];
