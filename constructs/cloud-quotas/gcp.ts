import type { CloudQuota } from './cloud-quota.ts';

const LOOKED_UP_ON = '2026-11-22';
const ANOTHER_PROJECT = 'another project is another stack';
const UNCHECKED = 'Unchecked: the page could not be read; the figure is the one that is commonly quoted from it.';

/** Quotas that bite first on GCP. */
export const GCP_QUOTAS: readonly CloudQuota[] = [
  {
    name: 'C3 vCPUs',
    scope: 'project and region',
    raisable: { kind: 'on request' },
    uses: ({ vcpus }) => vcpus,
    beyond: `ask for it before the first pulumi up; then ${ANOTHER_PROJECT}`,
    source: 'https://docs.cloud.google.com/compute/resource-usage',
    lookedUpOn: LOOKED_UP_ON,
    remark:
      "Every project has another default: see its quota page. A tenant's brokers only: its controllers share nodes.",
  },
  {
    name: 'Hyperdisk Balanced capacity, TiB',
    scope: 'project and region',
    raisable: { kind: 'on request' },
    uses: ({ volumeGib }) => ({ platform: volumeGib.platform / 1024, perTenant: volumeGib.perTenant / 1024 }),
    beyond: `Infinite Storage keeps a day instead of a week on volumes; then ${ANOTHER_PROJECT}`,
    source: 'https://docs.cloud.google.com/compute/resource-usage',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'Every project has another default: see its quota page. Volumes of Kafka at their first size.',
  },
  {
    name: 'Service accounts',
    scope: 'project, all regions',
    limit: 100,
    raisable: { kind: 'on request' },
    uses: ({ platform, perTenant }) => ({ platform: platform('identity'), perTenant: perTenant('identity') }),
    beyond: `ask for more; then ${ANOTHER_PROJECT}`,
    source: 'https://docs.cloud.google.com/iam/docs/service-accounts-create',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'How far it is raised is not published. Accounts that Google makes for its own services do not count.',
  },
  {
    name: 'Custom roles',
    scope: 'project',
    limit: 300,
    raisable: { kind: 'no' },
    // The tenants share one; external-dns has two; the provisioner three.
    uses: ({ controlPlanes }) => ({ platform: 3 + 3 * controlPlanes, perTenant: 0 }),
    beyond: 'all tenants of a region share one role, each on its own bucket',
    source: 'https://docs.cloud.google.com/iam/quotas',
    lookedUpOn: LOOKED_UP_ON,
    remark: UNCHECKED,
  },
  {
    name: 'Buckets',
    scope: 'project',
    raisable: { kind: 'no' },
    uses: ({ platform, perTenant }) => ({ platform: platform('bucket'), perTenant: perTenant('bucket') }),
    beyond: 'no limit on their number; making many at once is slowed down, and pulumi up tries again',
    source: 'https://docs.cloud.google.com/storage/quotas',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'Unchecked: that there is no limit but a rate of one each two seconds is commonly quoted from the page.',
  },
  {
    name: 'KMS keys',
    scope: 'key ring',
    raisable: { kind: 'no' },
    uses: ({ platform, perTenant }) => ({ platform: platform('key'), perTenant: perTenant('key') }),
    beyond: 'no limit on their number; keys are never deleted, so that names of tenants who leave stay taken',
    source: 'https://docs.cloud.google.com/kms/quotas',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'Unchecked: the page limits requests, as commonly quoted, and no number of keys.',
  },
  {
    name: 'Regional GKE clusters',
    scope: 'project and region',
    limit: 100,
    raisable: { kind: 'no' },
    uses: ({ kubernetesClusters }) => ({ platform: kubernetesClusters, perTenant: 0 }),
    beyond: ANOTHER_PROJECT,
    source: 'https://docs.cloud.google.com/kubernetes-engine/quotas',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Secondary ranges of a subnet',
    scope: 'subnet',
    limit: 170,
    raisable: { kind: 'no' },
    uses: ({ kubernetesClusters }) => ({ platform: 2 * kubernetesClusters, perTenant: 0 }),
    beyond: 'pods and services of a cluster take one each: the number of GKE clusters ends at 85 before its own limit',
    source: 'https://docs.cloud.google.com/vpc/docs/quota',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Static external addresses',
    scope: 'project and region',
    limit: 8,
    raisable: { kind: 'on request' },
    uses: ({ zones }) => ({ platform: zones, perTenant: 0 }),
    beyond: 'one for each zone at Cloud NAT, whatever the number of tenants; gateways have ephemeral ones',
    source: 'https://docs.cloud.google.com/vpc/docs/quota',
    lookedUpOn: LOOKED_UP_ON,
    remark: UNCHECKED,
  },
];
