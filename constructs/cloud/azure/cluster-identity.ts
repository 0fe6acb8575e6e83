import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { RoleDefinition } from '@pulumi/azure-native/authorization/roleDefinition.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { nameGuid } from './name-guid.ts';
import { regionProblems } from './region-problems.ts';
import { grantRole } from './role-grant.ts';

export interface AzureClusterIdentityArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly resourceGroupName: Input<string>;
  /** What a subnet is for, as in `nodes-westeurope-1` ▶ a subnet that clusters put nodes, load balancers or API servers into. */
  readonly subnetIds: Readonly<Record<string, Input<string>>>;
  /** Disk encryption set that volumes and the nodes' own disks are under. */
  readonly diskEncryptionSetId: Input<string>;
  /** Resource group that volumes are made in. */
  readonly volumeGroupId: Input<string>;
}

/**
 * Whom the control planes of a region's clusters act as in Azure: it joins nodes, API servers and the gateway's load
 * balancer to the subnets that are theirs, makes volumes in the group of the tenants, and reads which key new ones are
 * under. One for all clusters, for they share the subnets, and no pod can take it on.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureClusterIdentity extends ComponentResource {
  /** Resource id of the identity, given out once it is allowed what it has to do. */
  readonly identityId: Output<string>;
  readonly clientId: Output<string>;
  readonly principalId: Output<string>;
  /** Directory (Entra tenant) of the subscription. */
  readonly directoryId: Output<string>;

  constructor(name: string, args: AzureClusterIdentityArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`identity ${name}`, regionProblems(args));
    super('flotilla:azure:ClusterIdentity', name, {}, options);

    const { stack, region, subnetIds, volumeGroupId } = args;
    const child = { parent: this };
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      {
        resourceName: resourceName([stack, 'platform', 'clusters'], { maxLength: MAX_IDENTITY_NAME }),
        resourceGroupName: args.resourceGroupName,
        location: region.name,
        tags: azureRegionTags(args),
      },
      child,
    );
    const common = { stack, region, principalId: identity.principalId };
    const volumeRole = new RoleDefinition(
      `${name}-volumes-role`,
      {
        roleDefinitionId: nameGuid([region.account, stack, name, 'volumes']),
        roleName: `flotilla ${stack} ${region.account} volumes`,
        description: `Volume drivers of ${stack} keep disks`,
        scope: volumeGroupId,
        assignableScopes: [volumeGroupId],
        permissions: [{ actions: [...VOLUME_ACTIONS] }],
      },
      child,
    );
    const grants = [
      ...Object.entries(subnetIds).map(([use, scope]) =>
        grantRole(
          `${name}-joins-${use}`,
          { ...common, role: 'networkContributor', scope, description: `Clusters of ${stack} use the subnet ${use}` },
          child,
        ),
      ),
      grantRole(
        `${name}-keeps-volumes`,
        {
          ...common,
          role: { id: volumeRole.id },
          scope: volumeGroupId,
          description: `Clusters of ${stack} keep their volumes among what is the tenants'`,
        },
        child,
      ),
      grantRole(
        `${name}-reads-platform-key`,
        {
          ...common,
          role: 'reader',
          scope: args.diskEncryptionSetId,
          description: `Clusters of ${stack} put volumes under the platform's key`,
        },
        child,
      ),
    ];

    this.identityId = output({ id: identity.id, ready: grants.map((grant) => grant.id) }).apply(({ id }) => id);
    this.clientId = identity.clientId;
    this.principalId = identity.principalId;
    this.directoryId = identity.tenantId;
    this.registerOutputs({
      identityId: this.identityId,
      clientId: this.clientId,
      principalId: this.principalId,
      directoryId: this.directoryId,
    });
  }
}

/**
 * What the volume driver does with disks in a group that is not its cluster's; to attach one takes the right to write it
 * (learn.microsoft.com/azure/role-based-access-control/resource-provider-operations).
 */
const VOLUME_ACTIONS = [
  'Microsoft.Compute/disks/read',
  'Microsoft.Compute/disks/write',
  'Microsoft.Compute/disks/delete',
  'Microsoft.Resources/subscriptions/resourceGroups/read',
] as const;
const MAX_IDENTITY_NAME = 64;
