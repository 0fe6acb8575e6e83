import { BASE_KEY as KEY } from './base-stack.ts';
import { CLUSTER } from './row.ts';
import type { Row } from './row.ts';

/** Tenants, their keys and their room. */
export const TENANT_ROWS: readonly Row[] = [
  // Tenants.
  {
    rule: 'tenant-once',
    what: 'a tenant twice',
    from: 'name: orders',
    to: 'name: payments',
    paths: ['flotilla:tenants[1].name'],
  },
  {
    rule: 'tenant-name-reserved',
    what: "the mothership's name",
    from: 'name: orders',
    to: 'name: mothership',
    paths: ['flotilla:tenants[1].name'],
  },
  {
    rule: 'tenant-name-reserved',
    what: "a platform namespace's name",
    from: 'name: orders',
    to: 'name: control-plane',
    paths: ['flotilla:tenants[1].name'],
  },
  {
    rule: 'time-zone',
    what: 'a maintenance window by a clock that nobody knows',
    from: '    - name: orders',
    to: '    - name: orders\n      maintenanceWindows: [{ start: "02:30", durationMinutes: 60, timeZone: Europe/Atlantis }]',
    paths: ['flotilla:tenants[1].maintenanceWindows[0].timeZone'],
    suggestion: /Europe\/Berlin/,
  },
  ...[
    'broker.rack',
    'listeners',
    'min.insync.replicas',
    'node.id',
    'process.roles',
    'log.dirs',
    'unclean.leader.election.enable',
    'auto.create.topics.enable',
    'default.replication.factor',
    'auto.leader.rebalance.enable',
    'advertised.listeners',
    'remote.log.storage.system.enable',
  ].map((setting): Row => ({
    rule: 'platform-owned-setting',
    what: `the setting ${setting}`,
    from: 'log.retention.hours: 48',
    to: `${setting}: x`,
    paths: [`flotilla:tenants[0].config."${setting}"`.replace(/"(\w+)"/, '$1')],
    suggestion: 'Take the line out.',
  })),
  // Retention.
  {
    rule: 'retention-covers-volumes',
    what: 'a retention below that of the volumes',
    from: 'log.retention.hours: 48',
    to: 'log.retention.hours: 11\n      infiniteStorage: { localRetentionHours: 12 }',
    paths: ['flotilla:tenants[0].config."log.retention.hours"'],
    suggestion: 'Raise it, or lower infiniteStorage.localRetentionHours.',
  },
  // Keys.
  {
    rule: 'customer-key',
    what: "another cloud's key",
    from: KEY,
    to: 'projects/acme-keys/locations/us-west2/keyRings/a/cryptoKeys/b',
    paths: ['flotilla:tenants[0].encryptionKey.customerKeyId'],
    suggestion: /^A key on aws is arn:aws:kms/,
  },
  {
    rule: 'customer-key',
    what: "another region's key",
    from: KEY,
    to: KEY.replace('us-west-2', 'eu-west-1'),
    paths: ['flotilla:tenants[0].encryptionKey.customerKeyId'],
    suggestion: 'Use a key in us-west-2.',
  },
  {
    rule: 'customer-key',
    what: 'an alias',
    from: KEY,
    to: 'arn:aws:kms:us-west-2:123456789012:alias/payments',
    paths: ['flotilla:tenants[0].encryptionKey.customerKeyId'],
  },
  {
    rule: 'customer-key',
    what: 'no key at all',
    from: KEY,
    to: 'secret',
    paths: ['flotilla:tenants[0].encryptionKey.customerKeyId'],
  },
  // Capacity.
  {
    rule: 'instance-class-known',
    what: 'a machine that the catalogue has not',
    from: 'instanceClass: m7i.4xlarge',
    to: 'instanceClass: m7i.4xlrage',
    paths: [`${CLUSTER}.nodeClasses[3].instanceClass`],
    suggestion: 'Did you mean m7i.4xlarge?',
  },
  {
    rule: 'limit-within-ckus',
    what: 'a limit above what the CKUs give',
    from: 'partitions: 9000',
    to: 'partitions: 20000',
    paths: ['flotilla:tenants[0].limits.partitions'],
    suggestion: 'The nearest allowed value is 18000; for more, raise ckus.',
  },
  {
    rule: 'limit-within-ckus',
    what: 'more MB/s than the CKUs give',
    from: 'partitions: 9000',
    to: 'ingressMegabytesPerSecond: 241',
    paths: ['flotilla:tenants[0].limits.ingressMegabytesPerSecond'],
    suggestion: /^The nearest allowed value is 240;/,
  },
  {
    rule: 'room-for-brokers',
    what: 'fewer nodes than brokers',
    from: 'purpose: brokers, maxPerZone: 16',
    to: 'purpose: brokers, maxPerZone: 2',
    paths: [`${CLUSTER}.nodeClasses[3].maxPerZone`],
    suggestion: /^Raise maxPerZone to \d+/,
  },
  {
    rule: 'room-for-brokers',
    what: 'no nodes of the right machine',
    from: '        - { name: small, instanceClass: m7i.2xlarge, purpose: brokers, maxPerZone: 8 }\n',
    to: '',
    paths: [`${CLUSTER}.nodeClasses`],
    suggestion: /instanceClass: m7i\.2xlarge, purpose: brokers/,
  },
];
