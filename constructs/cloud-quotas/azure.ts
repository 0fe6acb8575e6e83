import type { CloudQuota } from './cloud-quota.ts';

const LOOKED_UP_ON = '2026-11-22';
const LIMITS = {
  source: 'https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits',
  lookedUpOn: LOOKED_UP_ON,
} as const;
const ANOTHER_SUBSCRIPTION = 'another subscription is another stack';

/** Quotas that bite first on Azure. */
export const AZURE_QUOTAS: readonly CloudQuota[] = [
  {
    name: 'vCPUs of the Dsv6 family',
    scope: 'subscription and region',
    raisable: { kind: 'on request' },
    uses: ({ vcpus }) => vcpus,
    beyond: `ask for it before the first pulumi up; then ${ANOTHER_SUBSCRIPTION}`,
    source: 'https://learn.microsoft.com/azure/quotas/per-vm-quota-requests',
    lookedUpOn: LOOKED_UP_ON,
    remark: "Every kind of subscription has another default. A tenant's brokers only: its controllers share nodes.",
  },
  {
    name: 'Storage accounts',
    scope: 'subscription and region',
    limit: 250,
    raisable: { kind: 'on request', most: 500 },
    uses: ({ platform, perTenant }) => ({
      platform: platform('storage-account'),
      perTenant: perTenant('storage-account'),
    }),
    beyond: `${ANOTHER_SUBSCRIPTION}: an account for each tenant keeps key, network rules and logs apart`,
    source: 'https://learn.microsoft.com/azure/storage/common/scalability-targets-standard-account',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Role assignments',
    scope: 'subscription, all regions',
    limit: 4000,
    raisable: { kind: 'no' },
    uses: ({ zones, kubernetesClusters, administrators, controlPlanes }) => ({
      platform: 8 + zones + 3 * kubernetesClusters + 2 * administrators + 6 * controlPlanes,
      perTenant: 3,
    }),
    beyond: `${ANOTHER_SUBSCRIPTION}; a customer's own key takes one less here, and one in the customer's subscription`,
    ...LIMITS,
    remark: 'One more for each Kubernetes cluster whose images come from a registry of Azure.',
  },
  {
    name: 'Instances of one resource type',
    scope: 'resource group',
    limit: 800,
    raisable: { kind: 'no' },
    uses: ({ perTenant }) => ({ platform: 0, perTenant: perTenant('identity') }),
    beyond: `the storage accounts end before; ${ANOTHER_SUBSCRIPTION}`,
    ...LIMITS,
    remark:
      "The tenants' group; managed identities, disk encryption sets and private endpoints: one each for a tenant.",
  },
  {
    name: 'Private endpoints',
    scope: 'virtual network',
    limit: 1000,
    raisable: { kind: 'on request' },
    uses: ({ platform, perTenant }) => ({
      platform: platform('private-endpoint'),
      perTenant: perTenant('private-endpoint'),
    }),
    beyond: 'the storage accounts end before; High Scale Private Endpoints raise it for a network',
    source: 'https://learn.microsoft.com/azure/private-link/increase-private-endpoint-vnet-limits',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Disk encryption sets',
    scope: 'subscription and region',
    limit: 5000,
    raisable: { kind: 'no' },
    uses: () => ({ platform: 1, perTenant: 1 }),
    beyond: `the storage accounts end before; ${ANOTHER_SUBSCRIPTION}`,
    source: 'https://learn.microsoft.com/azure/virtual-machines/disk-encryption',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'A copy of the page of all limits says 1,000, which would still not be the first to end.',
  },
  {
    name: 'Federated credentials',
    scope: 'managed identity',
    limit: 20,
    raisable: { kind: 'no' },
    uses: ({ kubernetesClusters }) => ({ platform: kubernetesClusters, perTenant: 0 }),
    beyond:
      "external-dns' identity has one for each Kubernetes cluster, so a region ends at 20; a tenant's has one of its own",
    source: 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'AKS clusters',
    scope: 'subscription and region',
    limit: 100,
    raisable: { kind: 'on request' },
    uses: ({ kubernetesClusters }) => ({ platform: kubernetesClusters, perTenant: 0 }),
    beyond: ANOTHER_SUBSCRIPTION,
    source: 'https://learn.microsoft.com/azure/aks/quotas-skus-regions',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Node pools',
    scope: 'AKS cluster',
    limit: 100,
    raisable: { kind: 'no' },
    // One more in each zone for AKS' own add-ons.
    uses: ({ zones, nodeClasses }) => ({ platform: zones * (nodeClasses + 1), perTenant: 0 }),
    beyond: 'one for each zone and class; tenants share the classes, and another cluster has pools of its own',
    source: 'https://learn.microsoft.com/azure/aks/quotas-skus-regions',
    lookedUpOn: LOOKED_UP_ON,
  },
  {
    name: 'Standard load balancers',
    scope: 'subscription and region',
    limit: 1000,
    raisable: { kind: 'on request' },
    uses: ({ platform }) => ({ platform: platform('load-balancer'), perTenant: 0 }),
    beyond: 'all tenants of a data plane share one (ADR 0005): a limit on data planes, not on tenants',
    ...LIMITS,
    remark: 'Unchecked: the figure is the one that is commonly quoted from the page.',
  },
];
