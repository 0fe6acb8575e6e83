import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { RoleDefinition } from '@pulumi/azure-native/authorization/roleDefinition.js';
import { NAMESPACES } from '../../../contracts/names.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { onlyRoles } from './constrained-roles.ts';
import { nameGuid } from './name-guid.ts';
import { PROVISIONER_ACTIONS } from './provisioner-actions.ts';
import type { ProvisionerPlace } from './provisioner-actions.ts';
import { regionProblems } from './region-problems.ts';
import { grantRole } from './role-grant.ts';
import type { BuiltInRole } from './role-grant.ts';
import { issuerProblems, makeWorkloadIdentity } from './workload-identity.ts';

export interface AzureProvisionerIdentityArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Group of the identity. */
  readonly resourceGroupName: Input<string>;
  /** Name of the cluster that runs the control plane ▶ issuer of the cluster's tokens. */
  readonly issuers: Readonly<Record<string, Input<string>>>;
  /** Where a tenant's storage is made, and what it stands on: resource ids. */
  readonly places: Readonly<Record<ProvisionerPlace, Input<string>>>;
  /** Groups that these places are in, for Azure keeps the definition of a role in a group or higher. */
  readonly resourceGroupIds: {
    readonly region: Input<string>;
    readonly data: Input<string>;
    readonly tenants: Input<string>;
  };
}

/**
 * Whom the bucket provisioner acts as on Azure: in the group of the tenants it makes what a tenant's storage is made of,
 * in the region's vault a tenant's key, and of everything else it may only use what a tenant's storage joins. It assigns
 * no other roles than a tenant's storage needs, and none to itself: it cannot read what it has made.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureProvisionerIdentity extends ComponentResource {
  readonly clientId: Output<string>;

  constructor(name: string, args: AzureProvisionerIdentityArgs, options: ComponentResourceOptions = {}) {
    const { stack, region, issuers, places } = args;
    refuseProblems(`identity ${name}`, [...regionProblems(args), ...issuerProblems('issuers', issuers)]);
    super('flotilla:azure:ProvisionerIdentity', name, {}, options);

    const child = { parent: this };
    const identity = makeWorkloadIdentity(name, {
      stack,
      region,
      resourceGroupName: args.resourceGroupName,
      use: 'bucket-provisioner',
      serviceAccount: { namespace: NAMESPACES.controlPlane, name: 'bucket-provisioner' },
      issuers,
      options: child,
    });
    const grants = PLACES.map((place) => {
      const group = args.resourceGroupIds[GROUPS[place]];
      const role = new RoleDefinition(
        `${name}-${place}-role`,
        {
          roleDefinitionId: nameGuid([region.account, stack, name, place]),
          roleName: `flotilla ${stack} ${region.account} provisioner ${place}`,
          description: `Bucket provisioner of ${stack}: ${place}`,
          scope: group,
          assignableScopes: [group],
          permissions: [{ actions: [...PROVISIONER_ACTIONS[place]] }],
        },
        child,
      );
      const assignable = ASSIGNABLE_ROLES[place];
      return grantRole(
        `${name}-${place}-grant`,
        {
          stack,
          region,
          role: { id: role.id },
          scope: places[place],
          principalId: identity.principalId,
          description: `Bucket provisioner of ${stack}: ${place}`,
          ...(assignable === undefined ? {} : { condition: onlyRoles(assignable, identity.principalId) }),
        },
        child,
      );
    });

    // Whoever is given the identity may rely on what it is allowed.
    const ready = [...identity.credentialIds, ...grants.map(({ id }) => id)];
    this.clientId = output({ clientId: identity.clientId, ready }).apply(({ clientId }) => clientId);
    this.registerOutputs({ clientId: this.clientId });
  }
}

const GROUPS: Readonly<Record<ProvisionerPlace, 'region' | 'data' | 'tenants'>> = {
  tenants: 'tenants',
  vault: 'region',
  privateEndpoints: 'region',
  blobNames: 'region',
  logStorage: 'data',
};

const PLACES: readonly ProvisionerPlace[] = ['tenants', 'vault', 'privateEndpoints', 'blobNames', 'logStorage'];

/** Roles that a tenant's storage gives to the tenant's identity and to the volume driver of its cluster. */
const ASSIGNABLE_ROLES: Partial<Readonly<Record<ProvisionerPlace, readonly BuiltInRole[]>>> = {
  tenants: ['storageBlobDataContributor', 'reader'],
  vault: ['keyVaultCryptoServiceEncryptionUser'],
};
