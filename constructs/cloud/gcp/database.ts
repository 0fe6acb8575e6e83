import { ComponentResource, jsonStringify, output, secret } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Secret } from '@pulumi/gcp/secretmanager/secret.js';
import { SecretVersion } from '@pulumi/gcp/secretmanager/secretVersion.js';
import { Database } from '@pulumi/gcp/sql/database.js';
import { DatabaseInstance } from '@pulumi/gcp/sql/databaseInstance.js';
import type { DatabaseInstanceArgs } from '@pulumi/gcp/sql/databaseInstance.js';
import { User } from '@pulumi/gcp/sql/user.js';
import { RandomPassword } from '@pulumi/random/randomPassword.js';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { refuseProblems } from '../input-problems.ts';
import type { ControlPlaneArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { databaseProblems, isEnterprisePlus } from './database-problems.ts';
import { regionLabels } from './region-labels.ts';

export interface GcpDatabaseArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly database: ControlPlaneArgs['database'];
  readonly network: {
    /** Network that the database answers in; its peering with Google's services is there already. */
    readonly networkId: Input<string>;
    /** Name of the range that the peering takes addresses from. */
    readonly allocatedRange: Input<string>;
    /** That range, as a CIDR block. */
    readonly addressRange: string;
  };
  /** Encrypts the database and its administrator's password; the agents of Cloud SQL and Secret Manager may use it. */
  readonly platformKeyId: Input<string>;
}

/**
 * The control plane's PostgreSQL on Cloud SQL: in two zones, with private addresses only, TLS, logical replication, and
 * backups. A point in time can be gone back to within 7 days (35 with a machine of Enterprise Plus), a backup of each day
 * for as long as the arguments say.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpDatabase extends ComponentResource {
  /** Given out once the database and its administrator are there. */
  readonly outputs: Output<DatabaseOutputs>;

  constructor(name: string, args: GcpDatabaseArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`database ${name}`, databaseProblems(args));
    super('flotilla:gcp:Database', name, {}, options);

    const data: CustomResourceOptions = { parent: this, protect: true, retainOnDelete: true };
    const instance = new DatabaseInstance(`${name}-instance`, instanceArgs(args), {
      ...data,
      // It grows by itself; to take the growth back would be another database.
      ignoreChanges: ['settings.diskSize'],
    });
    const { project } = instance;
    const database = new Database(`${name}-database`, { project, instance: instance.name, name: DATABASE }, data);
    const password = new RandomPassword(
      `${name}-password`,
      // No special characters: people paste it into connection strings.
      { length: PASSWORD_LENGTH, special: false },
      data,
    );
    const administrator = new User(
      `${name}-administrator`,
      { project, instance: instance.name, name: ADMINISTRATOR, password: password.result },
      data,
    );
    const credentials = keepCredentials(name, args, password.result, data);

    this.outputs = output({
      host: instance.privateIpAddress,
      database: database.name,
      credentials,
      administrator: administrator.id,
    }).apply((made) => ({
      host: made.host,
      port: PORT,
      name: made.database,
      addressRanges: [args.network.addressRange],
      credentialsSecret: made.credentials,
    }));
    this.registerOutputs({ outputs: this.outputs });
  }
}

/** Keeps the administrator's name and password; returns the secret's resource name once it has them. */
function keepCredentials(
  name: string,
  { stack, region, platformKeyId }: GcpDatabaseArgs,
  password: Input<string>,
  options: CustomResourceOptions,
): Output<string> {
  const kept = new Secret(
    `${name}-credentials`,
    {
      project: region.account,
      secretId: resourceName([stack, 'database', 'administrator'], { maxLength: MAX_SECRET_ID }),
      // In the region alone, under its key.
      replication: {
        userManaged: {
          replicas: [{ location: region.name, customerManagedEncryption: { kmsKeyName: platformKeyId } }],
        },
      },
      labels: regionLabels({ stack, region }),
      deletionProtection: true,
    },
    options,
  );
  const version = new SecretVersion(
    `${name}-credentials-version`,
    { secret: kept.id, secretData: secret(jsonStringify({ username: ADMINISTRATOR, password })) },
    options,
  );
  return output({ id: kept.secretId, version: version.id }).apply(
    ({ id }) => `projects/${region.account}/secrets/${id}`,
  );
}

function instanceArgs({ stack, region, database, network, platformKeyId }: GcpDatabaseArgs): DatabaseInstanceArgs {
  const isPlus = isEnterprisePlus(database.instanceClass);
  return {
    project: region.account,
    region: region.name,
    // Written out, so that what is there is found again; the name of a deleted one is free a week later
    // (docs.cloud.google.com/sql/docs/postgres/delete-instance).
    name: resourceName([stack, 'database'], { maxLength: MAX_INSTANCE_NAME }),
    databaseVersion: `POSTGRES_${database.version}`,
    encryptionKeyName: platformKeyId,
    // Pulumi's refusal; the cloud's own is among the settings.
    deletionProtection: true,
    settings: {
      deletionProtectionEnabled: true,
      tier: database.instanceClass,
      // Left out, PostgreSQL 16 and later would be Enterprise Plus, which refuses custom machines.
      edition: isPlus ? 'ENTERPRISE_PLUS' : 'ENTERPRISE',
      // A second machine in another zone, with every write on both disks.
      availabilityType: 'REGIONAL',
      diskType: 'PD_SSD',
      diskSize: database.storageGib,
      // A replication slot that nobody reads keeps the log: a full disk would stop the control plane first.
      diskAutoresize: true,
      backupConfiguration: {
        enabled: true,
        location: region.name,
        startTime: '03:00',
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: Math.min(
          database.backupRetentionDays,
          isPlus ? LOG_RETENTION_DAYS.enterprisePlus : LOG_RETENTION_DAYS.enterprise,
        ),
        // One is made each day.
        backupRetentionSettings: { retentionUnit: 'COUNT', retainedBackups: database.backupRetentionDays },
      },
      retainBackupsOnDelete: true,
      ipConfiguration: {
        ipv4Enabled: false,
        privateNetwork: network.networkId,
        allocatedIpRange: network.allocatedRange,
        sslMode: 'ENCRYPTED_ONLY',
      },
      databaseFlags: DATABASE_FLAGS.map((flag) => ({ ...flag })),
      // Sunday, when the clusters' own maintenance is not.
      maintenanceWindow: { day: 7, hour: 4, updateTrack: 'stable' },
      userLabels: regionLabels({ stack, region }),
    },
  };
}

/**
 * What Debezium needs: write-ahead log with the rows in it, slots for its connector and for one that takes its place, and
 * as many senders, besides those of Cloud SQL itself (docs.cloud.google.com/sql/docs/postgres/replication/configure-logical-replication).
 */
const DATABASE_FLAGS = [
  { name: 'cloudsql.logical_decoding', value: 'on' },
  { name: 'max_replication_slots', value: '10' },
  { name: 'max_wal_senders', value: '20' },
] as const;

/** docs.cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
const LOG_RETENTION_DAYS = { enterprise: 7, enterprisePlus: 35 } as const;
const ADMINISTRATOR = 'flotilla';
const DATABASE = 'flotilla';
const PORT = 5432;
const PASSWORD_LENGTH = 40;
/** Project and instance have 98 characters together (docs.cloud.google.com/sql/docs/postgres/instance-settings), a project at most 30. */
const MAX_INSTANCE_NAME = 60;
const MAX_SECRET_ID = 255;
