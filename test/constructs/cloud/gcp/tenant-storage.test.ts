import { describe, expect, it } from '@jest/globals';
import { GcpTenantRole } from '../../../../constructs/cloud/gcp/tenant-role.ts';
import { GcpTenantStorage } from '../../../../constructs/cloud/gcp/tenant-storage.ts';
import type { GcpTenantStorageArgs } from '../../../../constructs/cloud/gcp/tenant-storage.ts';
import { BUCKET_FORMS, IDENTITY_FORMS } from '../../../../stacks/config/cloud-ids.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, gcpResources, inputsOf, known } from './gcp-region.ts';

const CUSTOMER_KEY = 'projects/example-fraud/locations/us-central1/keyRings/kafka/cryptoKeys/fraud';
const RING = 'projects/example-kafka/locations/us-central1/keyRings/flotilla';

const ARGS: GcpTenantStorageArgs = {
  ...GCP_PLACE,
  tenant: { name: 'orders', cluster: 'a', deletionProtection: true },
  owner: 'stack',
  keyRingId: RING,
  roleId: 'projects/example-kafka/roles/flotilla_tenant',
  logBucket: 'region-logs',
  agents: { compute: 'compute@agents.example.com', storage: 'storage@agents.example.com' },
  workloadPool: 'example-kafka.svc.id.goog',
};

const forTenant = (changed: Partial<GcpTenantStorageArgs['tenant']>): GcpTenantStorageArgs => ({
  ...ARGS,
  tenant: { ...ARGS.tenant, ...changed },
});

const computed = (type: string, name: string) =>
  type === 'gcp:serviceaccount/account:Account'
    ? { email: `${name}@example-kafka.iam.gserviceaccount.com`, name: `projects/example-kafka/serviceAccounts/${name}` }
    : {};

async function made(args: GcpTenantStorageArgs): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordProgram(() => new GcpTenantStorage('orders', args), { computed });
  return resources;
}

describe("a tenant's storage on GCP", () => {
  it('is a key, a bucket and an account, in a component of their own', async () => {
    const resources = await made(ARGS);
    expect(resources.get('orders')).toMatchObject({ type: 'flotilla:gcp:TenantStorage', parentType: '' });
    expect(
      gcpResources(resources)
        .map(({ type }) => type.split(':').at(-1))
        .sort(),
    ).toEqual(['Account', 'Bucket', 'BucketIAMMember', 'CryptoKey', 'CryptoKeyIAMMember', 'IAMMember']);
    for (const { parentType } of gcpResources(resources)) expect(parentType).toBe('flotilla:gcp:TenantStorage');
  });

  it('says whose it is, and who made it', async () => {
    const resources = await made({ ...ARGS, owner: 'control-plane' });
    for (const name of ['orders-key', 'orders-bucket']) {
      expect(resources.get(name)?.inputs['labels']).toEqual({
        ...GCP_REGION_LABELS,
        'flotilla-tenant': 'orders',
        'flotilla-owner': 'control-plane',
      });
    }
  });

  it('has a key of its own that rotates, in the ring of the region, which the storage agent alone may use', async () => {
    const resources = await made(ARGS);
    expect(resources.get('orders-key')?.inputs).toMatchObject({ keyRing: RING, rotationPeriod: '7776000s' });
    expect(inputsOf(resources, 'kms/cryptoKeyIAMMember:CryptoKeyIAMMember')).toEqual([
      {
        cryptoKeyId: 'orders-key-id',
        role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
        member: 'serviceAccount:storage@agents.example.com',
      },
    ]);
  });

  it('leaves the name of its key to Pulumi, for GCP would never give it away again', async () => {
    const key = (await made(ARGS)).get('orders-key');
    expect(key?.inputs).toMatchObject({ keyRing: RING });
    expect(key?.inputs).not.toHaveProperty('name');
  });

  it('has a bucket under that key and no other, closed to the public, in the place of the region', async () => {
    expect((await made(ARGS)).get('orders-bucket')?.inputs).toMatchObject({
      project: 'example-kafka',
      location: 'US-CENTRAL1',
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      encryption: {
        defaultKmsKeyName: 'orders-key-id',
        googleManagedEncryptionEnforcementConfig: { restrictionMode: 'FullyRestricted' },
        customerSuppliedEncryptionEnforcementConfig: { restrictionMode: 'FullyRestricted' },
      },
    });
  });

  it('can take a deletion back for 14 days, ends no segment by itself, and logs who used it', async () => {
    expect((await made(ARGS)).get('orders-bucket')?.inputs).toMatchObject({
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 60 * 60 },
      lifecycleRules: [
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 7, withState: 'ARCHIVED' } },
      ],
      logging: { logBucket: 'region-logs', logObjectPrefix: 'tenants/orders/' },
    });
  });

  it('lets its account use its bucket by the role of tenants, and nothing in the project', async () => {
    const resources = await made(ARGS);
    expect(inputsOf(resources, 'storage/bucketIAMMember:BucketIAMMember')).toEqual([
      {
        bucket: resources.get('orders-bucket')?.inputs['name'],
        role: ARGS.roleId,
        member: 'serviceAccount:orders-account@example-kafka.iam.gserviceaccount.com',
      },
    ]);
    expect(inputsOf(resources, 'projects/iAMMember:IAMMember')).toEqual([]);
  });

  it('lets the brokers of the tenant act as its account, and nobody else', async () => {
    expect(inputsOf(await made(ARGS), 'serviceaccount/iAMMember:IAMMember')).toEqual([
      {
        serviceAccountId: 'projects/example-kafka/serviceAccounts/orders-account',
        role: 'roles/iam.workloadIdentityUser',
        member: 'serviceAccount:example-kafka.svc.id.goog[psc-orders/kafka]',
      },
    ]);
  });

  it('gives out what the manifests need, in the form that they take', async () => {
    const { result } = await recordProgram(() => new GcpTenantStorage('orders', ARGS), { computed });
    expect(await known(result.keyId)).toBe('orders-key-id');
    expect(await known(result.bucket)).toMatch(/^flotilla-example-kafka-gcp-us-central1-orders-[0-9a-f]{8}$/);
    expect(await known(result.bucket)).toMatch(BUCKET_FORMS.gcp.pattern);
    expect(await known(result.identity)).toMatch(IDENTITY_FORMS.gcp.pattern);
  });

  it.each([true, false])(
    'keeps key and bucket when the stack goes exactly where the tenant is protected: %p',
    async (kept) => {
      const resources = await made(forTenant({ deletionProtection: kept }));
      for (const name of ['orders-key', 'orders-bucket', 'orders-bucket-grant']) {
        expect(resources.get(name)?.protection).toEqual({ protect: kept, retainOnDelete: kept });
      }
      const deletionPolicy = kept ? 'PREVENT' : 'DELETE';
      expect(resources.get('orders-key')?.inputs).toMatchObject({ deletionPolicy });
      expect(resources.get('orders-bucket')?.inputs).toMatchObject({ deletionPolicy, forceDestroy: !kept });
    },
  );

  it('names accounts and buckets apart, however long the names of tenants that begin alike', async () => {
    const names = ['a', 'b'].map((end) => `${'tenant-of-a-long-name'.padEnd(38, '-x')}${end}`);
    const { resources } = await recordProgram(() => {
      for (const name of names) new GcpTenantStorage(name, forTenant({ name }));
    });
    const accounts = inputsOf(resources, 'serviceaccount/account:Account').map(({ accountId }) => String(accountId));
    expect(new Set(accounts).size).toBe(2);
    for (const account of accounts) expect(account).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    const buckets = inputsOf(resources, 'storage/bucket:Bucket').map(({ name }) => String(name));
    expect(new Set(buckets).size).toBe(2);
    for (const bucket of buckets) expect(bucket.length).toBeLessThanOrEqual(63);
  });
});

describe("a tenant's storage under the customer's key on GCP", () => {
  const args = forTenant({ encryptionKey: { customerKeyId: CUSTOMER_KEY } });

  it('makes no key, and encrypts the bucket with the one that is named', async () => {
    const resources = await made(args);
    expect(inputsOf(resources, 'kms/cryptoKey:CryptoKey')).toEqual([]);
    expect(resources.get('orders-bucket')?.inputs).toMatchObject({ encryption: { defaultKmsKeyName: CUSTOMER_KEY } });
  });

  it('grants it to the agents that encrypt buckets and volumes, and keeps the grants with the data', async () => {
    const resources = await made(args);
    const grants = inputsOf(resources, 'kms/cryptoKeyIAMMember:CryptoKeyIAMMember');
    expect(grants.map(({ cryptoKeyId, member }) => [cryptoKeyId, member])).toEqual([
      [CUSTOMER_KEY, 'serviceAccount:storage@agents.example.com'],
      [CUSTOMER_KEY, 'serviceAccount:compute@agents.example.com'],
    ]);
    expect(resources.get('orders-volume-grant')?.protection.protect).toBe(true);
  });

  it.each([
    ['a version of it', `${CUSTOMER_KEY}/cryptoKeyVersions/1`, /rotate/],
    ['one of another place', CUSTOMER_KEY.replace('us-central1', 'global'), /us-central1/],
    ["another cloud's", 'arn:aws:kms:us-west-2:123456789012:key/1', /name the key/],
  ])('refuses %s', async (_what, customerKeyId, reason) => {
    await expectRefusal(
      () => new GcpTenantStorage('orders', forTenant({ encryptionKey: { customerKeyId } })),
      ['tenant.encryptionKey.customerKeyId'],
      reason,
    );
  });
});

describe('the arguments of a tenant on GCP', () => {
  it.each(['', 'Orders', 'a'.repeat(41), 'orders-'])('are refused with the name %p', async (name) => {
    await expectRefusal(() => new GcpTenantStorage('orders', forTenant({ name })), ['tenant.name']);
  });

  it('are all named at once', async () => {
    const region = { ...ARGS.region, account: '1', name: 'mars' };
    await expectRefusal(
      () => new GcpTenantStorage('orders', { ...ARGS, stack: '', region }),
      ['region.name', 'region.account', 'stack'],
    );
  });
});

describe('the role of tenants on GCP', () => {
  it('reads and writes objects, and changes no bucket, policy or retention', async () => {
    const { resources } = await recordProgram(() => new GcpTenantRole('tenants', GCP_PLACE));
    expect(resources.get('tenants-role')?.inputs).toMatchObject({
      project: 'example-kafka',
      roleId: expect.stringMatching(/^flotilla_gcp_us_central1_tenant_[0-9a-f]{8}$/),
      permissions: ['create', 'delete', 'get', 'list'].map((verb) => `storage.objects.${verb}`),
    });
  });

  it('is refused outside GCP', async () => {
    const region = { ...GCP_PLACE.region, cloud: 'azure' as const };
    await expectRefusal(() => new GcpTenantRole('tenants', { ...GCP_PLACE, region }), ['region.cloud']);
  });
});
