import { isOn, listAt, tagsOf, textAt, type CloudResource, type Fields } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { OWNER_TAGS, STACK_TAGS, TENANT_TAGS } from './log-stores.ts';

const common = { group: 'cloud-estate', severity: 'error' } as const;

/** What holds data, or makes data readable. */
const DATA_TYPES = {
  aws: [AWS.bucket, AWS.key, AWS.database, AWS.secret],
  gcp: [GCP.bucket, GCP.keyRing, GCP.key, GCP.database, GCP.secret],
  azure: [AZURE.account, AZURE.vault, AZURE.key, AZURE.database],
} as const;

/** What stands for a region, so that a finding about all of it has something to name. */
const NETWORKS = { aws: AWS.vpc, gcp: GCP.network, azure: AZURE.network } as const;

/** What can be tagged and costs money or holds data. */
const TAGGED_TYPES = {
  aws: [
    ...DATA_TYPES.aws,
    AWS.vpc,
    AWS.subnet,
    AWS.cluster,
    AWS.nodeGroup,
    AWS.launchTemplate,
    AWS.securityGroup,
    AWS.role,
    AWS.logGroup,
    AWS.zone,
  ],
  gcp: [GCP.bucket, GCP.key, GCP.database, GCP.secret, GCP.cluster, GCP.zone],
  azure: [
    ...DATA_TYPES.azure,
    AZURE.resourceGroup,
    AZURE.network,
    AZURE.securityGroup,
    AZURE.cluster,
    AZURE.agentPool,
    AZURE.diskEncryptionSet,
    AZURE.zone,
  ],
} as const;

const TAGS = {
  aws: { 'flotilla.dev/stack': 'example', 'flotilla.dev/tenant': 'orders', 'flotilla.dev/owner': 'stack' },
  gcp: { 'flotilla-stack': 'example', 'flotilla-tenant': 'orders', 'flotilla-owner': 'stack' },
  azure: { 'flotilla-stack': 'example', 'flotilla-tenant': 'orders', 'flotilla-owner': 'stack' },
} as const;

const AWS_ESTATE = [
  example(AWS.bucket, 'orders', { bucket: 'example-orders', tags: TAGS.aws }, 'protected'),
  example(AWS.bucket, 'logs', { bucket: 'example-logs', tags: { 'flotilla.dev/stack': 'example' } }, 'protected'),
  example(AWS.zone, 'domain', { name: 'example.com', tags: { 'flotilla.dev/stack': 'example' } }, 'protected'),
  example(AWS.vpc, 'main', { tags: { 'flotilla.dev/stack': 'example' } }),
  example(AWS.budget, 'budget', { limitAmount: '100' }),
];
const GCP_ESTATE = [
  example(GCP.bucket, 'orders', { name: 'example-orders', labels: TAGS.gcp }, 'protected'),
  example(GCP.bucket, 'logs', { name: 'example-logs', labels: { 'flotilla-stack': 'example' } }, 'protected'),
  example(GCP.zone, 'domain', { dnsName: 'example.com.', labels: { 'flotilla-stack': 'example' } }, 'protected'),
  example(GCP.network, 'main', {}),
  example(GCP.budget, 'budget', { billingAccount: '000000-AAAAAA-000000' }),
];
const AZURE_ESTATE = [
  example(AZURE.account, 'orders', { accountName: 'exampleorders', tags: TAGS.azure }, 'protected'),
  example(AZURE.account, 'logs', { accountName: 'examplelogs', tags: { 'flotilla-stack': 'example' } }, 'protected'),
  example(AZURE.zone, 'domain', { zoneName: 'example.com', tags: { 'flotilla-stack': 'example' } }, 'protected'),
  example(AZURE.network, 'main', { tags: { 'flotilla-stack': 'example' } }),
  example(AZURE.budget, 'budget', { amount: 100 }),
];
const ESTATES = { aws: AWS_ESTATE, gcp: GCP_ESTATE, azure: AZURE_ESTATE } as const;
type CloudName = keyof typeof ESTATES;

/** Protection, tags and money: what is asked of everything. */
export const ESTATE_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'data-protected',
    title: 'What holds data of the platform is protected',
    reason: 'A rename in the program, or a destroy in the wrong stack, deletes it otherwise: no backup of a key helps.',
    fix: 'Set protect: true, and take it away in a change of its own when the data really has to go.',
    scope: "Tenants' own storage, which follows the deletionProtection of its tenant.",
    clouds: {
      aws: protectionHalf('aws', 'platform', 'logs'),
      gcp: protectionHalf('gcp', 'platform', 'logs'),
      azure: protectionHalf('azure', 'platform', 'logs'),
    },
  }),
  cloudRule({
    ...common,
    severity: 'warning',
    id: 'tenant-data-protected',
    title: 'What holds data of a tenant is protected',
    reason: 'To delete a tenant should take two steps, not one; a tenant for trying things out may do without.',
    fix: 'Set deletionProtection: true on the tenant.',
    clouds: {
      aws: protectionHalf('aws', 'tenants', 'orders'),
      gcp: protectionHalf('gcp', 'tenants', 'orders'),
      azure: protectionHalf('azure', 'tenants', 'orders'),
    },
  }),
  cloudRule({
    ...common,
    id: 'dns-zone-protected',
    scope: 'Private zones, which no domain is delegated to.',
    title: 'DNS zones are not deleted by accident',
    reason:
      'A zone that is made anew has other name servers: clients find no broker until the parent domain is changed.',
    fix: 'Set protect: true, and no forceDestroy.',
    clouds: {
      aws: zoneHalf('aws', AWS.zone),
      gcp: zoneHalf('gcp', GCP.zone),
      azure: zoneHalf('azure', AZURE.zone),
    },
  }),
  cloudRule({
    ...common,
    severity: 'warning',
    id: 'tags-stack',
    title: 'Resources say which stack they belong to',
    reason: 'Without it nobody can tell what a bill is for, or what may be cleaned up.',
    fix: 'Give them the tags or labels of the region: regionTags, or the function of their cloud beside it.',
    clouds: {
      aws: tagHalf('aws', STACK_TAGS, { when: () => true, message: 'it does not say which stack it belongs to' }),
      gcp: tagHalf('gcp', STACK_TAGS, { when: () => true, message: 'it does not say which stack it belongs to' }),
      azure: tagHalf('azure', STACK_TAGS, { when: () => true, message: 'it does not say which stack it belongs to' }),
    },
  }),
  cloudRule({
    ...common,
    id: 'tags-owner',
    title: "A tenant's storage says who keeps it",
    reason: 'Stacks and the control plane both make tenants: who made one keeps it, and the other leaves it alone.',
    fix: 'Tag it with flotilla.dev/owner (gcp, azure: flotilla-owner), as TenantStorage does.',
    clouds: {
      aws: tagHalf('aws', OWNER_TAGS, { when: isTenants, message: 'it does not say who keeps it' }),
      gcp: tagHalf('gcp', OWNER_TAGS, { when: isTenants, message: 'it does not say who keeps it' }),
      azure: tagHalf('azure', OWNER_TAGS, { when: isTenants, message: 'it does not say who keeps it' }),
    },
  }),
  cloudRule({
    ...common,
    severity: 'info',
    id: 'cost-budget',
    title: 'Somebody is told what the region costs',
    reason: 'A loop that makes volumes, or a broken retry across zones, shows on the bill first.',
    fix: 'Add budget to the config of the stack.',
    clouds: { aws: budgetHalf('aws'), gcp: budgetHalf('gcp'), azure: budgetHalf('azure') },
  }),
];

function protectionHalf(cloud: CloudName, whose: 'platform' | 'tenants', name: string) {
  const estate: readonly CloudResource[] = ESTATES[cloud];
  return {
    demands: [
      {
        form: 'resource',
        types: DATA_TYPES[cloud],
        message: 'Pulumi may delete it',
        holds: (resource: CloudResource) => isTenants(resource) !== (whose === 'tenants') || resource.protect,
      },
    ],
    examples: {
      passing: [good('protected', ...estate)],
      failing: [
        {
          title: 'open',
          resources: estate.map((one) => (one.name === name ? { ...one, protect: false } : one)),
        },
      ],
    },
  } as const;
}

function zoneHalf(cloud: CloudName, type: string) {
  const estate: readonly CloudResource[] = ESTATES[cloud];
  return {
    demands: [
      {
        form: 'resource',
        types: [type],
        message: 'one command deletes it, with all that is in it',
        holds: ({ props, protect }: CloudResource) => isPrivateZone(props) || (protect && !isOn(props, 'forceDestroy')),
      },
    ],
    examples: {
      passing: [
        good('protected', ...estate),
        ...(cloud === 'azure'
          ? []
          : [
              good('a private zone', example(type, 'inside', { visibility: 'private', vpcs: [{ vpcId: 'vpc-main' }] })),
            ]),
      ],
      failing: [
        { title: 'open', resources: estate.map((one) => (one.type === type ? { ...one, protect: false } : one)) },
        bad('with all that is in it', estate, ['domain', 'forceDestroy', true]),
      ],
    },
  } as const;
}

function isPrivateZone(props: Fields): boolean {
  return textAt(props, 'visibility') === 'private' || listAt(props, 'vpcs').length > 0;
}

function tagHalf(
  cloud: CloudName,
  names: readonly string[],
  { when, message }: { readonly when: (resource: CloudResource) => boolean; readonly message: string },
) {
  const estate: readonly CloudResource[] = ESTATES[cloud];
  const tags = cloud === 'gcp' ? 'labels' : 'tags';
  const untagged = estate.map((one) => {
    if (one.name !== 'orders') return one;
    const rest = Object.entries(TAGS[cloud]).filter(([name]) => !names.includes(name));
    return { ...one, props: { ...one.props, [tags]: Object.fromEntries(rest) } };
  });
  return {
    demands: [
      {
        form: 'resource',
        types: TAGGED_TYPES[cloud],
        message,
        holds: (resource: CloudResource) => !when(resource) || hasTag(resource, names),
      },
    ],
    examples: {
      passing: [good('tagged', ...estate)],
      failing: [good('another tag only', ...untagged)],
    },
  } as const;
}

function budgetHalf(cloud: CloudName) {
  const estate: readonly CloudResource[] = ESTATES[cloud];
  return {
    demands: [
      {
        form: 'stack',
        types: [NETWORKS[cloud]],
        message: 'the region has no budget',
        holds: (_: CloudResource, stack: { readonly ofType: (...types: readonly string[]) => readonly unknown[] }) =>
          stack.ofType(AWS.budget, GCP.budget, AZURE.budget, AZURE.costBudget).length > 0,
      },
    ],
    examples: {
      passing: [good('a budget', ...estate)],
      failing: [without('none', estate, 'budget')],
    },
  } as const;
}

function isTenants(resource: CloudResource): boolean {
  return hasTag(resource, TENANT_TAGS);
}

function hasTag(resource: CloudResource, names: readonly string[]): boolean {
  const tags = tagsOf(resource);
  return names.some((name) => textAt({ tag: tags[name] }, 'tag') !== undefined);
}
