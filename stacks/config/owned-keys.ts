/**
 * Why a broker setting that the platform owns is not a tenant's to make. Which ones it owns is decided where Kafka is
 * configured (constructs/kubernetes/kafka/user-config.ts); this says it in words.
 */
export function ownedBecause(setting: string): string {
  if (Object.hasOwn(REASONS, setting)) return REASONS[setting] ?? OTHERWISE;
  return FAMILIES.find(([prefix]) => setting.startsWith(prefix))?.[1] ?? OTHERWISE;
}

const OTHERWISE = 'it follows from the rest of the stack';
const FROM_CAPACITY = 'it follows from the CKUs';
const IDENTITY = 'the platform forms the cluster';
const ACCESS = 'the platform decides who reaches a broker, and how';
const DURABILITY = 'three copies with two in sync are what a zone may fail against';
const TIERING = 'infiniteStorage turns tiering on';

const REASONS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'a mistyped topic name would make a topic',
  'auto.leader.rebalance.enable': 'the balancer moves leaders',
  'broker.id': IDENTITY,
  'broker.rack': 'it is the zone that the broker runs in',
  'cordoned.log.dirs': 'the balancer cordons volumes',
  'default.replication.factor': DURABILITY,
  'inter.broker.listener.name': ACCESS,
  'inter.broker.protocol.version': IDENTITY,
  'leader.imbalance.check.interval.seconds': 'the balancer moves leaders',
  'log.dir': 'it is where the volume is mounted',
  'log.dirs': 'it is where the volume is mounted',
  'max.connections': FROM_CAPACITY,
  'max.connections.per.ip': FROM_CAPACITY,
  'max.connection.creation.rate': FROM_CAPACITY,
  'metadata.log.dir': 'it is where the volume is mounted',
  'min.insync.replicas': DURABILITY,
  'node.id': IDENTITY,
  'num.replica.fetchers': FROM_CAPACITY,
  'offsets.topic.replication.factor': DURABILITY,
  'process.roles': IDENTITY,
  'share.coordinator.state.topic.min.isr': DURABILITY,
  'share.coordinator.state.topic.replication.factor': DURABILITY,
  'super.users': ACCESS,
  'transaction.state.log.min.isr': DURABILITY,
  'transaction.state.log.replication.factor': DURABILITY,
  'unclean.leader.election.enable': 'a replica that is behind would become leader and drop acknowledged records',
};

const FAMILIES: readonly (readonly [prefix: string, reason: string])[] = [
  ['advertised.', ACCESS],
  ['allow.everyone.', ACCESS],
  ['authorizer.', ACCESS],
  ['controller.', IDENTITY],
  ['listener', ACCESS],
  ['remote.log.', TIERING],
  ['rlmm.', TIERING],
  ['rsm.', TIERING],
  ['sasl.', ACCESS],
  ['ssl.', ACCESS],
  ['principal.builder.', ACCESS],
];
