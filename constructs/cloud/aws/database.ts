import { ComponentResource, jsonStringify, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output, Resource } from '@pulumi/pulumi';
import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup.js';
import { Instance } from '@pulumi/aws/rds/instance.js';
import { Secret } from '@pulumi/aws/secretsmanager/secret.js';
import { SecretVersion } from '@pulumi/aws/secretsmanager/secretVersion.js';
import { RandomPassword } from '@pulumi/random/randomPassword.js';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { databaseSubnet } from '../address-plan.ts';
import { refuseProblems } from '../input-problems.ts';
import { regionTags } from '../region-tags.ts';
import { resourceName } from '../resource-name.ts';
import { makeDatabaseNetwork } from './database-network.ts';
import { makeDatabaseParameters } from './database-parameters.ts';
import { databaseProblems } from './database-problems.ts';
import type { JudgedDatabaseArgs } from './database-problems.ts';

export interface AwsDatabaseArgs extends JudgedDatabaseArgs {
  readonly vpcId: Input<string>;
  /** ARN of the platform key: data, backups, logs, insights and credentials are encrypted with it. */
  readonly platformKeyArn: Input<string>;
}

/**
 * PostgreSQL of the control plane on AWS, with a standby in another zone that has every commit, and with it every
 * replication slot. Private addresses and TLS only; any moment of the backups' days can be restored. A minor version comes
 * by itself in the window; a major one when the arguments name it.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsDatabase extends ComponentResource {
  readonly outputs: Output<DatabaseOutputs & { readonly credentialsSecret: string }>;

  constructor(name: string, args: AwsDatabaseArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`database ${name}`, databaseProblems(args));
    super('flotilla:aws:Database', name, {}, options);

    const data = { parent: this, protect: true, retainOnDelete: true };
    const password = new RandomPassword(
      `${name}-password`,
      // RDS takes no /, ", @ or space; letters and digits need no quoting in anybody's connection string either.
      { length: PASSWORD_LENGTH, special: false },
      data,
    );
    const credentials = keepCredentials(name, args, { password: password.result, options: data });
    const instance = this.makeInstance(name, args, { password: password.result, data });

    this.outputs = output({ host: instance.address, credentialsSecret: credentials }).apply((made) => ({
      ...made,
      port: PORT,
      name: DATABASE_NAME,
      addressRanges: args.region.zones.map((zone) => databaseSubnet(args.region.addressRange, zone)),
    }));
    this.registerOutputs({ outputs: this.outputs });
  }

  private makeInstance(
    name: string,
    args: AwsDatabaseArgs,
    { password, data }: { readonly password: Output<string>; readonly data: CustomResourceOptions },
  ): Instance {
    const { stack, database, platformKeyArn } = args;
    const child = { parent: this };
    // Not by Pulumi: the log groups must be there before, and are called after it.
    const identifier = resourceName([stack, 'database'], { maxLength: MAX_IDENTIFIER });
    const network = makeDatabaseNetwork(name, { ...args, port: PORT, options: child });
    const parameters = makeDatabaseParameters(name, { ...args, options: child });
    const logs = LOGS.map((log) => makeLogGroup(name, args, { identifier, log, options: child }));
    return new Instance(
      `${name}-instance`,
      {
        identifier,
        engine: 'postgres',
        engineVersion: database.version,
        instanceClass: database.instanceClass,
        dbName: DATABASE_NAME,
        username: ADMINISTRATOR,
        password,
        port: PORT,
        parameterGroupName: parameters.name,
        caCertIdentifier: CERTIFICATE_AUTHORITY,
        ...storage(database.storageGib),
        storageEncrypted: true,
        kmsKeyId: platformKeyArn,
        multiAz: true,
        dbSubnetGroupName: network.subnetGroupName,
        vpcSecurityGroupIds: [network.securityGroupId],
        publiclyAccessible: false,
        backupRetentionPeriod: database.backupRetentionDays,
        deleteAutomatedBackups: false,
        copyTagsToSnapshot: true,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `${identifier}-final`,
        deletionProtection: true,
        ...WINDOWS,
        autoMinorVersionUpgrade: true,
        allowMajorVersionUpgrade: true,
        applyImmediately: false,
        databaseInsightsMode: 'standard',
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: platformKeyArn,
        performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
        enabledCloudwatchLogsExports: [...LOGS],
        tags: regionTags(args, `${stack}-database`),
      },
      { ...data, dependsOn: logs },
    );
  }
}

function keepCredentials(
  name: string,
  args: AwsDatabaseArgs,
  { password, options }: { readonly password: Output<string>; readonly options: CustomResourceOptions },
): Output<string> {
  const { stack, platformKeyArn } = args;
  const secret = new Secret(
    `${name}-credentials`,
    {
      name: resourceName([stack, 'database'], { maxLength: MAX_SECRET_NAME }),
      description: "Name and password of the control plane's database administrator, as JSON",
      kmsKeyId: platformKeyArn,
      recoveryWindowInDays: RECOVERY_DAYS,
      tags: regionTags(args, `${stack}-database`),
    },
    options,
  );
  const version = new SecretVersion(
    `${name}-credentials-version`,
    { secretId: secret.id, secretString: jsonStringify({ username: ADMINISTRATOR, password }) },
    options,
  );
  // Whoever is told of the secret may rely on there being something in it.
  return output({ arn: secret.arn, version: version.id }).apply(({ arn }) => arn);
}

/** RDS would make the group by itself: kept for ever, under no key of ours. */
function makeLogGroup(
  name: string,
  args: AwsDatabaseArgs,
  {
    identifier,
    log,
    options,
  }: { readonly identifier: string; readonly log: string; readonly options: CustomResourceOptions },
): Resource {
  return new LogGroup(
    `${name}-log-${log}`,
    {
      name: `/aws/rds/instance/${identifier}/${log}`,
      retentionInDays: LOG_DAYS,
      kmsKeyId: args.platformKeyArn,
      tags: regionTags(args, `${args.stack}-database-${log}`),
    },
    options,
  );
}

/** Grows by itself to four times the size: a slot that nobody reads must stop no commit while somebody is woken. */
function storage(storageGib: number) {
  return {
    storageType: 'gp3',
    allocatedStorage: storageGib,
    maxAllocatedStorage: 4 * storageGib,
  } as const;
}

/** RDS picks hours of its own where nobody names them, and they must not overlap (UTC). */
const WINDOWS = { backupWindow: '02:00-03:00', maintenanceWindow: 'sun:03:30-sun:04:30' } as const;
const PORT = 5432;
const DATABASE_NAME = 'flotilla';
const ADMINISTRATOR = 'flotilla';
const PASSWORD_LENGTH = 40;
const LOGS = ['postgresql', 'upgrade'] as const;
const LOG_DAYS = 90;
/** What costs nothing (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.cost.html). */
const INSIGHTS_DAYS = 7;
const RECOVERY_DAYS = 30;
/** Valid until 2061 (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html). */
const CERTIFICATE_AUTHORITY = 'rds-ca-rsa2048-g1';
const MAX_IDENTIFIER = 63;
const MAX_SECRET_NAME = 128;
