import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { FlowLog } from '@pulumi/azure-native/network/flowLog.js';
import type { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { grantRole } from './role-grant.ts';

/** Where a region's Network Watcher is; a subscription has one in each region. */
export interface NetworkWatcherPlace {
  readonly name: string;
  readonly resourceGroupName: string;
}

export interface FlowLogArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly resourceGroupName: Input<string>;
  readonly logStorageAccountId: Input<string>;
  readonly networkWatcher?: NetworkWatcherPlace;
  readonly vnet: VirtualNetwork;
  readonly tags: Record<string, string>;
  readonly options: CustomResourceOptions;
}

/**
 * Logs all flows of a network to the log account, in the name of an identity that may write there: no shared keys. Gives
 * the directory (Entra tenant) that the identity, and with it the subscription, is in.
 */
export function makeFlowLog(name: string, args: FlowLogArgs): Output<string> {
  const { stack, region, vnet, tags, options } = args;
  const watcher = args.networkWatcher ?? ownNetworkWatcher(region);
  const writer = new UserAssignedIdentity(
    `${name}-flow-log-writer`,
    {
      resourceName: resourceName([stack, 'flow-log'], { maxLength: MAX_IDENTITY_NAME }),
      resourceGroupName: args.resourceGroupName,
      location: region.name,
      tags,
    },
    options,
  );
  const mayWrite = grantRole(
    `${name}-flow-log-role`,
    {
      stack,
      region,
      // What Network Watcher asks for (learn.microsoft.com/azure/network-watcher/vnet-flow-logs-managed-identity).
      role: 'storageBlobDataContributor',
      scope: args.logStorageAccountId,
      principalId: writer.principalId,
      description: `Network Watcher writes the flow logs of ${stack}`,
    },
    options,
  );
  new FlowLog(
    `${name}-flow-log`,
    {
      flowLogName: resourceName([stack, 'network'], { maxLength: MAX_FLOW_LOG_NAME }),
      networkWatcherName: watcher.name,
      resourceGroupName: watcher.resourceGroupName,
      location: region.name,
      targetResourceId: vnet.id,
      storageId: args.logStorageAccountId,
      identity: { type: 'UserAssigned', userAssignedIdentities: [writer.id] },
      enabled: true,
      format: { type: 'JSON', version: 2 },
      // The log account's lifecycle alone says how long a log is kept.
      retentionPolicy: { enabled: false, days: 0 },
      tags,
    },
    // Azure makes the watcher with the network, where the subscription has none there yet.
    { ...options, dependsOn: [vnet, mayWrite] },
  );
  return writer.tenantId;
}

/** learn.microsoft.com/azure/network-watcher/network-watcher-create */
function ownNetworkWatcher({ name }: RegionPlace): NetworkWatcherPlace {
  return { name: `NetworkWatcher_${name}`, resourceGroupName: 'NetworkWatcherRG' };
}

const MAX_IDENTITY_NAME = 64;
const MAX_FLOW_LOG_NAME = 80;
