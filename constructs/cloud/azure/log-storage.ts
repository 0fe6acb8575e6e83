import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { BlobServiceProperties } from '@pulumi/azure-native/storage/blobServiceProperties.js';
import { ManagementPolicy } from '@pulumi/azure-native/storage/managementPolicy.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { azureRegionTags } from '../azure-tags.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { CLOSED_ACCOUNT } from './closed-account.ts';
import { globalName } from './global-name.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import { regionProblems } from './region-problems.ts';

export interface AzureLogStorageArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Group of kind `data`. */
  readonly resourceGroupName: Input<string>;
  /** Days after which a log is deleted, from 90. Default: 400, so that a year can be held against the one before. */
  readonly retentionDays?: number;
}

/**
 * The storage account of a region that services of Azure write logs to: who read a tenant's blobs, who used a key, what
 * flowed through the network. Each service makes its own container. It has Microsoft's key, twice, so that the log of who
 * used a key never needs that key; and logs no access of its own, for Azure refuses an account that logs to itself
 * (learn.microsoft.com/azure/storage/blobs/monitor-blob-storage).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureLogStorage extends ComponentResource {
  /** Resource id of the account, given out once all that guards it is in place. */
  readonly storageAccountId: Output<string>;
  readonly storageAccountName: Output<string>;

  constructor(name: string, args: AzureLogStorageArgs, options: ComponentResourceOptions = {}) {
    const { stack, region, resourceGroupName, retentionDays = DEFAULT_RETENTION_DAYS } = args;
    refuseProblems(`log storage ${name}`, [
      ...regionProblems(args),
      ...problemUnless(
        Number.isInteger(retentionDays) && retentionDays >= MIN_RETENTION_DAYS,
        'retentionDays',
        String(retentionDays),
        `logs are kept for a whole number of days, ${MIN_RETENTION_DAYS} or more`,
      ),
    ]);
    super('flotilla:azure:LogStorage', name, {}, options);

    const data = { parent: this, protect: true, retainOnDelete: true };
    const account = new StorageAccount(
      `${name}-account`,
      {
        // In two parts, for a tenant may be named logs.
        accountName: globalName([region.account, stack, 'region', 'logs']),
        resourceGroupName,
        location: region.name,
        ...CLOSED_ACCOUNT,
        // Azure's own services come by its public address; the rules let them and nobody else.
        publicNetworkAccess: 'Enabled',
        networkRuleSet: { defaultAction: 'Deny', bypass: 'AzureServices, Logging, Metrics', ipRules: [] },
        encryption: { keySource: 'Microsoft.Storage', requireInfrastructureEncryption: true },
        tags: azureRegionTags(args),
      },
      data,
    );
    const place = { accountName: account.name, resourceGroupName };
    const guards = [
      new BlobServiceProperties(
        `${name}-blobs`,
        {
          ...place,
          blobServicesName: 'default',
          // Without versions: flow logs are written anew each minute, and each time would leave one.
          isVersioningEnabled: false,
          deleteRetentionPolicy: { enabled: true, days: SOFT_DELETE_DAYS },
          containerDeleteRetentionPolicy: { enabled: true, days: SOFT_DELETE_DAYS },
        },
        data,
      ),
      new ManagementPolicy(
        `${name}-lifecycle`,
        { ...place, managementPolicyName: 'default', policy: { rules: lifecycleRules(retentionDays) } },
        data,
      ),
    ];

    this.storageAccountName = account.name;
    this.storageAccountId = output({ id: account.id, guards: guards.map((guard) => guard.id) }).apply(({ id }) => id);
    this.registerOutputs({ storageAccountId: this.storageAccountId, storageAccountName: this.storageAccountName });
  }
}

function lifecycleRules(retentionDays: number): LifecycleRules {
  return [
    {
      name: 'old-logs',
      type: 'Lifecycle',
      enabled: true,
      definition: {
        actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: retentionDays } } },
        filters: { blobTypes: ['blockBlob', 'appendBlob'] },
      },
    },
  ];
}

const DEFAULT_RETENTION_DAYS = 400;
const MIN_RETENTION_DAYS = 90;
const SOFT_DELETE_DAYS = 7;
