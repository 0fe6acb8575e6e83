import { describe, expect, test } from '@jest/globals';
import { STACK_RULES } from '../../../stacks/config/rules.ts';
import { BASE, TODAY, problemsOf, replaced } from './base-stack.ts';

interface Row {
  readonly rule: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** Paths that problems of the rule are at, in order. */
  readonly paths: readonly string[];
  readonly suggestion?: string | RegExp;
  readonly stack?: string;
  readonly today?: string;
}

const CLUSTER = 'flotilla:kubernetesClusters[0]';
const SECOND_CLUSTER = (name: string) => `    - name: ${name}
      version: '1.36'
      podRange: 10.5.0.0/16
      serviceRange: 10.1.16.0/20
      nodeClasses: [{ name: platform, instanceClass: m7i.xlarge, purpose: platform, maxPerZone: 3 }]
  flotilla:mothership:`;
const LONG_LABEL = 'a'.repeat(60);
const KEY = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** One row and more for each rule; each breaks that rule. */
const ROWS: readonly Row[] = [
  // Structure.
  {
    rule: 'unknown-key',
    what: 'a mistyped key',
    from: '    zones:',
    to: '    zonse:',
    paths: ['flotilla:region.zonse'],
    suggestion: 'Did you mean zones?',
  },
  {
    rule: 'unknown-key',
    what: 'a key of a tenant in the wrong place',
    from: '    hosted: true',
    to: '    hosted: true\n    bootstrapServer: a.b:1',
    paths: ['flotilla:mothership.bootstrapServer'],
  },
  {
    rule: 'unknown-key',
    what: 'our key without its namespace',
    from: '  flotilla:tenants:',
    to: '  tenants:',
    paths: ['tenants'],
    suggestion: 'Did you mean flotilla:tenants?',
  },
  {
    rule: 'unknown-key',
    what: 'our key beside config',
    from: 'config:\n  flotilla:region:',
    to: 'region: {}\nconfig:\n  flotilla:region:',
    paths: ['region'],
    suggestion: 'Did you mean flotilla:region under config?',
  },
  {
    rule: 'unknown-key',
    what: 'a mistyped key of ours',
    from: '  flotilla:controlPlane:',
    to: '  flotilla:controlplane:',
    paths: ['flotilla:controlplane'],
    suggestion: 'Did you mean controlPlane?',
  },
  {
    rule: 'required',
    what: 'a missing key',
    from: "    account: '123456789012'\n",
    to: '',
    paths: ['flotilla:region.account'],
    suggestion: /^Add account: Account \(aws\)/,
  },
  {
    rule: 'type',
    what: 'a version without quotes',
    from: "version: '1.36'",
    to: 'version: 1.30',
    paths: [`${CLUSTER}.version`],
    suggestion: 'Put it in quotes: "1.30".',
  },
  {
    rule: 'type',
    what: 'a number in quotes',
    from: 'ckus: 4',
    to: "ckus: '4'",
    paths: ['flotilla:tenants[0].ckus'],
    suggestion: 'Without quotes: 4.',
  },
  {
    rule: 'type',
    what: 'half a CKU',
    from: 'ckus: 4',
    to: 'ckus: 4.4',
    paths: ['flotilla:tenants[0].ckus'],
    suggestion: 'The nearest whole number is 4.',
  },
  {
    rule: 'type',
    what: 'a text where a list stands',
    from: '[us-west-2a, us-west-2b, us-west-2c]',
    to: 'us-west-2a',
    paths: ['flotilla:region.zones'],
    suggestion: /^Write a list/,
  },
  {
    rule: 'type',
    what: 'nothing after a key',
    from: 'domain: kafka.example.com',
    to: 'domain:',
    paths: ['flotilla:region.domain'],
  },
  {
    rule: 'number-range',
    what: 'too many CKUs',
    from: 'ckus: 4',
    to: 'ckus: 153',
    paths: ['flotilla:tenants[0].ckus'],
    suggestion: 'The nearest allowed value is 152.',
  },
  {
    rule: 'number-range',
    what: 'no CKU',
    from: 'ckus: 4',
    to: 'ckus: 0',
    paths: ['flotilla:tenants[0].ckus'],
    suggestion: 'The nearest allowed value is 1.',
  },
  {
    rule: 'length-range',
    what: 'two zones',
    from: '[us-west-2a, us-west-2b, us-west-2c]',
    to: '[us-west-2a, us-west-2b]',
    paths: ['flotilla:region.zones'],
  },
  {
    rule: 'allowed-value',
    what: 'a mistyped cloud',
    from: 'cloud: aws',
    to: 'cloud: asw',
    paths: ['flotilla:region.cloud'],
    suggestion: 'Did you mean aws?',
  },
  {
    rule: 'allowed-value',
    what: 'a version of Kafka that nothing was proven on',
    from: 'ckus: 4\n      version: 4.3.1',
    to: 'ckus: 4\n      version: 3.9.0',
    paths: ['flotilla:tenants[0].version'],
  },
  {
    rule: 'allowed-value',
    what: 'a mothership that is neither here nor elsewhere',
    from: 'hosted: true',
    to: 'hosted: maybe',
    paths: ['flotilla:mothership.hosted'],
  },
  {
    rule: 'form',
    what: 'a malformed address range',
    from: '10.0.0.0/16',
    to: '10.0.0.256/16',
    paths: ['flotilla:region.addressRange'],
  },
  {
    rule: 'form',
    what: 'a name with capitals',
    from: 'name: orders',
    to: 'name: Orders',
    paths: ['flotilla:tenants[1].name'],
  },
  {
    rule: 'no-secret',
    what: 'an encrypted value',
    from: "account: '123456789012'",
    to: 'account: { secure: v1:abc }',
    paths: ['flotilla:region.account'],
    suggestion: /in the clear/,
  },
  // Region.
  {
    rule: 'stack-name',
    what: 'a file copied from another region',
    from: 'cloud: aws',
    to: 'cloud: aws',
    stack: 'aws-eu-west-1',
    paths: ['flotilla:region.name'],
    suggestion: /Pulumi\.aws-us-west-2\.yaml/,
  },
  {
    rule: 'account-form',
    what: 'a project where an account stands',
    from: "'123456789012'\n",
    to: 'my-project\n',
    paths: ['flotilla:region.account'],
  },
  {
    rule: 'region-known',
    what: 'a mistyped region',
    from: '    name: us-west-2\n',
    to: '    name: us-wets-2\n',
    paths: ['flotilla:region.name'],
    suggestion: 'Did you mean us-west-2?',
  },
  {
    rule: 'zone-in-region',
    what: 'a zone that the region has not',
    from: 'us-west-2c]',
    to: 'us-west-2z]',
    paths: ['flotilla:region.zones[2]'],
    suggestion: /us-west-2a, us-west-2b, us-west-2c, us-west-2d/,
  },
  {
    rule: 'tenant-zone-in-region',
    what: "a tenant's zone that the region's data planes are not in",
    from: 'name: orders',
    to: 'name: orders\n      zones: [us-west-2a, us-west-2b, us-west-2d]',
    paths: ['flotilla:tenants[1].zones[2]'],
  },
  {
    rule: 'zone-once',
    what: 'a zone twice',
    from: 'us-west-2c]',
    to: 'us-west-2b]',
    paths: ['flotilla:region.zones[2]'],
  },
  // Addresses.
  {
    rule: 'address-range-aligned',
    what: 'host bits in a range',
    from: '198.51.100.0/24',
    to: '198.51.100.7/24',
    paths: ['flotilla:tenants[0].allowedSourceRanges[0]'],
    suggestion: 'The block that this address lies in is 198.51.100.0/24.',
  },
  {
    rule: 'address-range-private',
    what: 'a public network',
    from: 'addressRange: 10.0.0.0/16',
    to: 'addressRange: 8.8.0.0/16',
    paths: ['flotilla:region.addressRange'],
    suggestion: '10.0.0.0/16 is free.',
  },
  {
    rule: 'address-range-private',
    what: 'Services in shared space',
    from: '10.1.0.0/20',
    to: '100.64.0.0/20',
    paths: [`${CLUSTER}.serviceRange`],
  },
  {
    rule: 'address-range-overlap',
    what: 'pods inside the network',
    from: 'podRange: 10.4.0.0/16',
    to: 'podRange: 10.0.0.0/17',
    paths: [`${CLUSTER}.podRange`],
    suggestion: '10.1.128.0/17 is free.',
  },
  {
    rule: 'address-range-size',
    what: 'too few addresses for pods',
    from: 'podRange: 10.4.0.0/16',
    to: 'podRange: 10.4.0.0/20',
    paths: [`${CLUSTER}.podRange`],
    suggestion: 'Use 10.4.0.0/17.',
  },
  {
    rule: 'address-range-size',
    what: 'a network too small for its subnets',
    from: 'addressRange: 10.0.0.0/16',
    to: 'addressRange: 10.0.0.0/26',
    paths: ['flotilla:region.addressRange'],
    suggestion: 'Use 10.0.0.0/22.',
  },
  {
    rule: 'address-range-size',
    what: 'a network larger than a VPC',
    from: 'addressRange: 10.0.0.0/16',
    to: 'addressRange: 10.64.0.0/12',
    paths: ['flotilla:region.addressRange'],
    suggestion: 'Use 10.64.0.0/16.',
  },
  {
    rule: 'address-range-size',
    what: 'too many addresses for Services',
    from: 'serviceRange: 10.1.0.0/20',
    to: 'serviceRange: 10.16.0.0/12',
    paths: [`${CLUSTER}.serviceRange`],
    suggestion: 'Use 10.16.0.0/13.',
  },
  {
    rule: 'source-ranges-any',
    what: 'every address beside some',
    from: '[198.51.100.0/24]',
    to: '[198.51.100.0/24, 0.0.0.0/0]',
    paths: ['flotilla:tenants[0].allowedSourceRanges[1]'],
  },
  // Kubernetes.
  {
    rule: 'kubernetes-version-supported',
    what: 'a version out of support',
    from: "'1.36'",
    to: "'1.33'",
    paths: [`${CLUSTER}.version`],
    suggestion: /^Go to "1\.36"/,
  },
  {
    rule: 'kubernetes-version-supported',
    what: 'a version near its end',
    from: "'1.36'",
    to: "'1.34'",
    paths: [`${CLUSTER}.version`],
  },
  {
    rule: 'kubernetes-version-supported',
    what: 'a version that nobody knows',
    from: "'1.36'",
    to: "'1.99'",
    paths: [`${CLUSTER}.version`],
    suggestion: 'Supported today: 1.34, 1.35, 1.36.',
  },
  {
    rule: 'kubernetes-version-supported',
    what: 'the day after support ended',
    from: "'1.36'",
    to: "'1.36'",
    today: '2027-08-03',
    paths: [`${CLUSTER}.version`],
  },
  {
    rule: 'cluster-once',
    what: 'two clusters of one name',
    from: '  flotilla:mothership:',
    to: SECOND_CLUSTER('main'),
    paths: ['flotilla:kubernetesClusters[1].name'],
  },
  {
    rule: 'node-class-once',
    what: 'two node classes of one name',
    from: '{ name: small,',
    to: '{ name: brokers,',
    paths: [`${CLUSTER}.nodeClasses[3].name`],
  },
  {
    rule: 'node-counts-ordered',
    what: 'more nodes at least than at most',
    from: 'maxPerZone: 3 }',
    to: 'minPerZone: 4, maxPerZone: 3 }',
    paths: [`${CLUSTER}.nodeClasses[0].minPerZone`],
    suggestion: 'The nearest allowed value is 3.',
  },
  {
    rule: 'cluster-known',
    what: 'a cluster that the region has not',
    from: 'name: orders',
    to: 'name: orders\n      cluster: mian',
    paths: ['flotilla:tenants[1].cluster'],
    suggestion: 'Did you mean main?',
  },
  {
    rule: 'node-purposes',
    what: 'no nodes for the platform',
    from: '        - { name: platform, instanceClass: m7i.xlarge, purpose: platform, maxPerZone: 3 }\n',
    to: '',
    paths: [`${CLUSTER}.nodeClasses`],
  },
  {
    rule: 'pscs-per-cluster',
    what: 'more Kafka clusters than a data plane carries',
    from: '    - name: orders\n',
    to: `${manyTenants(200)}    - name: orders\n`,
    paths: ['flotilla:tenants[199]'],
  },
  // Control plane.
  {
    rule: 'control-plane-with-mothership',
    what: 'a mothership without a control plane',
    from: "  flotilla:controlPlane:\n    database: { version: '18', instanceClass: db.m7g.large, storageGib: 100 }\n",
    to: '',
    paths: ['flotilla:mothership.hosted'],
  },
  {
    rule: 'control-plane-with-mothership',
    what: 'a control plane without its mothership',
    from: '    hosted: true\n    ckus: 2\n    version: 4.3.1\n',
    to: '    hosted: false\n    bootstrapServer: a.example.com:9094\n    addressRanges: [203.0.113.0/28]\n',
    paths: ['flotilla:controlPlane'],
  },
  {
    rule: 'database-instance-class',
    what: "another cloud's database",
    from: 'db.m7g.large',
    to: 'Standard_D2ds_v5',
    paths: ['flotilla:controlPlane.database.instanceClass'],
    suggestion: 'As in db.m7g.large.',
  },
  // Hosts.
  {
    rule: 'domain-name',
    what: 'a domain with an underscore',
    from: 'kafka.example.com',
    to: 'kafka_prod.example.com',
    paths: ['flotilla:region.domain'],
  },
  {
    rule: 'cluster-id-length',
    what: 'an identifier longer than a label',
    from: 'cloud: aws',
    to: 'cloud: aws',
    stack: `aws-us-west-2-${LONG_LABEL}`,
    paths: [`${CLUSTER}.name`],
  },
  {
    rule: 'host-name-length',
    what: 'host names that grow too long',
    from: 'kafka.example.com',
    to: `${[LONG_LABEL, LONG_LABEL, LONG_LABEL].join('.')}.com`,
    paths: ['flotilla:region.domain'],
    suggestion: /^Shorten the domain by \d+ characters/,
  },
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

function manyTenants(count: number): string {
  return Array.from({ length: count }, (_, index) => `    - { name: t${index}, ckus: 1, version: 4.3.1 }\n`).join('');
}

describe('a stack file', () => {
  test('without mistakes has no problems', () => {
    expect(problemsOf(BASE)).toEqual([]);
  });

  test.each(ROWS)('with $what breaks the rule $rule', ({ rule, from, to, paths, suggestion, stack, today }) => {
    const text = replaced(BASE, from, to);
    const found = problemsOf(text, { ...(stack && { stack }), today: today ?? TODAY }).filter(
      (problem) => problem.rule === rule,
    );
    expect(found.map(({ path }) => path)).toEqual(paths);
    if (suggestion !== undefined) expect(found[0]?.suggestion).toMatch(suggestion);
    for (const { line, excerpt, message } of found) {
      expect(text.split('\n')[line - 1]).toBe(excerpt);
      expect(message).toMatch(/^[A-Za-z0-9].*\.$|Source: /);
    }
  });

  test('breaks every rule in some row, so that none is untested', () => {
    const rowless = STACK_RULES.map(({ name }) => name).filter((name) => !ROWS.some(({ rule }) => rule === name));
    // Rules of single clouds have tests of their own below.
    expect(rowless).toEqual(['address-range-reserved', 'local-memory']);
  });
});

describe('rules of single clouds', () => {
  const azure = [
    ['cloud: aws', 'cloud: azure'],
    ['    name: us-west-2\n', '    name: westeurope\n'],
    ['us-west-2a, us-west-2b, us-west-2c', 'westeurope-1, westeurope-2, westeurope-3'],
    ['addressRange: 10.0.0.0/16', 'addressRange: 172.30.0.0/16'],
  ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);

  test('a network on azure stays clear of what AKS keeps', () => {
    const found = problemsOf(azure, { stack: 'azure-westeurope' }).filter(
      ({ rule }) => rule === 'address-range-reserved',
    );
    expect(found.map(({ path }) => path)).toEqual(['flotilla:region.addressRange']);
    expect(found[0]?.suggestion).toBe('10.0.0.0/16 is free.');
  });

  test('a global key on gcp is refused, for data in a region takes a key of that region', () => {
    const gcp = [
      ['cloud: aws', 'cloud: gcp'],
      ['    name: us-west-2\n', '    name: us-central1\n'],
      [KEY, 'projects/acme-keys/locations/global/keyRings/a/cryptoKeys/b'],
    ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);
    const found = problemsOf(gcp, { stack: 'gcp-us-central1' }).filter(({ rule }) => rule === 'customer-key');
    expect(found.map(({ suggestion }) => suggestion)).toEqual(['Use a key in us-central1.']);
  });

  const local = [
    ['cloud: aws', 'cloud: local'],
    ['    name: us-west-2\n', '    name: local\n'],
    ['us-west-2a, us-west-2b, us-west-2c', 'local-a, local-b, local-c'],
    ["'1.36'", "'1.34'"],
  ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);

  test('a local region has no customer keys and no more Kafka clusters than its memory holds', () => {
    const rules = problemsOf(local, { stack: 'local' }).map(({ rule }) => rule);
    expect(rules).toContain('customer-key');
    expect(rules).toContain('local-memory');
  });
});

test('a version near the end of its support is a warning, after it an error', () => {
  const text = replaced(BASE, "'1.36'", "'1.34'");
  const severities = ['2026-09-01', '2026-11-22', '2026-12-02', '2026-12-03'].map(
    (today) => problemsOf(text, { today }).find(({ rule }) => rule === 'kubernetes-version-supported')?.severity,
  );
  expect(severities).toEqual([undefined, 'warning', 'warning', 'error']);
});
