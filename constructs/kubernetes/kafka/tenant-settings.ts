/**
 * Broker settings that a tenant may change, each with what it decides: defaults of its topics, and bounds of its groups,
 * transactions and requests. None of them can cost another tenant anything, weaken durability or open a way in.
 *
 * A list of what is allowed, not of what is forbidden: a setting that Kafka adds is nobody's until somebody has looked at it.
 * Names as in https://kafka.apache.org/43/documentation.html#brokerconfigs; each is held against a real broker in
 * test/constructs/kubernetes/kafka/real-kafka.e2e.ts.
 */
export const TENANT_SETTINGS = {
  'compression.gzip.level': 'how hard gzip compresses',
  'compression.lz4.level': 'how hard LZ4 compresses',
  'compression.type': 'how topics are compressed that do not say',
  'compression.zstd.level': 'how hard Zstandard compresses',
  'delete.topic.enable': 'whether topics can be deleted',
  'fetch.max.bytes': 'the most that one fetch is answered with',
  'group.consumer.heartbeat.interval.ms': 'how often members of the new consumer protocol say that they live',
  'group.consumer.max.size': 'members of one group of the new consumer protocol',
  'group.consumer.session.timeout.ms': 'after which silence a member of the new consumer protocol is gone',
  'group.initial.rebalance.delay.ms': 'how long a new group waits for more members',
  'group.max.session.timeout.ms': 'the longest silence that a consumer may ask for',
  'group.max.size': 'members of one group of the classic protocol',
  'group.min.session.timeout.ms': 'the shortest silence that a consumer may ask for',
  'group.share.delivery.count.limit': 'how often a share group is given one record',
  'group.share.record.lock.duration.ms': 'how long a member of a share group keeps a record to itself',
  'log.cleanup.policy': 'whether old records are deleted or compacted',
  'log.message.timestamp.after.max.ms': 'how far ahead of the clock a record may be dated',
  'log.message.timestamp.before.max.ms': 'how far behind the clock a record may be dated',
  'log.message.timestamp.type': 'whose clock dates records',
  'log.retention.bytes': 'bytes of a partition that are kept',
  'log.retention.check.interval.ms': 'how often brokers look for records to delete',
  'log.retention.hours': 'how long records are kept',
  'log.retention.minutes': 'how long records are kept',
  'log.retention.ms': 'how long records are kept',
  'log.roll.hours': 'after what time a new segment begins',
  'log.roll.jitter.hours': 'by how much that time is spread',
  'log.roll.jitter.ms': 'by how much that time is spread',
  'log.roll.ms': 'after what time a new segment begins',
  'log.segment.bytes': 'bytes of a segment',
  'log.segment.delete.delay.ms': 'how long the files of a deleted segment stay',
  'message.max.bytes': 'bytes of the largest batch of records',
  'num.partitions': 'partitions of topics that do not say',
  'offset.metadata.max.bytes': 'bytes that a consumer may keep with an offset',
  'offsets.retention.minutes': 'how long the offsets of a group without members are kept',
  'producer.id.expiration.ms': 'how long an idempotent producer may be silent',
  'transaction.max.timeout.ms': 'the longest transaction',
  'transactional.id.expiration.ms': 'how long a transactional producer may be silent',
} as const satisfies Readonly<Record<string, string>>;

/** Whether a tenant may change this broker setting. */
export function isTenantSetting(setting: string): boolean {
  return Object.hasOwn(TENANT_SETTINGS, setting);
}
