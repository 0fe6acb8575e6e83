import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { ManagementLockAtResourceGroupLevel } from '@pulumi/azure-native/authorization/managementLockAtResourceGroupLevel.js';
import { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { regionProblems } from './region-problems.ts';

/**
 * What a resource group of a region holds:
 * - `region`: network, clusters, identities, the zone, and the vault with its disk encryption set. No lock: under one,
 *   external-dns could delete no record, and no role on a key could be taken back with its tenant. The vault has its own
 *   protection against deletion.
 * - `data`: database and logs, locked as a whole.
 * - `tenants`: storage of tenants and volumes of their brokers; each account has its tenant's own lock, for not all tenants are
 *   kept for ever.
 */
export type ResourceGroupKind = 'region' | 'data' | 'tenants';

export interface AzureResourceGroupArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly kind: ResourceGroupKind;
}

/**
 * One resource group of a region on Azure; see {@link ResourceGroupKind} for what is locked and why.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureResourceGroup extends ComponentResource {
  readonly id: Output<string>;
  readonly name: Output<string>;

  constructor(name: string, args: AzureResourceGroupArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`resource group ${name}`, regionProblems(args));
    super('flotilla:azure:ResourceGroup', name, {}, options);

    const { region, kind } = args;
    const child = { parent: this, ...(kind === 'region' ? {} : { protect: true, retainOnDelete: true }) };
    const group = new ResourceGroup(
      `${name}-group`,
      { resourceGroupName: resourceGroupName(args), location: region.name, tags: azureRegionTags(args) },
      child,
    );
    if (kind === 'data') {
      // learn.microsoft.com/azure/azure-resource-manager/management/lock-resources: binds owners of the subscription too.
      new ManagementLockAtResourceGroupLevel(
        `${name}-lock`,
        {
          resourceGroupName: group.name,
          lockName: 'holds-data',
          level: 'CanNotDelete',
          notes: `Logs and database of ${args.stack}: whoever really wants them gone takes this lock off first.`,
        },
        child,
      );
    }

    this.id = group.id;
    this.name = group.name;
    this.registerOutputs({ id: this.id, name: this.name });
  }
}

/** Name of a group, known before anything runs: the bucket provisioner finds the tenants' by it. */
export function resourceGroupName({ stack, kind }: Pick<AzureResourceGroupArgs, 'stack' | 'kind'>): string {
  return resourceName([stack, kind], { maxLength: MAX_GROUP_NAME });
}

// learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const MAX_GROUP_NAME = 90;
