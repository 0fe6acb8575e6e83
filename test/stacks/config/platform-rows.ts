import { CLUSTER } from './row.ts';
import type { Row } from './row.ts';

const SECOND_CLUSTER = (name: string) => `    - name: ${name}
      version: '1.36'
      podRange: 10.5.0.0/16
      serviceRange: 10.1.16.0/20
      nodeClasses: [{ name: platform, instanceClass: m7i.xlarge, purpose: platform, maxPerZone: 3 }]
  flotilla:mothership:`;

/** Kubernetes clusters, nodes and the control plane. */
export const PLATFORM_ROWS: readonly Row[] = [
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
];

function manyTenants(count: number): string {
  return Array.from({ length: count }, (_, index) => `    - { name: t${index}, ckus: 1, version: 4.3.1 }\n`).join('');
}
