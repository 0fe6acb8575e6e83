import { CLUSTER } from './row.ts';
import type { Row } from './row.ts';

const LONG_LABEL = 'a'.repeat(60);

/** Regions, zones, addresses and names. */
export const PLACE_ROWS: readonly Row[] = [
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
    // Nodes alone would fit in a /23.
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
    what: 'more addresses for pods than a block of a VPC has',
    from: 'podRange: 10.4.0.0/16',
    to: 'podRange: 10.64.0.0/15',
    paths: [`${CLUSTER}.podRange`],
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
];
