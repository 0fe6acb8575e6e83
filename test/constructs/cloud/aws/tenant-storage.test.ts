import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import type { Output } from '@pulumi/pulumi';
import { Provider } from '@pulumi/aws/provider.js';
import { describe, expect, it } from '@jest/globals';
import { AwsTenantStorage } from '../../../../constructs/cloud/aws/tenant-storage.ts';
import type { AwsTenantStorageArgs } from '../../../../constructs/cloud/aws/tenant-storage.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';

const CUSTOMER_KEY = 'arn:aws:kms:us-west-2:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const OWN_KEY = 'arn:aws:kms:us-west-2:123456789012:key/00000000-0000-4000-8000-000000000000';
const DRIVER = 'arn:aws:iam::123456789012:role/volume-driver';

const ORDERS: AwsTenantStorageArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: { environment: 'production' } },
  tenant: { name: 'orders', cluster: 'a', deletionProtection: true },
  owner: 'stack',
  logBucket: 'flotilla-logs',
  oidcProvider: {
    arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/A',
    issuer: 'https://oidc.example.com/id/A',
  },
};
// The first 8 digits of the SHA-256 of 123456789012/aws-us-west-2/orders.
const BUCKET = 'flotilla-123456789012-aws-us-west-2-orders-bb4f9ed0';

const ownKeyOf = (type: string) => (type === 'aws:kms/key:Key' ? { arn: OWN_KEY } : {});
const roleArnOf = (type: string, name: string) =>
  type === 'aws:iam/role:Role' ? { arn: `arn:aws:iam::123456789012:role/${name}` } : ownKeyOf(type);

async function made(...tenants: readonly AwsTenantStorageArgs[]) {
  const { resources, result } = await recordProgram(
    () => tenants.map((args) => new AwsTenantStorage(args.tenant.name, args)),
    { computed: roleArnOf },
  );
  return { resources, storages: result };
}

function one(resources: ReadonlyMap<string, RecordedResource>, type: string): RecordedResource {
  const found = [...resources.values()].filter((each) => each.type === type);
  expect(found.map(({ name }) => name)).toHaveLength(1);
  const [only] = found;
  if (only === undefined) throw new Error(`no ${type}`);
  return only;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

function statements(text: unknown): readonly Statement[] {
  return (JSON.parse(String(text)) as { readonly Statement: readonly Statement[] }).Statement;
}

describe("a tenant's storage on AWS", () => {
  it('is one component whose children all hang under it', async () => {
    const { resources } = await made(ORDERS);
    const [component, ...children] = [...resources.values()];
    expect(component).toMatchObject({ type: 'flotilla:aws:TenantStorage', name: 'orders', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(new Set(['flotilla:aws:TenantStorage']));
  });

  it('passes its explicit provider on to every child', async () => {
    const { resources } = await recordProgram(() => {
      const provider = new Provider('us-west-2', { region: 'us-west-2' });
      return new AwsTenantStorage('orders', ORDERS, { provider });
    });
    const children = [...resources.values()].filter(({ type }) => type.startsWith('aws:'));
    expect(children.length).toBeGreaterThan(8);
    for (const child of children) expect(child.provider).toContain('::us-west-2::');
  });

  it('gives out its key, its bucket and its role', async () => {
    const { storages } = await made(ORDERS);
    const [storage] = storages;
    expect(await known(storage?.keyId)).toBe(OWN_KEY);
    expect(await known(storage?.bucket)).toBe(BUCKET);
    expect(await known(storage?.identity)).toBe('arn:aws:iam::123456789012:role/orders-role');
  });

  it('encrypts the bucket with a key of its own that rotates and can be kept for thirty days', async () => {
    const { resources } = await made(ORDERS);
    expect(one(resources, 'aws:kms/key:Key').inputs).toMatchObject({
      enableKeyRotation: true,
      deletionWindowInDays: 30,
    });
    expect(
      one(resources, 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration').inputs,
    ).toMatchObject({
      bucket: BUCKET,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: OWN_KEY } }],
    });
  });

  it("lets the tenant's role alone use the key, and no one by a wildcard", async () => {
    const { resources } = await made(ORDERS);
    const policy = statements(one(resources, 'aws:kms/key:Key').inputs['policy']);
    expect(policy.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const users = policy.filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
    const { name, path } = one(resources, 'aws:iam/role:Role').inputs;
    expect(users.map(({ Principal }) => Principal)).toEqual([
      { AWS: `arn:aws:iam::123456789012:role${String(path)}${String(name)}` },
    ]);
  });

  it('keeps old versions for a while, drops uploads that never ended, and lets nothing current expire', async () => {
    const { resources } = await made(ORDERS);
    expect(one(resources, 'aws:s3/bucketVersioning:BucketVersioning').inputs).toMatchObject({
      versioningConfiguration: { status: 'Enabled' },
    });
    const lifecycle = one(resources, 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration');
    const { rules } = lifecycle.inputs as { readonly rules: readonly Readonly<Record<string, unknown>>[] };
    expect(rules).toContainEqual(
      expect.objectContaining({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }),
    );
    expect(rules).toContainEqual(expect.objectContaining({ noncurrentVersionExpiration: { noncurrentDays: 14 } }));
    expect(rules.map((rule) => rule['expiration']).filter((each) => each !== undefined)).toEqual([
      { expiredObjectDeleteMarker: true },
    ]);
    expect(lifecycle.dependsOn).toContain('orders-versioning');
  });

  it('is closed to the public and to requests without TLS, has no lists of access, and logs who reads it', async () => {
    const { resources } = await made(ORDERS);
    expect(one(resources, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(one(resources, 'aws:s3/bucketOwnershipControls:BucketOwnershipControls').inputs).toMatchObject({
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    expect(one(resources, 'aws:s3/bucketLogging:BucketLogging').inputs).toMatchObject({
      targetBucket: 'flotilla-logs',
      targetPrefix: 'tenants/orders/',
    });
    const policy = statements(one(resources, 'aws:s3/bucketPolicy:BucketPolicy').inputs['policy']);
    expect(policy.map(({ Effect }) => Effect)).toEqual(['Deny', 'Deny', 'Deny']);
    expect(policy).toContainEqual(
      expect.objectContaining({
        Action: 's3:*',
        Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  it('has policies of key and bucket that can be judged at a preview, before anything exists', async () => {
    const { resources } = await recordProgram(() => new AwsTenantStorage('orders', ORDERS), { phase: 'preview' });
    expect(statements(one(resources, 'aws:kms/key:Key').inputs['policy'])).toHaveLength(2);
    expect(statements(one(resources, 'aws:s3/bucketPolicy:BucketPolicy').inputs['policy'])).toHaveLength(3);
  });

  it('keeps what an earlier name made when it is told of that name', async () => {
    const { resources } = await recordProgram(
      () => new AwsTenantStorage('orders', ORDERS, { aliases: [{ name: 'orders-storage' }] }),
    );
    expect(resources.get('orders')?.aliases).toEqual(['orders-storage']);
  });

  it("limits the role to that bucket, that key and the brokers' service account of that cluster", async () => {
    const { resources } = await made(ORDERS);
    const allowed = statements(one(resources, 'aws:iam/rolePolicy:RolePolicy').inputs['policy']);
    expect(new Set(allowed.flatMap(({ Resource }) => Resource ?? []))).toEqual(
      new Set([`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`, OWN_KEY]),
    );
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const trust = statements(one(resources, 'aws:iam/role:Role').inputs['assumeRolePolicy']);
    expect(trust).toEqual([
      expect.objectContaining({
        Principal: { Federated: ORDERS.oidcProvider.arn },
        Condition: {
          StringEquals: {
            'oidc.example.com/id/A:aud': 'sts.amazonaws.com',
            'oidc.example.com/id/A:sub': 'system:serviceaccount:psc-orders:kafka',
          },
        },
      }),
    ]);
  });

  it.each(['stack', 'control-plane'] as const)('says on what bears tags that %s made it', async (owner) => {
    const { resources } = await made({ ...ORDERS, owner });
    const tagged = [...resources.values()].filter(({ inputs }) => inputs['tags'] !== undefined);
    expect(tagged.map(({ type }) => type).sort()).toEqual([
      'aws:iam/role:Role',
      'aws:kms/key:Key',
      'aws:s3/bucket:Bucket',
    ]);
    for (const { inputs } of tagged) {
      expect(inputs['tags']).toEqual({
        environment: 'production',
        'flotilla.dev/stack': 'aws-us-west-2',
        'flotilla.dev/tenant': 'orders',
        'flotilla.dev/owner': owner,
      });
    }
  });
});

describe('the protection of data', () => {
  it('covers key, bucket and all that guards the bucket, for a bucket kept without its policy is open', async () => {
    const { resources } = await made(ORDERS);
    const data = [...resources.values()].filter(({ type }) => /^aws:(s3|kms)/.test(type));
    expect(data).toHaveLength(9);
    for (const { name, protection } of data) {
      expect({ name, protection }).toEqual({ name, protection: { protect: true, retainOnDelete: true } });
    }
    expect(one(resources, 'aws:s3/bucket:Bucket').inputs['forceDestroy']).toBe(false);
  });

  it('is off for a tenant without deletion protection', async () => {
    const { resources } = await made({ ...ORDERS, tenant: { ...ORDERS.tenant, deletionProtection: false } });
    const kept = [...resources.values()].filter(({ protection }) => protection.protect || protection.retainOnDelete);
    expect(kept).toEqual([]);
    expect(one(resources, 'aws:s3/bucket:Bucket').inputs['forceDestroy']).toBe(true);
  });
});

describe("a customer's own key", () => {
  const BYOK: AwsTenantStorageArgs = {
    ...ORDERS,
    tenant: { ...ORDERS.tenant, encryptionKey: { customerKeyId: CUSTOMER_KEY } },
    volumeDriverRoleArn: DRIVER,
  };

  it("takes the place of the tenant's, for bucket and role alike", async () => {
    const { resources, storages } = await made(BYOK);
    expect([...resources.values()].filter(({ type }) => type === 'aws:kms/key:Key')).toEqual([]);
    expect(await known(storages[0]?.keyId)).toBe(CUSTOMER_KEY);
    expect(
      one(resources, 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration').inputs,
    ).toMatchObject({ rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: CUSTOMER_KEY } }] });
    const allowed = statements(one(resources, 'aws:iam/rolePolicy:RolePolicy').inputs['policy']);
    expect(allowed.filter(({ Action }) => [Action].flat().includes('kms:Decrypt'))).toEqual([
      expect.objectContaining({ Resource: CUSTOMER_KEY }),
    ]);
  });

  it("is granted to the tenant's role and to the volume driver, once the role exists, and protected", async () => {
    const { resources } = await made(BYOK);
    const grants = [...resources.values()].filter(({ type }) => type === 'aws:kms/grant:Grant');
    expect(grants.map(({ inputs }) => [inputs['keyId'], inputs['granteePrincipal']])).toEqual([
      [CUSTOMER_KEY, expect.stringContaining('role/flotilla/aws-us-west-2/flotilla-aws-us-west-2-orders-')],
      [CUSTOMER_KEY, DRIVER],
    ]);
    for (const grant of grants) {
      expect(grant.dependsOn).toContain('orders-role');
      expect(grant.protection.protect).toBe(true);
    }
  });
});

describe('a tenant more', () => {
  it('changes nothing of the others', async () => {
    const payments = { ...ORDERS, tenant: { ...ORDERS.tenant, name: 'payments' } };
    const before = await made(ORDERS);
    const after = await made(payments, ORDERS);
    expect(after.resources.size).toBe(2 * before.resources.size);
    for (const [name, resource] of before.resources) expect(after.resources.get(name)).toEqual(resource);
  });

  it('never gets a bucket or a role that another has, however alike their names', async () => {
    const long = 'a'.repeat(39);
    const alike = [
      ORDERS,
      { ...ORDERS, stack: 'aws-us-west-2-dev' },
      { ...ORDERS, tenant: { ...ORDERS.tenant, name: 'dev-orders' } },
      { ...ORDERS, tenant: { ...ORDERS.tenant, name: `${long}b` } },
      { ...ORDERS, tenant: { ...ORDERS.tenant, name: `${long}c` } },
    ];
    const names: { readonly bucket: string; readonly role: string }[] = [];
    for (const args of alike) {
      const { resources } = await made(args);
      names.push({
        bucket: String(one(resources, 'aws:s3/bucket:Bucket').inputs['bucket']),
        role: String(one(resources, 'aws:iam/role:Role').inputs['name']),
      });
    }
    expect(new Set(names.map(({ bucket }) => bucket)).size).toBe(alike.length);
    expect(new Set(names.map(({ role }) => role)).size).toBe(alike.length);
    for (const { bucket, role } of names) {
      expect(bucket).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
      expect(role.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('wrong arguments', () => {
  const region = (changed: Partial<AwsTenantStorageArgs['region']>) => ({
    ...ORDERS,
    region: { ...ORDERS.region, ...changed },
  });
  const tenant = (changed: Partial<AwsTenantStorageArgs['tenant']>) => ({
    ...ORDERS,
    tenant: { ...ORDERS.tenant, ...changed },
  });
  const key = (customerKeyId: string) => ({
    ...tenant({ encryptionKey: { customerKeyId } }),
    volumeDriverRoleArn: DRIVER,
  });
  const keyPath = 'tenant.encryptionKey.customerKeyId';

  it.each<readonly [string, AwsTenantStorageArgs, string, RegExp]>([
    ['another cloud', region({ cloud: 'gcp' }), 'region.cloud', /"gcp".*aws/],
    ['an unknown region', region({ name: 'us-west-9' }), 'region.name', /"us-west-9"/],
    ['a short account', region({ account: '12345' }), 'region.account', /"12345".*12 digits/],
    ["a tag of AWS' own", region({ tags: { 'aws:x': 'y' } }), 'region.tags["aws:x"]', /begin with aws:/],
    ['a tag with a sign that IAM refuses', region({ tags: { team: 'a&b' } }), 'region.tags["team"]', /"a&b"/],
    ['a stack in capitals', { ...ORDERS, stack: 'Prod' }, 'stack', /"Prod"/],
    ['a tenant without a name', tenant({ name: '' }), 'tenant.name', /""/],
    ['a tenant whose name is too long', tenant({ name: 'a'.repeat(41) }), 'tenant.name', /at most 40/],
    ['an alias for a key', key('arn:aws:kms:us-west-2:999999999999:alias/kafka'), keyPath, /alias/],
    ['a key of another region', key(CUSTOMER_KEY.replace('us-west-2', 'eu-west-1')), keyPath, /use one in us-west-2/],
    [
      'a key for volumes that no driver may use',
      tenant({ encryptionKey: { customerKeyId: CUSTOMER_KEY } }),
      'volumeDriverRoleArn',
      /absent/,
    ],
  ])('are refused with path, value and rule: %s', async (_what, args, path, reason) => {
    const { resources, result } = await recordProgram(() => refusal(args));
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe(path);
    expect((result as InputPropertyError).message).toMatch(reason);
    expect([...resources.keys()]).toEqual([]);
  });

  it('are all named at once', async () => {
    const { result } = await recordProgram(() => refusal({ ...region({ account: '1', name: 'mars' }), stack: '' }));
    expect(result).toBeInstanceOf(InputPropertiesError);
    expect((result as InputPropertiesError).errors.map(({ propertyPath }) => propertyPath)).toEqual([
      'region.name',
      'region.account',
      'stack',
    ]);
  });
});

function refusal(args: AwsTenantStorageArgs): unknown {
  try {
    return new AwsTenantStorage('orders', args);
  } catch (error) {
    return error;
  }
}

function known<T>(value: Output<T> | undefined): Promise<T> {
  if (value === undefined) throw new Error('there is no such output');
  return new Promise((resolve) => value.apply(resolve));
}
