import { describe, expect, it } from '@jest/globals';
import { GcpLogBucket } from '../../../../constructs/cloud/gcp/log-bucket.ts';
import { GcpPlatformKey } from '../../../../constructs/cloud/gcp/platform-key.ts';
import { GcpProjectServices, PROJECT_SERVICES } from '../../../../constructs/cloud/gcp/project-services.ts';
import { serviceAgents } from '../../../../constructs/cloud/gcp/service-agents.ts';
import { resourceName } from '../../../../constructs/cloud/resource-name.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, gcpResources, inputsOf, known } from './gcp-region.ts';

/** All that comes before the network of a region, made as a region makes it. */
function ground() {
  const services = new GcpProjectServices('project', GCP_PLACE);
  const logs = new GcpLogBucket('logs', GCP_PLACE, { dependsOn: services });
  const agents = serviceAgents({ projectNumber: logs.projectNumber, services });
  const key = new GcpPlatformKey('platform', { ...GCP_PLACE, agents });
  return { services, logs, agents, key };
}

const computed = (type: string, name: string) => {
  if (type.endsWith(':Bucket')) return { projectNumber: 123456789012 };
  if (type.endsWith(':ServiceIdentity')) return { email: `${name}@agents.example.com` };
  return {};
};

describe("a region's project on GCP", () => {
  it('has its APIs turned on, and never off', async () => {
    const { resources } = await recordProgram(ground, { computed });
    const services = inputsOf(resources, 'projects/service:Service');
    expect(services.map(({ service }) => service)).toEqual(PROJECT_SERVICES.map((each) => `${each}.googleapis.com`));
    for (const inputs of services) {
      expect(inputs).toMatchObject({ project: 'example-kafka', disableOnDestroy: false });
    }
    expect(resources.get('logs')?.dependsOn).toEqual(expect.arrayContaining(['project-storage', 'project-cloudkms']));
  });

  it('gets the agents that Google makes only when asked, once the APIs are on', async () => {
    const { resources } = await recordProgram(ground, { computed });
    const identities = inputsOf(resources, 'projects/serviceIdentity:ServiceIdentity').map(({ service }) => service);
    expect(identities).toEqual(['sqladmin.googleapis.com', 'secretmanager.googleapis.com']);
    expect(resources.get('project-sqladmin-agent')?.dependsOn).toContain('project-sqladmin');
  });

  it('tells the names of all its agents without a look-up, from the number that a bucket gives out', async () => {
    const { result } = await recordProgram(ground, { computed });
    const { agents } = result;
    const emails = await Promise.all(
      [agents.compute, agents.container, agents.storage, agents.cloudSql, agents.secretManager].map(known),
    );
    expect(emails).toEqual([
      'service-123456789012@compute-system.iam.gserviceaccount.com',
      'service-123456789012@container-engine-robot.iam.gserviceaccount.com',
      'service-123456789012@gs-project-accounts.iam.gserviceaccount.com',
      'project-sqladmin-agent@agents.example.com',
      'project-secretmanager-agent@agents.example.com',
    ]);
  });

  it('can be previewed before it has anything in it', async () => {
    const { resources } = await recordProgram(ground, { phase: 'preview' });
    expect(gcpResources(resources)).toHaveLength(PROJECT_SERVICES.length + 2 + 2 + 7);
  });
});

describe("a region's platform key on GCP", () => {
  it('rotates, cannot be destroyed, and stays with its grants when the stack goes', async () => {
    const { resources } = await recordProgram(ground, { computed });
    expect(resources.get('platform-key')?.inputs).toMatchObject({
      keyRing: 'platform-ring-id',
      purpose: 'ENCRYPT_DECRYPT',
      rotationPeriod: '7776000s',
      destroyScheduledDuration: '2592000s',
      deletionPolicy: 'PREVENT',
      labels: GCP_REGION_LABELS,
    });
    const kept = [...resources.values()].filter(({ parentType }) => parentType === 'flotilla:gcp:PlatformKey');
    expect(kept).toHaveLength(7);
    for (const { protection } of kept) expect(protection).toEqual({ protect: true, retainOnDelete: true });
  });

  it('is found again under its name, in the place of the region', async () => {
    const { resources } = await recordProgram(ground, { computed });
    expect(resources.get('platform-ring')?.inputs).toMatchObject({
      location: 'us-central1',
      name: expect.stringMatching(/^flotilla-gcp-us-central1-ring-[0-9a-f]{8}$/),
    });
    const key = resources.get('platform-key')?.inputs['name'];
    expect(key).toMatch(/^flotilla-gcp-us-central1-region-platform-[0-9a-f]{8}$/);
    // A tenant may be called so.
    expect(key).not.toBe(resourceName(['gcp-us-central1', 'platform'], { maxLength: 63 }));
  });

  it('may be used by five agents of Google, by nobody else, and by none of them for more', async () => {
    const { resources } = await recordProgram(ground, { computed });
    const grants = inputsOf(resources, 'kms/cryptoKeyIAMMember:CryptoKeyIAMMember');
    // They are registered as soon as the names are known.
    expect(grants.map(({ member }) => String(member)).sort()).toEqual([
      'serviceAccount:project-secretmanager-agent@agents.example.com',
      'serviceAccount:project-sqladmin-agent@agents.example.com',
      'serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com',
      'serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com',
      'serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com',
    ]);
    expect(new Set(grants.map(({ role }) => role))).toEqual(new Set(['roles/cloudkms.cryptoKeyEncrypterDecrypter']));
    expect(new Set(grants.map(({ cryptoKeyId }) => cryptoKeyId))).toEqual(new Set(['platform-key-id']));
  });
});

describe("a region's log bucket on GCP", () => {
  it('is closed to the public, keeps versions, and forgets logs after 400 days', async () => {
    const { resources } = await recordProgram(ground, { computed });
    expect(resources.get('logs-bucket')).toMatchObject({
      inputs: {
        location: 'US-CENTRAL1',
        name: expect.stringMatching(/^flotilla-example-kafka-gcp-us-central1-region-logs-[0-9a-f]{8}$/),
        uniformBucketLevelAccess: true,
        publicAccessPrevention: 'enforced',
        versioning: { enabled: true },
        forceDestroy: false,
        deletionPolicy: 'PREVENT',
        labels: GCP_REGION_LABELS,
        lifecycleRules: [
          { action: { type: 'Delete' }, condition: { age: 400, withState: 'LIVE' } },
          { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 1, withState: 'ARCHIVED' } },
        ],
      },
      protection: { protect: true, retainOnDelete: true },
    });
  });

  it("takes usage logs of Google's own group, which may add and nothing else", async () => {
    const { resources, result } = await recordProgram(ground, { computed });
    expect(inputsOf(resources, 'storage/bucketIAMMember:BucketIAMMember')).toEqual([
      {
        bucket: resources.get('logs-bucket')?.inputs['name'],
        role: 'roles/storage.objectCreator',
        member: 'group:cloud-storage-analytics@google.com',
      },
    ]);
    expect(await known(result.logs.bucket)).toBe(resources.get('logs-bucket')?.inputs['name']);
  });

  it.each([0, 89, 90.5, Number.NaN])('refuses to keep logs for %p days', async (retentionDays) => {
    await expectRefusal(() => new GcpLogBucket('logs', { ...GCP_PLACE, retentionDays }), ['retentionDays']);
  });
});

describe('the place of a component on GCP', () => {
  it.each([
    ['project services', () => new GcpProjectServices('project', { ...GCP_PLACE, stack: '' })],
    ['a log bucket', () => new GcpLogBucket('logs', { ...GCP_PLACE, stack: 'Region' })],
    [
      'a platform key',
      () =>
        new GcpPlatformKey('platform', {
          ...GCP_PLACE,
          stack: 'a'.repeat(41),
          agents: { compute: 'a', container: 'b', storage: 'c', cloudSql: 'd', secretManager: 'e' },
        }),
    ],
  ])('is judged by %s before anything is registered', async (_what, make) => {
    await expectRefusal(make, ['stack']);
  });
});
