import type { Cloud } from '../../../contracts/cloud.ts';
import type { ResourcesSpec } from '../../../contracts/gen/psc-types.ts';
import { REPLICATION_FACTOR, type ClusterView } from './cluster-view.ts';
import { commonSections, MIN_INSYNC_REPLICAS, userSection } from './common-config.ts';
import { brokerListeners, fromEnvironment } from './listeners.ts';
import { formatProperties } from './properties.ts';
import { sharedMachineSections } from './shared-machine.ts';
import { brokerThreads } from './threads.ts';
import { tieredStorageBrokerSections } from './tiered-storage-config.ts';

/**
 * `broker.properties`, the same for every broker of the cluster and for every number of brokers: growth rolls nothing.
 * Limits that depend on the number of brokers are dynamic settings (dynamic-limits.ts).
 */
export function brokerProperties(view: ClusterView): string {
  return formatProperties([
    { comment: 'Broker of a KRaft cluster.', settings: { 'process.roles': 'broker' } },
    {
      comment: 'Its rack is the zone of its node, so that replicas of a partition spread over zones.',
      settings: {
        'broker.rack': fromEnvironment('BROKER_RACK'),
        'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
      },
    },
    { comment: 'Listeners.', settings: brokerListeners(view) },
    ...commonSections(view),
    { comment: 'Internal topics.', settings: internalTopics(view.dataPlane.cloud) },
    {
      comment: [
        'A broker watches the quorum without voting. Sixty seconds keep a broker that paused from asking every controller',
        'anew; elections among controllers keep their own two seconds.',
      ].join('\n'),
      settings: { 'controller.quorum.fetch.timeout.ms': '60000' },
    },
    {
      comment: [
        'A broker that finds no quorum, or a slow one, waits for it: after the default minute it would end, and start again',
        'after ever longer pauses.',
      ].join('\n'),
      settings: { 'initial.broker.registration.timeout.ms': '600000' },
    },
    { comment: 'Threads and buffers, from the resources of a pod.', settings: sizing(view.kafka.brokers.resources) },
    {
      comment: 'Idle connections end here before they would end at the gateway.',
      settings: { 'connections.max.idle.ms': String(CONNECTIONS_MAX_IDLE_MS) },
    },
    ...sharedMachineSections(view.dataPlane.cloud, 'broker'),
    ...tieredStorageBrokerSections(view),
    ...userSection(view),
  ]);
}

/** Brokers close a connection that was idle for as long; the gateway's own timeout is longer. */
export const CONNECTIONS_MAX_IDLE_MS = 600_000;

/** Kafka's default, and what a small heap of a region on one machine carries. Can't change once the topics exist. */
const INTERNAL_TOPIC_PARTITIONS: Readonly<Record<Cloud, number>> = { aws: 50, gcp: 50, azure: 50, local: 6 };

function internalTopics(cloud: Cloud): Readonly<Record<string, string>> {
  const partitions = String(INTERNAL_TOPIC_PARTITIONS[cloud]);
  const factor = String(REPLICATION_FACTOR);
  const minInsync = String(MIN_INSYNC_REPLICAS);
  return {
    'offsets.topic.num.partitions': partitions,
    'offsets.topic.replication.factor': factor,
    'transaction.state.log.num.partitions': partitions,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': minInsync,
    'share.coordinator.state.topic.num.partitions': partitions,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': minInsync,
  };
}

/** A rule of thumb, not a measurement: 1/32 of the heap to the log cleaner. */
function sizing(resources: ResourcesSpec): Readonly<Record<string, string>> {
  const share = Math.floor(resources.heapMib / 32);
  const dedupeMib = Math.min(KAFKA_DEFAULT_DEDUPE_MIB, Math.max(MIN_DEDUPE_MIB, share));
  return { ...brokerThreads(resources), 'log.cleaner.dedupe.buffer.size': String(dedupeMib * 1024 * 1024) };
}

const KAFKA_DEFAULT_DEDUPE_MIB = 128;
const MIN_DEDUPE_MIB = 4;
