import { CA_FILE } from './secrets.ts';
import { REPLICATION_FACTOR, type ClusterView } from './cluster-view.ts';
import { MIN_INSYNC_REPLICAS } from './common-config.ts';
import { fromEnvironment } from './listeners.ts';
import type { PropertiesSection } from './properties.ts';

/** Class of the image's tier plugin and the folder of its jars, apart from Kafka's own. */
export const TIER_PLUGIN = {
  className: 'dev.flotilla.tier.TierStorageManager',
  classPath: '/opt/kafka/tier/*',
} as const;

/** Infinite Storage (KIP-405) on brokers; nothing when the PSC does not ask for it. */
export function tieredStorageBrokerSections(view: ClusterView): readonly PropertiesSection[] {
  const { tieredStorage } = view.kafka;
  if (tieredStorage === undefined) return [];
  const { bucket, endpoint, prefix, keyId, localRetentionMs } = tieredStorage;
  const plugin = {
    'rsm.config.cloud': view.dataPlane.cloud,
    'rsm.config.region': view.dataPlane.region,
    'rsm.config.bucket': bucket,
    'rsm.config.prefix': prefix,
    ...(endpoint === undefined ? {} : { 'rsm.config.endpoint': endpoint }),
    ...(keyId === undefined ? {} : { 'rsm.config.key.id': keyId }),
  };
  return [
    {
      comment: 'Infinite Storage. Topics tier when they are made with remote.storage.enable=true.',
      settings: {
        'remote.log.storage.system.enable': 'true',
        'remote.log.storage.manager.class.name': TIER_PLUGIN.className,
        'remote.log.storage.manager.class.path': TIER_PLUGIN.classPath,
        'remote.log.storage.manager.impl.prefix': 'rsm.config.',
        ...plugin,
        'log.local.retention.ms': localRetentionMs,
      },
    },
    {
      comment: 'Where each remote segment is, kept in a topic that brokers read over the replication listener.',
      settings: {
        'remote.log.metadata.manager.class.name':
          'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
        'remote.log.metadata.manager.impl.prefix': 'rlmm.config.',
        'remote.log.metadata.manager.listener.name': 'REPLICATION',
        'rlmm.config.remote.log.metadata.topic.replication.factor': String(REPLICATION_FACTOR),
        'rlmm.config.remote.log.metadata.topic.min.isr': String(MIN_INSYNC_REPLICAS),
        ...metadataClient(),
      },
    },
    {
      comment: [
        'That topic is made once three brokers are there, however long that takes: a broker that gives up (after two minutes by',
        'default) blocks in its own shutdown hook, neither serving nor ended.',
      ].join('\n'),
      settings: {
        'rlmm.config.remote.log.metadata.initialization.retry.max.timeout.ms': String(METADATA_PATIENCE_MS),
        'rlmm.config.remote.log.metadata.initialization.retry.interval.ms': String(METADATA_RETRY_MS),
      },
    },
  ];
}

/** A year: in practice for ever. */
const METADATA_PATIENCE_MS = 365 * 24 * 60 * 60 * 1000;
/** The default asks the controllers ten times a second. */
const METADATA_RETRY_MS = 2_000;

/** Topics that tier are refused unless the controllers know of tiering too. */
export function tieredStorageControllerSections(view: ClusterView): readonly PropertiesSection[] {
  if (view.kafka.tieredStorage === undefined) return [];
  return [
    {
      comment: 'Without this the controllers refuse topics that tier (INVALID_CONFIG).',
      settings: { 'remote.log.storage.system.enable': 'true' },
    },
  ];
}

function metadataClient(): Readonly<Record<string, string>> {
  const prefix = 'rlmm.config.remote.log.metadata.common.client';
  return {
    [`${prefix}.security.protocol`]: 'SSL',
    [`${prefix}.ssl.keystore.type`]: 'PEM',
    [`${prefix}.ssl.keystore.location`]: `${fromEnvironment('TLS_DIR')}/${fromEnvironment('POD_NAME')}.pem`,
    [`${prefix}.ssl.truststore.type`]: 'PEM',
    [`${prefix}.ssl.truststore.location`]: `${fromEnvironment('TLS_DIR')}/${CA_FILE}`,
  };
}
