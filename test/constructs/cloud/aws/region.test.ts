import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AwsRegion } from '../../../../constructs/cloud/aws/region.ts';
import type { KubernetesClusterArgs, RegionArgs } from '../../../../constructs/cloud/region-args.ts';
import type { RegionOutputs } from '../../../../contracts/region-outputs.ts';
import { loadStack, requireParsed } from '../../../../stacks/config.ts';
import { parseRegionOutputs } from '../../../../stacks/outputs.ts';
import { isPublic, regionArgs } from '../../../../stacks/region-args.ts';
import { sdkTypes } from '../../../doubles/sdk-types.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const CONFIG = requireParsed(loadStack('stacks', 'aws-us-west-2', { today: '2026-11-22' }));
const ARGS = argsOf(CONFIG);
const ACCOUNT = '123456789012';

/** What AWS would answer, in the forms that outputs and policies are held to. */
function computed(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'aws:kms/key:Key':
      return { arn: `arn:aws:kms:us-west-2:${ACCOUNT}:key/00000000-0000-4000-8000-${hex(name)}` };
    case 'aws:iam/role:Role':
      return { arn: `arn:aws:iam::${ACCOUNT}:role/${name}` };
    case 'aws:iam/policy:Policy':
      return { arn: `arn:aws:iam::${ACCOUNT}:policy/${name}` };
    case 'aws:ec2/eip:Eip':
      return { publicIp: `203.0.113.${name.charCodeAt(name.indexOf('-egress') - 1) - 96}` };
    case 'aws:eks/cluster:Cluster':
      return {
        endpoint: `https://${name}.example.com`,
        identities: [{ oidcs: [{ issuer: `https://oidc.eks.us-west-2.amazonaws.com/id/${hex(name)}` }] }],
      };
    case 'aws:iam/openIdConnectProvider:OpenIdConnectProvider':
      return { arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${name}` };
    case 'aws:route53/zone:Zone':
      return { zoneId: 'Z0123456789', nameServers: ['ns-1.example.org', 'ns-2.example.org'] };
    case 'aws:rds/instance:Instance':
      return { address: 'flotilla.0123456789.us-west-2.rds.amazonaws.com' };
    case 'aws:secretsmanager/secret:Secret':
      return { arn: `arn:aws:secretsmanager:us-west-2:${ACCOUNT}:secret:${name}-AbCdEf` };
    case 'aws:ec2/vpcEndpoint:VpcEndpoint':
      return { dnsEntries: [{ dnsName: 'vpce.example.com', hostedZoneId: 'Z1' }] };
    default:
      return {};
  }
}

async function made(args: RegionArgs = ARGS) {
  return recordProgram(() => new AwsRegion('region', args), { computed });
}

/** Region of the stack as it is: most tests look at it, and it is large. */
let whole: Awaited<ReturnType<typeof made>>;
beforeAll(async () => {
  whole = await made();
});

/** Names of what is new, other than before and gone, between two runs of the program. */
async function difference(after: RegionArgs, before?: RegionArgs) {
  const { resources: old } = before === undefined ? whole : await made(before);
  const { resources: now } = await made(after);
  // To wait for one resource more is no change to the engine.
  const text = (each: RecordedResource) => JSON.stringify({ ...each, dependsOn: [] });
  const differs = ([name, each]: readonly [string, RecordedResource]) => {
    const same = now.get(name);
    return same !== undefined && text(same) !== text(each);
  };
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...old].filter(differs).map(([name]) => name),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  };
}

const ofType = (resources: ReadonlyMap<string, RecordedResource>, type: string) =>
  [...resources.values()].filter((each) => each.type.endsWith(`:${type}`));

describe('the region of the stack aws-us-west-2', () => {
  it('has a network, two clusters, a storage for each tenant and the mothership, and the control plane’s database', () => {
    const { resources } = whole;
    const components = [...resources.values()].filter(
      ({ type, parentType }) => type.startsWith('flotilla:') && parentType === 'flotilla:aws:Region',
    );
    const counts = Object.fromEntries(
      Object.entries(Object.groupBy(components, ({ type }) => type)).map(([type, all]) => [type, all?.length]),
    );
    expect(counts).toMatchObject({
      'flotilla:aws:LogBucket': 1,
      'flotilla:aws:PlatformKey': 1,
      'flotilla:aws:Network': 1,
      'flotilla:aws:DnsZone': 1,
      'flotilla:aws:KubernetesCluster': 2,
      'flotilla:aws:TenantStorage': 5,
      'flotilla:aws:PlatformIdentities': 1,
      'flotilla:aws:Database': 1,
    });
    expect(counts['flotilla:aws:Budget']).toBe(ARGS.budget === undefined ? undefined : 1);
    // Four classes in three zones, in each of two clusters.
    expect(ofType(resources, 'NodeGroup')).toHaveLength(24);
    expect(ofType(resources, 'NatGateway')).toHaveLength(3);
    // The region's logs beside a bucket for each tenant; a key for each that brings none, and the platform's.
    expect(ofType(resources, 'Bucket')).toHaveLength(6);
    expect(ofType(resources, 'Key')).toHaveLength(5);
    expect(ofType(resources, 'Grant')).toHaveLength(2);
  });

  it('tags everything that AWS can tag', () => {
    const { resources } = whole;
    const types = sdkTypes('@pulumi/aws');
    const ours = [...resources.values()].filter(({ type }) => type.startsWith('aws:'));
    const taggable = ours.filter(({ type }) => types.inputs(type)?.has('tags'));
    expect(taggable.length).toBeGreaterThan(100);
    const untagged = taggable.filter(({ inputs }) => {
      const tags = inputs['tags'] as Readonly<Record<string, string>> | undefined;
      return tags?.['flotilla.dev/stack'] !== 'aws-us-west-2' || tags['owner'] !== 'streaming-platform';
    });
    expect(untagged.map(({ name }) => name)).toEqual([]);
  });

  it('gives AWS no property that its SDK does not know', () => {
    const { resources } = whole;
    const types = sdkTypes('@pulumi/aws');
    for (const { type, name, inputs } of resources.values()) {
      if (!type.startsWith('aws:')) continue;
      const known = types.inputs(type);
      expect([name, Object.keys(inputs).filter((property) => known?.has(property) !== true)]).toEqual([name, []]);
    }
  });

  it('keeps what holds data from being deleted, but for a tenant that says otherwise', () => {
    const { resources } = whole;
    const holders = ['Key', 'Bucket', 'Instance', 'Secret', 'RandomPassword'].flatMap((type) =>
      ofType(resources, type),
    );
    const unprotected = holders.filter(({ protection }) => !protection.protect || !protection.retainOnDelete);
    expect(unprotected.map(({ name }) => name).sort()).toEqual([
      'region-tenant-sandbox-bucket',
      'region-tenant-sandbox-key',
    ]);
  });

  it('gives out all that the manifests need', async () => {
    const { result } = whole;
    const outputs = await new Promise<RegionOutputs>((resolve) => result.outputs.apply(resolve));
    const parsed = parseRegionOutputs(stringify(outputs), { file: 'outputs.yaml', config: CONFIG });
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    expect(outputs).toMatchObject({
      cloud: 'aws',
      region: 'us-west-2',
      account: ACCOUNT,
      egressRanges: ['203.0.113.1/32', '203.0.113.2/32', '203.0.113.3/32'],
      dnsZone: { id: 'Z0123456789', nameServers: ['ns-1.example.org', 'ns-2.example.org'] },
      database: { port: 5432, name: 'flotilla', addressRanges: ['10.0.224.0/22', '10.0.228.0/22', '10.0.232.0/22'] },
    });
    expect(Object.keys(outputs.kubernetesClusters)).toEqual(['a', 'b']);
    expect(outputs.identities.tenantBoundary).toContain('tenant-boundary');
    const roles = Object.values(outputs.kubernetesClusters).flatMap(({ gatewayIdentity, autoscalerIdentity }) => [
      gatewayIdentity,
      autoscalerIdentity,
    ]);
    expect(new Set(roles).size).toBe(4);
    expect(Object.keys(outputs.tenants)).toEqual(['mothership', 'payments', 'orders', 'clickstream', 'sandbox']);
    // The customer's own key, by the config.
    expect(outputs.tenants['payments']?.keyId).toBe(CONFIG.tenants[0]?.encryptionKey?.customerKeyId);
    expect(JSON.stringify(outputs)).not.toContain('undefined');
  });

  it('lets the pods of the control plane’s cluster reach the database, and nobody else', () => {
    const { resources } = whole;
    const rules = ofType(resources, 'SecurityGroupIngressRule').filter(({ parentType }) =>
      parentType.endsWith(':Database'),
    );
    expect(rules.map(({ inputs }) => inputs['cidrIpv4'])).toEqual(['10.4.0.0/16']);
  });

  it('lets the brokers of each tenant take its role in the cluster that runs it, and in no other', () => {
    const { resources } = whole;
    for (const { name, cluster } of ARGS.tenants) {
      const policy = String(resources.get(`region-tenant-${name}-role`)?.inputs['assumeRolePolicy']);
      expect(policy).toContain(`oidc-provider/region-cluster-${cluster}-oidc"`);
      expect(policy).toContain(`system:serviceaccount:psc-${name}:`);
    }
  });

  it('previews without a cloud: nothing that is not known yet is needed', async () => {
    const { resources } = await recordProgram(() => new AwsRegion('region', ARGS), { phase: 'preview' });
    const { resources: atUp } = whole;
    expect([...resources.keys()].sort()).toEqual([...atUp.keys()].sort());
  });
});

describe('a change of a region on AWS', () => {
  it.each([
    ['at the end', [...ARGS.tenants, newTenant()]],
    ['in front', [newTenant(), ...ARGS.tenants]],
  ])('makes a new tenant %s and changes nothing else', async (_where, tenants) => {
    const { added, changed, removed } = await difference({ ...ARGS, tenants });
    expect(added.length).toBeGreaterThan(8);
    expect(added.filter((name) => !name.startsWith('region-tenant-inventory'))).toEqual([]);
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
  });

  it('makes what is a new zone’s own, and tells only the database of it', async () => {
    const zones = [...ARGS.region.zones, 'us-west-2d'];
    const { added, changed, removed } = await difference({ ...ARGS, region: { ...ARGS.region, zones } });
    expect(added.filter((name) => !name.includes('us-west-2d'))).toEqual([]);
    expect(added.length).toBeGreaterThan(9 + 8);
    expect(removed).toEqual([]);
    // The group of the database's subnets, and the add-on that hands out pods' addresses in each zone.
    expect(changed.filter((name) => name !== 'region-database-subnets' && !isPodNetwork(name))).toEqual([]);
  });

  it('makes a new cluster, and tells only external-dns of it', async () => {
    const { added, changed, removed } = await difference({
      ...ARGS,
      kubernetesClusters: [...ARGS.kubernetesClusters, newCluster()],
    });
    expect(added.filter((name) => !name.startsWith('region-cluster-c'))).toEqual([]);
    expect(added.length).toBeGreaterThan(20);
    expect({ changed, removed }).toEqual({ changed: ['region-identities-external-dns-role'], removed: [] });
  });

  it('makes the nodes of a new class in each zone and changes nothing else', async () => {
    const [first, ...others] = ARGS.kubernetesClusters;
    if (first === undefined) throw new Error('the stack has a cluster');
    const nodeClass = {
      name: 'large',
      instanceClass: 'm7i.8xlarge',
      purpose: 'brokers',
      minPerZone: 0,
      maxPerZone: 4,
    } as const;
    const { added, changed, removed } = await difference({
      ...ARGS,
      kubernetesClusters: [{ ...first, nodeClasses: [nodeClass, ...first.nodeClasses] }, ...others],
    });
    expect(added.filter((name) => name.includes('large'))).toEqual(added);
    expect(added.length).toBeGreaterThanOrEqual(ARGS.region.zones.length);
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
  });
});

describe('the way to the mothership of a region on AWS', () => {
  const balancer = `arn:aws:elasticloadbalancing:us-west-2:${ACCOUNT}:loadbalancer/net/gateway/0123456789abcdef`;

  it('is offered where it is hosted, once its load balancer is named', async () => {
    const privateLink = { loadBalancer: balancer, consumers: [ACCOUNT], consumerRegions: ['us-east-1'] };
    const { added, changed } = await difference({ ...ARGS, mothership: { hosted: true, privateLink } });
    expect(added).toEqual(['region-mothership', 'region-mothership-service']);
    expect(changed).toEqual([]);
  });

  it('is taken from every cluster’s pods where a service is named', async () => {
    const elsewhere = {
      hosted: false,
      bootstrapServer: 'bootstrap.mothership.aws-us-east-1-a.example.com:9094',
    } as const;
    const withoutLink = { ...ARGS, mothership: elsewhere };
    const privateLink = { service: 'com.amazonaws.vpce.us-east-1.vpce-svc-0a1b' };
    const { added } = await difference({ ...ARGS, mothership: { ...elsewhere, privateLink } }, withoutLink);
    expect(added.sort()).toEqual([
      'region-mothership',
      'region-mothership-endpoint',
      'region-mothership-from-pods-a',
      'region-mothership-from-pods-b',
      'region-mothership-names',
      'region-mothership-security-group',
      'region-mothership-zone',
    ]);
  });
});

describe('wrong arguments of a region on AWS', () => {
  const [clusterA] = ARGS.kubernetesClusters;
  const [mothership] = ARGS.tenants;

  it.each<readonly [string, Partial<RegionArgs>, readonly string[]]>([
    ['no cluster', { kubernetesClusters: [], tenants: [] }, ['kubernetesClusters', 'controlPlane.cluster']],
    [
      'a cluster twice',
      { kubernetesClusters: [...ARGS.kubernetesClusters, ...(clusterA === undefined ? [] : [clusterA])] },
      ['kubernetesClusters[2].name'],
    ],
    [
      'a tenant twice',
      { tenants: [...ARGS.tenants, ...(mothership === undefined ? [] : [mothership])] },
      ['tenants[5].name'],
    ],
    ['a tenant nowhere', { tenants: [{ ...newTenant(), cluster: 'z' }] }, ['tenants[0].cluster']],
    [
      'a BYOK key of another region',
      {
        tenants: [
          {
            ...newTenant(),
            encryptionKey: {
              customerKeyId: `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
            },
          },
        ],
      },
      ['tenants[0].encryptionKey.customerKeyId'],
    ],
    ['another cloud', { region: { ...ARGS.region, cloud: 'gcp' } }, ['region.cloud']],
    [
      'several things',
      {
        region: { ...ARGS.region, domain: 'kafka' },
        budget: { monthlyAmount: 1, currency: 'EUR', alertEmails: ['a@example.com'], firstMonth: '2026-12' },
        mothership: { hosted: true, privateLink: { loadBalancer: 'gateway', consumers: [ACCOUNT] } },
      },
      ['region.domain', 'mothership.privateLink.loadBalancer', 'budget.currency'],
    ],
  ])('are refused before anything is made: %s', async (_what, changed, paths) => {
    const refused = await refusalOf(() => new AwsRegion('region', { ...ARGS, ...changed }));
    expect(refused.paths).toEqual(paths);
    expect(refused.registered).toEqual([]);
  });
});

function argsOf(config: typeof CONFIG): RegionArgs {
  if (!isPublic(config)) throw new Error('the stack is on a cloud');
  return regionArgs(config);
}

function newTenant() {
  return { name: 'inventory', cluster: 'b', deletionProtection: true };
}

function newCluster(): KubernetesClusterArgs {
  const [first] = ARGS.kubernetesClusters;
  if (first === undefined) throw new Error('the stack has a cluster');
  return { ...first, name: 'c', podRange: '10.6.0.0/16', serviceRange: '10.1.32.0/20' };
}

function isPodNetwork(name: string): boolean {
  return /^region-cluster-[ab]-(network|vpc-cni)/.test(name);
}

/** Twelve digits that tell names apart. */
function hex(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 12);
}
