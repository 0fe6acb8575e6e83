import { describe, expect, it } from '@jest/globals';
import { AwsDatabase } from '../../../../constructs/cloud/aws/database.ts';
import type { AwsDatabaseArgs } from '../../../../constructs/cloud/aws/database.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const KEY = 'arn:aws:kms:us-west-2:123456789012:key/00000000-0000-4000-8000-000000000000';

const ARGS: AwsDatabaseArgs = {
  stack: 'aws-us-west-2',
  region: {
    cloud: 'aws',
    name: 'us-west-2',
    account: '123456789012',
    zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
    addressRange: '10.0.0.0/16',
    tags: { environment: 'production' },
  },
  database: { version: '18', instanceClass: 'db.m7g.large', storageGib: 100, backupRetentionDays: 14 },
  clientRanges: { 'pods-a': '10.4.0.0/16' },
  vpcId: 'vpc-1',
  platformKeyArn: KEY,
};

const computed = (type: string, name: string) => ({
  ...(type === 'aws:rds/subnetGroup:SubnetGroup' ? { name: `${name}-name` } : {}),
  ...(type === 'aws:rds/instance:Instance' ? { address: 'database.example.com' } : {}),
  ...(type === 'aws:secretsmanager/secret:Secret'
    ? { arn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:s' }
    : {}),
  ...(type === 'random:index/randomPassword:RandomPassword' ? { result: 'correct-horse' } : {}),
});

async function made(args: AwsDatabaseArgs = ARGS) {
  return recordProgram(() => new AwsDatabase('database', args), { computed });
}

const ofType = (resources: ReadonlyMap<string, RecordedResource>, type: string) =>
  [...resources.values()].filter((each) => each.type.endsWith(`:${type}`));

const withDatabase = (changed: Partial<AwsDatabaseArgs['database']>): AwsDatabaseArgs => ({
  ...ARGS,
  database: { ...ARGS.database, ...changed },
});

describe("the control plane's database on AWS", () => {
  it('has a standby in another zone, and every commit of two weeks can be restored', async () => {
    const { resources } = await made();
    expect(resources.get('database-instance')?.inputs).toMatchObject({
      engine: 'postgres',
      engineVersion: '18',
      instanceClass: 'db.m7g.large',
      allocatedStorage: 100,
      multiAz: true,
      backupRetentionPeriod: 14,
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
    });
  });

  it('encrypts data, backups, insights, logs and credentials with the platform key', async () => {
    const { resources } = await made();
    expect(resources.get('database-instance')?.inputs).toMatchObject({
      storageEncrypted: true,
      kmsKeyId: KEY,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: KEY,
    });
    expect(resources.get('database-credentials')?.inputs['kmsKeyId']).toBe(KEY);
    expect(ofType(resources, 'LogGroup').map(({ inputs }) => inputs['kmsKeyId'])).toEqual([KEY, KEY]);
  });

  it('is read by Debezium, answers over TLS only, and loses a slot rather than its volume', async () => {
    const { resources } = await made();
    const group = resources.get('database-parameters')?.inputs;
    expect(group?.['family']).toBe('postgres18');
    const settings = (group?.['parameters'] ?? []) as readonly { readonly name: string; readonly value: string }[];
    const byName = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
    expect(byName).toMatchObject({ 'rds.logical_replication': '1', 'rds.force_ssl': '1' });
    expect(Number(byName['max_replication_slots'])).toBeGreaterThanOrEqual(4);
    expect(Number(byName['max_wal_senders'])).toBeGreaterThanOrEqual(Number(byName['max_replication_slots']));
    // A quarter of 100 GiB.
    expect(byName['max_slot_wal_keep_size']).toBe('25600');
  });

  it('lies in subnets of its own without a way out, and answers to named ranges on its port alone', async () => {
    const { resources } = await made();
    expect(resources.get('database-instance')?.inputs).toMatchObject({
      publiclyAccessible: false,
      dbSubnetGroupName: 'database-subnets-name',
      vpcSecurityGroupIds: ['database-security-group-id'],
    });
    expect(ofType(resources, 'Subnet').map(({ inputs }) => [inputs['availabilityZone'], inputs['cidrBlock']])).toEqual([
      ['us-west-2a', '10.0.224.0/22'],
      ['us-west-2b', '10.0.228.0/22'],
      ['us-west-2c', '10.0.232.0/22'],
    ]);
    expect(resources.get('database-subnets')?.inputs['subnetIds']).toEqual(
      ARGS.region.zones.map((zone) => `database-${zone}-id`),
    );
    expect(ofType(resources, 'Route')).toEqual([]);
    expect(ofType(resources, 'RouteTableAssociation')).toHaveLength(3);
    expect(ofType(resources, 'SecurityGroupIngressRule').map(({ inputs }) => inputs)).toEqual([
      expect.objectContaining({ cidrIpv4: '10.4.0.0/16', fromPort: 5432, toPort: 5432, ipProtocol: 'tcp' }),
    ]);
    expect(ofType(resources, 'SecurityGroupEgressRule')).toEqual([]);
  });

  it("keeps the administrator's credentials as a secret, and never in plain sight of the state", async () => {
    const { resources } = await made();
    const version = resources.get('database-credentials-version')?.inputs['secretString'];
    expect(isSecret(version)).toBe(true);
    expect(JSON.parse(String((version as { readonly value: unknown }).value))).toEqual({
      username: 'flotilla',
      password: 'correct-horse',
    });
    expect(isSecret(resources.get('database-instance')?.inputs['password'])).toBe(true);
  });

  it('keeps its data, its password and its credentials from being deleted', async () => {
    const { resources } = await made();
    for (const name of ['instance', 'password', 'credentials', 'credentials-version']) {
      expect([name, resources.get(`database-${name}`)?.protection]).toEqual([
        name,
        { protect: true, retainOnDelete: true },
      ]);
    }
    expect(resources.get('database-instance')?.inputs['deletionProtection']).toBe(true);
  });

  it('writes its log to groups that are there before it, and does not keep them for ever', async () => {
    const { resources } = await made();
    const instance = resources.get('database-instance');
    const { identifier, enabledCloudwatchLogsExports } = instance?.inputs ?? {};
    const groups = ofType(resources, 'LogGroup');
    expect(groups.map(({ inputs }) => inputs['name'])).toEqual(
      (enabledCloudwatchLogsExports as readonly string[]).map(
        (log) => `/aws/rds/instance/${String(identifier)}/${log}`,
      ),
    );
    for (const { name, inputs } of groups) {
      expect(instance?.dependsOn).toContain(name);
      expect(inputs['retentionInDays']).toBe(90);
    }
  });

  it('gives out where it is and where its credentials are kept', async () => {
    const { result } = await made();
    expect(await new Promise((resolve) => result.outputs.apply(resolve))).toEqual({
      host: 'database.example.com',
      port: 5432,
      name: 'flotilla',
      addressRanges: ['10.0.224.0/22', '10.0.228.0/22', '10.0.232.0/22'],
      credentialsSecret: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:s',
    });
  });

  it('gets a subnet more with a zone more, and nothing else changes but the group of subnets', async () => {
    const { resources: before } = await made();
    const zones = ['us-west-2d', ...ARGS.region.zones];
    const { resources: after } = await made({ ...ARGS, region: { ...ARGS.region, zones } });
    const changed = [...before].filter(([name, each]) => JSON.stringify(after.get(name)) !== JSON.stringify(each));
    expect(changed.map(([name]) => name)).toEqual(['database-subnets']);
    const added = [...after.keys()].filter((name) => !before.has(name));
    expect(added).toEqual(['database-us-west-2d', 'database-us-west-2d-routes']);
  });

  it.each<readonly [string, AwsDatabaseArgs, string]>([
    ['an old version', withDatabase({ version: '13' }), 'controlPlane.database.version'],
    ['a minor version', withDatabase({ version: '18.1' }), 'controlPlane.database.version'],
    ["another service's class", withDatabase({ instanceClass: 'm7g.large' }), 'controlPlane.database.instanceClass'],
    ['too little storage', withDatabase({ storageGib: 19 }), 'controlPlane.database.storageGib'],
    ['no backups', withDatabase({ backupRetentionDays: 0 }), 'controlPlane.database.backupRetentionDays'],
    [
      'more backups than RDS keeps',
      withDatabase({ backupRetentionDays: 36 }),
      'controlPlane.database.backupRetentionDays',
    ],
    ['nobody who may come in', { ...ARGS, clientRanges: {} }, 'clientRanges'],
    ['everybody', { ...ARGS, clientRanges: { all: '0.0.0.0/0' } }, 'clientRanges.all'],
  ])('is refused before anything is made with %s', async (_what, args, path) => {
    const refused = await refusalOf(() => new AwsDatabase('database', args));
    expect(refused).toMatchObject({ paths: [path], registered: [] });
  });
});

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'value' in value;
}
