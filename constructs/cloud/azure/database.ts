import { ComponentResource, output, secret } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { ManagementLockByScope } from '@pulumi/azure-native/authorization/managementLockByScope.js';
import { Configuration } from '@pulumi/azure-native/dbforpostgresql/configuration.js';
import { Database } from '@pulumi/azure-native/dbforpostgresql/database.js';
import { Server } from '@pulumi/azure-native/dbforpostgresql/server.js';
import { Secret } from '@pulumi/azure-native/keyvault/secret.js';
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import { RandomPassword } from '@pulumi/random/randomPassword.js';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { ControlPlaneArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { makeDatabaseKeyUser } from './database-key-user.ts';
import { databaseProblems, databaseTier } from './database-problems.ts';
import { makePrivateZone } from './private-zone.ts';

export interface AzureDatabaseArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly database: ControlPlaneArgs['database'];
  readonly resourceGroupName: Input<string>;
  readonly networkId: Input<string>;
  /** Subnet delegated to `Microsoft.DBforPostgreSQL/flexibleServers`, which holds nothing else. */
  readonly subnetId: Input<string>;
  /** IPv4 block of that subnet. */
  readonly addressRange: string;
  /** Key that everything in the database is under. */
  readonly key: {
    /** Resource id, for roles. */
    readonly id: Input<string>;
    /** URL without a version, so that rotation is followed. */
    readonly url: Input<string>;
  };
  /** Vault that takes the administrator's password. */
  readonly vault: { readonly name: Input<string>; readonly resourceGroupName: Input<string> };
  /** Storage account that the database's logs go to. */
  readonly logStorageAccountId: Input<string>;
}

/**
 * PostgreSQL of the control plane on Azure (flexible server), with a standby in another zone, logical replication whose
 * slots outlive a failover, and an address in the network only.
 *
 * `wal_level` and the numbers of slots and senders are taken at a start of the server, and nothing in a stack can restart one: after
 * the first `up` somebody runs `az postgres flexible-server restart`. A disk that has grown by itself cannot shrink again:
 * after a `refresh` the config has to name its size.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureDatabase extends ComponentResource {
  readonly outputs: Output<DatabaseOutputs>;

  constructor(name: string, args: AzureDatabaseArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`database ${name}`, databaseProblems(args));
    super('flotilla:azure:Database', name, {}, options);

    const data: CustomResourceOptions = { parent: this, protect: true, retainOnDelete: true };
    const password = new RandomPassword(
      `${name}-password`,
      { length: PASSWORD_LENGTH, special: false, minLower: 1, minUpper: 1, minNumeric: 1 },
      data,
    );
    const server = this.makeServer(name, args, password.result);
    const place = { serverName: server.name, resourceGroupName: args.resourceGroupName };
    const settings = makeSettings(name, place, { parent: this });
    const database = new Database(
      `${name}-database`,
      { ...place, databaseName: DATABASE_NAME, charset: 'UTF8', collation: 'en_US.utf8' },
      { ...data, ...(settings === undefined ? {} : { dependsOn: settings }) },
    );
    const credentials = new Secret(
      `${name}-credentials`,
      {
        secretName: 'database-administrator',
        vaultName: args.vault.name,
        resourceGroupName: args.vault.resourceGroupName,
        properties: {
          contentType: 'application/json',
          value: secret(password.result).apply((text) => JSON.stringify({ username: ADMINISTRATOR, password: text })),
        },
        tags: azureRegionTags(args),
      },
      data,
    );
    this.makeCare(name, args, server);

    this.outputs = output({
      host: server.fullyQualifiedDomainName,
      name: database.name,
      credentialsSecret: credentials.properties.secretUri,
    }).apply((made) => ({ ...made, port: PORT, addressRanges: [args.addressRange] }));
    this.registerOutputs({ outputs: this.outputs });
  }

  private makeServer(name: string, args: AzureDatabaseArgs, password: Output<string>): Server {
    const { region, stack, database } = args;
    const tags = azureRegionTags(args);
    const keyUserId = makeDatabaseKeyUser(name, args, { parent: this });
    const zoneId = makePrivateZone(`${name}-names`, {
      // Its end is a must (learn.microsoft.com/azure/postgresql/network/concepts-networking-private).
      zone: `${stack}.private.postgres.database.azure.com`,
      vnetId: args.networkId,
      resourceGroupName: args.resourceGroupName,
      tags,
      options: { parent: this },
    });
    return new Server(
      `${name}-server`,
      {
        serverName: resourceName([region.account, stack, 'database'], { maxLength: MAX_SERVER_NAME }),
        resourceGroupName: args.resourceGroupName,
        location: region.name,
        version: database.version,
        sku: { name: database.instanceClass, tier: databaseTier(database.instanceClass) ?? 'GeneralPurpose' },
        storage: { storageSizeGB: database.storageGib, autoGrow: 'Enabled' },
        administratorLogin: ADMINISTRATOR,
        administratorLoginPassword: secret(password),
        authConfig: { passwordAuth: 'Enabled', activeDirectoryAuth: 'Disabled' },
        // In which zone either of them is, Azure decides: it changes with each failover.
        highAvailability: { mode: 'ZoneRedundant' },
        network: {
          delegatedSubnetResourceId: args.subnetId,
          privateDnsZoneArmResourceId: zoneId,
          publicNetworkAccess: 'Disabled',
        },
        identity: {
          type: 'UserAssigned',
          userAssignedIdentities: keyUserId.apply((id) => ({ [id]: {} })),
        },
        dataEncryption: {
          type: 'AzureKeyVault',
          primaryKeyURI: args.key.url,
          primaryUserAssignedIdentityId: keyUserId,
        },
        // Copies in another region would need a vault there.
        backup: { backupRetentionDays: database.backupRetentionDays, geoRedundantBackup: 'Disabled' },
        // Sunday at night, UTC.
        maintenanceWindow: { customWindow: 'Enabled', dayOfWeek: 0, startHour: 1, startMinute: 0 },
        tags,
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
  }

  private makeCare(name: string, args: AzureDatabaseArgs, server: Server): void {
    new DiagnosticSetting(
      `${name}-logs`,
      {
        name: 'database',
        resourceUri: server.id,
        storageAccountId: args.logStorageAccountId,
        logs: [{ category: 'PostgreSQLLogs', enabled: true }],
      },
      { parent: this },
    );
    new ManagementLockByScope(
      `${name}-lock`,
      {
        lockName: 'flotilla-database',
        scope: server.id,
        level: 'CanNotDelete',
        notes: 'All that the control plane knows; its backups go with it',
      },
      { parent: this },
    );
  }
}

/** One after the other, for a server is busy while it takes one; the last of them is given back. */
function makeSettings(
  name: string,
  place: { readonly serverName: Input<string>; readonly resourceGroupName: Input<string> },
  options: CustomResourceOptions,
): Configuration | undefined {
  let before: Configuration | undefined;
  for (const [configurationName, value] of Object.entries(SETTINGS)) {
    before = new Configuration(
      `${name}-${configurationName.replaceAll(/[._]/g, '-')}`,
      { ...place, configurationName, value, source: 'user-override' },
      before === undefined ? options : { ...options, dependsOn: before },
    );
  }
  return before;
}

/**
 * Debezium takes one slot and one sender; the rest is for the standby and for people. Slots are kept over a failover by the
 * two after them (learn.microsoft.com/azure/postgresql/high-availability/concepts-high-availability), and Azure advises
 * the workers (learn.microsoft.com/azure/postgresql/configure-maintain/concepts-logical).
 */
const SETTINGS: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_replication_slots: '10',
  max_wal_senders: '10',
  sync_replication_slots: 'on',
  hot_standby_feedback: 'on',
  max_worker_processes: '16',
  require_secure_transport: 'on',
  ssl_min_protocol_version: 'TLSv1.2',
  log_connections: 'on',
  log_disconnections: 'on',
  log_checkpoints: 'on',
};

const ADMINISTRATOR = 'flotilla';
const DATABASE_NAME = 'flotilla';
const PORT = 5432;
const PASSWORD_LENGTH = 40;
// learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const MAX_SERVER_NAME = 63;
