import { describe, expect, it } from '@jest/globals';
import { GcpPlatformIdentities } from '../../../../constructs/cloud/gcp/platform-identities.ts';
import type { GcpPlatformIdentitiesArgs } from '../../../../constructs/cloud/gcp/platform-identities.ts';
import { keyCondition } from '../../../../constructs/cloud/gcp/platform-roles.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, inputsOf } from './gcp-region.ts';

const RING = 'projects/example-kafka/locations/us-central1/keyRings/ring';
const DATA_PLANE: GcpPlatformIdentitiesArgs = {
  ...GCP_PLACE,
  workloadPool: 'example-kafka.svc.id.goog',
  dnsZone: 'the-zone',
};
const CONTROL_PLANE: GcpPlatformIdentitiesArgs = {
  ...DATA_PLANE,
  bucketProvisioner: { keyRingId: RING, platformKeyId: `${RING}/cryptoKeys/flotilla-platform-1234` },
};

async function made(args: GcpPlatformIdentitiesArgs): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordProgram(() => new GcpPlatformIdentities('identities', args), {
    computed: (type, name) => (type.endsWith(':Account') ? { member: `serviceAccount:${name}`, email: name } : {}),
  });
  return resources;
}

/** What one identity is given: permissions, on what, under which condition. */
function grantsOf(resources: ReadonlyMap<string, RecordedResource>, identity: string) {
  return [...resources.values()]
    .filter(({ inputs }) => inputs['member'] === `serviceAccount:${identity}`)
    .map(({ inputs }) => ({
      permissions: resources.get(String(inputs['role']).replace(/-id$/, ''))?.inputs[
        'permissions'
      ] as readonly string[],
      on: inputs['managedZone'] ?? inputs['keyRingId'] ?? inputs['project'],
      condition: (inputs['condition'] as { readonly expression: string } | undefined)?.expression,
    }))
    .toSorted((one, other) => String(one.permissions[0]).localeCompare(String(other.permissions[0])));
}

describe("identities of the platform's services on GCP", () => {
  it('let external-dns change the records of the one zone, and find that zone, and nothing else', async () => {
    const resources = await made(DATA_PLANE);
    const [records, zones, ...others] = grantsOf(resources, 'identities-external-dns');
    expect(records).toMatchObject({ on: 'the-zone' });
    expect(records?.permissions.filter((each) => !/^dns\.(changes|resourceRecordSets)\./.test(each))).toEqual([]);
    expect(zones).toEqual({ on: 'example-kafka', permissions: ['dns.managedZones.list'], condition: undefined });
    expect(others).toEqual([]);
  });

  it('are each bound to one service account of Kubernetes', async () => {
    const resources = await made(CONTROL_PLANE);
    expect(inputsOf(resources, 'serviceaccount/iAMMember:IAMMember').map(({ role, member }) => [role, member])).toEqual(
      [
        ['roles/iam.workloadIdentityUser', 'serviceAccount:example-kafka.svc.id.goog[flotilla-dns/external-dns]'],
        [
          'roles/iam.workloadIdentityUser',
          'serviceAccount:example-kafka.svc.id.goog[flotilla-control-plane/bucket-provisioner]',
        ],
      ],
    );
  });

  it('have a bucket provisioner only in the control-plane region', async () => {
    expect([...(await made(DATA_PLANE)).keys()].filter((name) => name.includes('bucket-provisioner'))).toEqual([]);
  });

  it('let the bucket provisioner keep buckets of the platform, keys of tenants and service accounts, and use none', async () => {
    const [keys, accounts, buckets, ...others] = grantsOf(await made(CONTROL_PLANE), 'identities-bucket-provisioner');
    expect(others).toEqual([]);
    expect(buckets?.on).toBe('example-kafka');
    expect(buckets?.condition).toContain('resource.name.startsWith("projects/_/buckets/flotilla-")');
    expect(keys?.on).toBe(RING);
    expect(keys?.condition).toContain('.startsWith("flotilla-platform-1234")');
    expect(accounts).toMatchObject({ on: 'example-kafka' });
    const all = [...(keys?.permissions ?? []), ...(accounts?.permissions ?? []), ...(buckets?.permissions ?? [])];
    expect(all).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/\*|actAs|getAccessToken|useTo|objects\.get$/)]),
    );
    expect(all.filter((each) => each.startsWith('resourcemanager.'))).toEqual([]);
  });

  it.each([
    ['a key of a tenant', 'flotilla-gcp-us-central1-payments-0a1b2c3d', true],
    ['the platform key', 'flotilla-platform-1234', false],
    ['a version of the platform key', 'flotilla-platform-1234/cryptoKeyVersions/1', false],
    ["somebody else's key", 'payroll', false],
  ])("let it keep %s: '%s' is %s", (_what, key, isAllowed) => {
    const condition = keyCondition(`${RING}/cryptoKeys/flotilla-platform-1234`);
    expect(holds(condition, { type: 'cloudkms.googleapis.com/CryptoKey', name: `${RING}/cryptoKeys/${key}` })).toBe(
      isAllowed,
    );
  });

  it('name roles and accounts as GCP takes them', async () => {
    const resources = await made(CONTROL_PLANE);
    const roles = inputsOf(resources, 'projects/iAMCustomRole:IAMCustomRole').map(({ roleId }) => String(roleId));
    expect(new Set(roles).size).toBe(5);
    for (const role of roles) expect(role).toMatch(/^[a-zA-Z0-9_.]{3,64}$/);
    for (const { accountId } of inputsOf(resources, 'serviceaccount/account:Account')) {
      expect(accountId).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    }
  });

  it('are refused outside GCP', async () => {
    const args = { ...DATA_PLANE, region: { ...DATA_PLANE.region, name: 'us-west-2' } };
    await expectRefusal(() => new GcpPlatformIdentities('identities', args), ['region.name'], /us-west-2/);
  });
});

/** Whether a condition of ours holds: as much of CEL as they have, which JavaScript writes the same way but for `extract`. */
function holds(condition: string, resource: { readonly type: string; readonly name: string }): boolean {
  const key = /\/cryptoKeys\/(.*)$/.exec(resource.name)?.[1] ?? '';
  const starts = [...condition.matchAll(/(!?)resource\.name\.extract\("[^"]+"\)\.startsWith\("([^"]+)"\)/g)];
  if (starts.length !== 2) throw new Error(`another condition than expected: ${condition}`);
  const isRing = condition.includes('resource.type == "cloudkms.googleapis.com/KeyRing" ||');
  return (
    (isRing && resource.type.endsWith('/KeyRing')) ||
    starts.every(([, not, prefix = '']) => key.startsWith(prefix) === (not === ''))
  );
}
