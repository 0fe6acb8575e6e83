import { isSecret } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GcpDatabase } from '../../../../constructs/cloud/gcp/database.ts';
import type { GcpDatabaseArgs } from '../../../../constructs/cloud/gcp/database.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, inputsOf, known } from './gcp-region.ts';

const KEY = 'projects/example-kafka/locations/us-central1/keyRings/ring/cryptoKeys/platform';
const ARGS: GcpDatabaseArgs = {
  ...GCP_PLACE,
  database: { version: '18', instanceClass: 'db-custom-4-16384', storageGib: 100, backupRetentionDays: 14 },
  network: { networkId: 'the-network', allocatedRange: 'the-range', addressRange: '10.16.224.0/19' },
  platformKeyId: KEY,
};

const withDatabase = (changed: Partial<GcpDatabaseArgs['database']>): GcpDatabaseArgs => ({
  ...ARGS,
  database: { ...ARGS.database, ...changed },
});

async function made(args: GcpDatabaseArgs = ARGS) {
  return recordProgram(() => new GcpDatabase('database', args), {
    computed: (type) => {
      if (type.endsWith(':DatabaseInstance')) return { privateIpAddress: '10.16.224.3' };
      return type.endsWith(':RandomPassword') ? { result: 'the password' } : {};
    },
  });
}

async function instanceOf(args: GcpDatabaseArgs = ARGS): Promise<Readonly<Record<string, unknown>>> {
  const { resources } = await made(args);
  return inputsOf(resources, 'sql/databaseInstance:DatabaseInstance')[0] ?? {};
}

describe('the database of the control plane on GCP', () => {
  it('stands in two zones, under the platform key, with private addresses and TLS only', async () => {
    expect(await instanceOf()).toMatchObject({
      databaseVersion: 'POSTGRES_18',
      encryptionKeyName: KEY,
      region: 'us-central1',
      settings: {
        availabilityType: 'REGIONAL',
        userLabels: GCP_REGION_LABELS,
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetwork: 'the-network',
          allocatedIpRange: 'the-range',
          sslMode: 'ENCRYPTED_ONLY',
        },
      },
    });
  });

  it('gives Debezium its slots', async () => {
    const { settings } = (await instanceOf()) as {
      readonly settings: { readonly databaseFlags: readonly { readonly name: string; readonly value: string }[] };
    };
    const flags = Object.fromEntries(settings.databaseFlags.map(({ name, value }) => [name, value]));
    expect(flags['cloudsql.logical_decoding']).toBe('on');
    expect(Number(flags['max_replication_slots'])).toBeGreaterThanOrEqual(4);
    // A sender for each slot, and some for the service itself.
    expect(Number(flags['max_wal_senders'])).toBeGreaterThan(Number(flags['max_replication_slots']));
  });

  it('is protected by Pulumi, by the provider and by the cloud', async () => {
    const { resources } = await made();
    expect(resources.get('database-instance')?.protection).toEqual({ protect: true, retainOnDelete: true });
    expect(await instanceOf()).toMatchObject({
      deletionProtection: true,
      settings: { deletionProtectionEnabled: true, retainBackupsOnDelete: true },
    });
  });

  it('keeps a backup of each day, and its log for as long as the edition of the machine lets it', async () => {
    const days = fc.integer({ min: 1, max: 365 });
    const machines = fc.constantFrom('db-custom-4-16384', 'db-perf-optimized-N-4');
    await fc.assert(
      fc.asyncProperty(days, machines, async (backupRetentionDays, instanceClass) => {
        const isPlus = instanceClass === 'db-perf-optimized-N-4';
        expect(await instanceOf(withDatabase({ backupRetentionDays, instanceClass }))).toMatchObject({
          settings: {
            edition: isPlus ? 'ENTERPRISE_PLUS' : 'ENTERPRISE',
            backupConfiguration: {
              enabled: true,
              pointInTimeRecoveryEnabled: true,
              transactionLogRetentionDays: Math.min(backupRetentionDays, isPlus ? 35 : 7),
              backupRetentionSettings: { retentionUnit: 'COUNT', retainedBackups: backupRetentionDays },
            },
          },
        });
      }),
      { numRuns: 10 },
    );
  });

  it("keeps its administrator's password as a secret, in the region, under the platform key", async () => {
    const { resources } = await made();
    expect(inputsOf(resources, 'sql/user:User')).toEqual([expect.objectContaining({ name: 'flotilla' })]);
    expect(inputsOf(resources, 'secretmanager/secret:Secret')).toEqual([
      expect.objectContaining({
        labels: GCP_REGION_LABELS,
        replication: {
          userManaged: {
            replicas: [{ location: 'us-central1', customerManagedEncryption: { kmsKeyName: KEY } }],
          },
        },
      }),
    ]);
    const [version] = inputsOf(resources, 'secretmanager/secretVersion:SecretVersion');
    const { value } = version?.['secretData'] as { readonly value: string };
    expect(JSON.parse(value)).toEqual({ username: 'flotilla', password: 'the password' });
  });

  it('tells where it is, and where its credentials are kept, and no secret', async () => {
    const { result, resources } = await made();
    const [kept] = inputsOf(resources, 'secretmanager/secret:Secret');
    expect(await known(result.outputs)).toEqual({
      host: '10.16.224.3',
      port: 5432,
      name: 'flotilla',
      addressRanges: ['10.16.224.0/19'],
      credentialsSecret: `projects/example-kafka/secrets/${String(kept?.['secretId'])}`,
    });
    expect(await isSecret(result.outputs)).toBe(false);
  });
});

describe('wrong arguments of a database on GCP', () => {
  it.each<readonly [string, GcpDatabaseArgs, string, RegExp]>([
    ['an old version', withDatabase({ version: '15' }), 'database.version', /from 16/],
    ['a minor version', withDatabase({ version: '18.1' }), 'database.version', /major/],
    ['a shared core', withDatabase({ instanceClass: 'db-f1-micro' }), 'database.instanceClass', /shared core/],
    ["another cloud's machine", withDatabase({ instanceClass: 'db.m7g.large' }), 'database.instanceClass', /db-custom/],
    ['no storage', withDatabase({ storageGib: 0 }), 'database.storageGib', /10 or more/],
    ['no backups', withDatabase({ backupRetentionDays: 0 }), 'database.backupRetentionDays', /1 to 365/],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    await expectRefusal(() => new GcpDatabase('database', args), [path], reason);
  });
});
