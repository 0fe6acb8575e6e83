import type { Output } from '@pulumi/pulumi';
import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AwsPlatformIdentities } from '../../../../constructs/cloud/aws/platform-identities.ts';
import type { AwsPlatformIdentitiesArgs } from '../../../../constructs/cloud/aws/platform-identities.ts';
import { AwsTenantStorage } from '../../../../constructs/cloud/aws/tenant-storage.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { allowedActions, statement, statementsOf } from './policy-documents.ts';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/flotilla-platform/aws-us-west-2/boundary';
const LOGS = 'arn:aws:s3:::flotilla-123456789012-aws-us-west-2-region-logs-00000000';
const issuer = (cluster: string) => ({
  cluster,
  arn: `arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/${cluster}`.padEnd(105, '0'),
  issuer: `https://oidc.eks.us-west-2.amazonaws.com/id/${cluster}`.padEnd(80, '0'),
});
const ELSEWHERE: AwsPlatformIdentitiesArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: { environment: 'production' } },
  issuers: [issuer('a'), issuer('b')],
  dnsZoneId: 'Z1',
  logBucketArn: LOGS,
};
const ARGS: AwsPlatformIdentitiesArgs = { ...ELSEWHERE, controlPlane: { cluster: 'a' } };

function outputs(type: string, name: string): Readonly<Record<string, unknown>> {
  if (type === 'aws:iam/policy:Policy') return { arn: BOUNDARY };
  return type === 'aws:iam/role:Role' ? { arn: `arn:aws:iam::123456789012:role/${name}` } : {};
}

async function made(args: AwsPlatformIdentitiesArgs = ARGS) {
  const { resources, result } = await recordProgram(() => new AwsPlatformIdentities('region', args), {
    computed: outputs,
  });
  return { resources, identities: result };
}

const subjects = (role: RecordedResource | undefined) =>
  statementsOf(role, 'assumeRolePolicy').map(({ Condition }) =>
    Object.entries(Condition?.['StringEquals'] ?? {}).find(([key]) => key.endsWith(':sub')),
  );

describe('the identity of external-dns on AWS', () => {
  it('changes records of the one zone and nothing else', async () => {
    const statements = statementsOf((await made()).resources.get('region-external-dns-policy'));
    const changes = allowedActions(statements).filter((action) => !/:(List|Get)/.test(action));
    expect(changes).toEqual(['route53:ChangeResourceRecordSets']);
    expect(statement(statements, 'ChangeRecordsOfItsZone')).toMatchObject({
      Resource: 'arn:aws:route53:::hostedzone/Z1',
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'AAAA', 'CNAME', 'TXT'],
        },
      },
    });
    const everywhere = statements.filter(({ Resource }) => Resource === '*');
    expect(allowedActions(everywhere)).toEqual(['route53:ListHostedZones']);
  });

  it('is taken by its service account in each cluster, and a cluster more leaves the others as they are', async () => {
    const before = (await made()).resources.get('region-external-dns-role');
    expect(subjects(before).map((found) => found?.[1])).toEqual(
      Array(2).fill('system:serviceaccount:flotilla-dns:external-dns'),
    );
    const after = (await made({ ...ARGS, issuers: [issuer('c'), ...ARGS.issuers] })).resources.get(
      'region-external-dns-role',
    );
    const all = statementsOf(after, 'assumeRolePolicy');
    expect(all).toEqual(expect.arrayContaining([...statementsOf(before, 'assumeRolePolicy')]));
    expect(all).toHaveLength(3);
  });

  it('fits into a trust policy for the clusters that its documentation promises', async () => {
    const role = (clusters: number) =>
      made({
        ...ARGS,
        issuers: Array.from({ length: clusters }, (_, index) => issuer(`c${index}`)),
        controlPlane: { cluster: 'c0' },
      });
    const length = async (clusters: number) =>
      String((await role(clusters)).resources.get('region-external-dns-role')?.inputs['assumeRolePolicy']).length;
    expect(await length(4)).toBeLessThanOrEqual(2048);
    expect(await length(8)).toBeLessThanOrEqual(4096);
  });
});

describe('the identity of the bucket provisioner on AWS', () => {
  const policy = async () => statementsOf((await made()).resources.get('region-bucket-provisioner-policy'));

  it('is there in the control-plane region only, for the cluster that runs the control plane', async () => {
    const { resources, identities } = await made();
    expect(subjects(resources.get('region-bucket-provisioner-role'))).toEqual([
      [
        `${issuer('a').issuer.slice('https://'.length)}:sub`,
        'system:serviceaccount:flotilla-control-plane:bucket-provisioner',
      ],
    ]);
    expect(await valueOf(identities.tenantBoundaryArn)).toBe(BOUNDARY);
    expect(await valueOf(identities.bucketProvisionerRoleArn)).toMatch(/region-bucket-provisioner-role$/);
    const other = await made(ELSEWHERE);
    expect([...other.resources.keys()].filter((name) => /provisioner|boundary/.test(name))).toEqual([]);
    expect(other.identities.bucketProvisionerRoleArn).toBeUndefined();
  });

  it('has no wildcard among its actions, reads no object and uses no key', async () => {
    const actions = allowedActions(await policy());
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    const uses = [
      's3:GetObject',
      's3:GetObjectVersion',
      's3:PutObject',
      'kms:Decrypt',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'iam:PassRole',
      'sts:AssumeRole',
    ];
    expect(actions.filter((action) => uses.includes(action))).toEqual([]);
  });

  it("touches buckets of the platform's name in its own account, and never the logs", async () => {
    const statements = await policy();
    const s3 = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('s3:')));
    expect(s3.map(({ Effect, Resource }) => [Effect, Resource])).toEqual([
      ['Allow', 'arn:aws:s3:::flotilla-123456789012-*'],
      ['Allow', 'arn:aws:s3:::flotilla-123456789012-*/*'],
      ['Deny', [LOGS, `${LOGS}/*`]],
    ]);
  });

  it('makes no role without the boundary, and cannot move a boundary', async () => {
    const statements = await policy();
    for (const sid of ['NewRolesWithinTheBoundary', 'AllowRolesWithinTheBoundary']) {
      expect(statement(statements, sid).Condition).toMatchObject({
        StringEquals: { 'iam:PermissionsBoundary': BOUNDARY },
      });
    }
    const forbidden = allowedActions(statements).filter((action) =>
      /Boundary|AttachRolePolicy|CreatePolicy|SetDefaultPolicy|PassRole/.test(action),
    );
    expect(forbidden).toEqual([]);
  });

  it("has roles under the tenants' path only, where none of the platform's own is", async () => {
    const statements = await policy();
    const iam = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('iam:')));
    expect(iam.length).toBeGreaterThan(0);
    for (const { Resource } of iam) expect(Resource).toBe('arn:aws:iam::123456789012:role/flotilla/*');
    const roles = [...(await made()).resources.values()].filter(({ type }) => type === 'aws:iam/role:Role');
    for (const { inputs } of roles) expect(inputs['path']).toBe('/flotilla-platform/aws-us-west-2/');
  });

  it("changes nothing of a stack's own tenants: each change asks for the control plane's tag, or for no tag of ours", async () => {
    const changes = (await policy()).filter(({ Action }) =>
      [Action].flat().some((action) => /^(kms|iam):(?!Get|List|Describe)/.test(action)),
    );
    expect(changes.length).toBeGreaterThan(0);
    for (const { Sid, Condition = {} } of changes) {
      const owned = Condition['StringEquals']?.['aws:ResourceTag/flotilla.dev/owner'] === 'control-plane';
      const created = Condition['StringEquals']?.['aws:RequestTag/flotilla.dev/owner'] === 'control-plane';
      const foreign = Condition['Null']?.['aws:ResourceTag/flotilla.dev/stack'] === 'true';
      expect([Sid, owned || created || foreign]).toEqual([Sid, true]);
    }
    // A tag on what is there already would make it the provisioner's own.
    for (const sid of ['TagNewKeys', 'TagNewRoles']) {
      expect(statement(await policy(), sid).Condition?.['Null']).toEqual({
        'aws:ResourceTag/flotilla.dev/stack': 'true',
      });
    }
  });

  it('keeps within what IAM takes for a policy', async () => {
    const { resources } = await made();
    // docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(String(resources.get('region-bucket-provisioner-policy')?.inputs['policy']).length).toBeLessThan(10_240);
    expect(String(resources.get('region-tenant-boundary')?.inputs['policy']).length).toBeLessThan(6_144);
  });
});

describe("the boundary of tenants' roles", () => {
  it('leaves a tenant all that its own policy allows, and nothing that none needs', async () => {
    const { resources } = await recordProgram(
      () => {
        new AwsPlatformIdentities('region', ARGS);
        new AwsTenantStorage('orders', {
          stack: ARGS.stack,
          region: ARGS.region,
          tenant: { name: 'orders', cluster: 'a', deletionProtection: true },
          owner: 'control-plane',
          logBucket: 'logs',
          oidcProvider: issuer('a'),
          permissionsBoundary: BOUNDARY,
        });
      },
      { computed: outputs },
    );
    const boundary = statementsOf(resources.get('region-tenant-boundary'));
    expect(allowedActions(boundary)).toEqual(allowedActions(statementsOf(resources.get('orders-role-policy'))));
    expect(resources.get('orders-role')?.inputs['permissionsBoundary']).toBe(BOUNDARY);
    expect(statement(boundary, 'NoLogs')).toMatchObject({
      Effect: 'Deny',
      Action: 's3:*',
      Resource: [LOGS, `${LOGS}/*`],
    });
    const bucket = String(resources.get('orders-bucket')?.inputs['bucket']);
    expect(`arn:aws:s3:::${bucket}`.startsWith('arn:aws:s3:::flotilla-123456789012-')).toBe(true);
  });
});

describe('wrong arguments of platform identities', () => {
  it.each<readonly [string, AwsPlatformIdentitiesArgs, string]>([
    ['no clusters', { ...ELSEWHERE, issuers: [] }, 'issuers'],
    [
      'more clusters than a trust policy holds',
      { ...ELSEWHERE, issuers: Array.from({ length: 9 }, (_, index) => issuer(`c${index}`)) },
      'issuers',
    ],
    [
      'a control plane in no cluster of the region',
      { ...ARGS, controlPlane: { cluster: 'z' } },
      'controlPlane.cluster',
    ],
  ])('are refused before anything is made: %s', async (_what, args, path) => {
    const { resources, result } = await recordProgram(() => {
      try {
        return new AwsPlatformIdentities('region', args);
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect(result).toMatchObject({ propertyPath: path });
    expect([...resources.keys()]).toEqual([]);
  });
});

async function valueOf<T>(output: Output<T> | undefined): Promise<T> {
  return await new Promise((resolve) => output?.apply(resolve));
}
