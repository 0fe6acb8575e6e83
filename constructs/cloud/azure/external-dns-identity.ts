import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { RoleDefinition } from '@pulumi/azure-native/authorization/roleDefinition.js';
import { NAMESPACES } from '../../../contracts/names.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { nameGuid } from './name-guid.ts';
import { regionProblems } from './region-problems.ts';
import { grantRole } from './role-grant.ts';
import { issuerProblems, makeWorkloadIdentity } from './workload-identity.ts';

export interface AzureExternalDnsIdentityArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Group of the zone, and of the identity. */
  readonly resourceGroup: { readonly name: Input<string>; readonly id: Input<string> };
  readonly dnsZoneId: Input<string>;
  /** Name of each cluster of the region ▶ issuer of the cluster's tokens. */
  readonly issuers: Readonly<Record<string, Input<string>>>;
}

/**
 * Whom external-dns acts as on Azure: it changes the records of the region's zone, and can tell which zones the zone's
 * group has, for it looks its own up among them.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureExternalDnsIdentity extends ComponentResource {
  readonly clientId: Output<string>;

  constructor(name: string, args: AzureExternalDnsIdentityArgs, options: ComponentResourceOptions = {}) {
    const { stack, region, resourceGroup, dnsZoneId, issuers } = args;
    refuseProblems(`identity ${name}`, [...regionProblems(args), ...issuerProblems('issuers', issuers)]);
    super('flotilla:azure:ExternalDnsIdentity', name, {}, options);

    const child = { parent: this };
    const identity = makeWorkloadIdentity(name, {
      stack,
      region,
      resourceGroupName: resourceGroup.name,
      use: 'external-dns',
      serviceAccount: { namespace: NAMESPACES.dns, name: 'external-dns' },
      issuers,
      options: child,
    });
    // The smallest role that Azure has built in for this could read everything in the group.
    const lister = new RoleDefinition(
      `${name}-lists-zones`,
      {
        roleDefinitionId: nameGuid([region.account, stack, name, 'lists-zones']),
        roleName: `flotilla ${stack} ${region.account} zone lister`,
        description: `Tells which DNS zones the group of ${stack} has`,
        scope: resourceGroup.id,
        assignableScopes: [resourceGroup.id],
        permissions: [{ actions: ['Microsoft.Network/dnsZones/read'] }],
      },
      child,
    );
    const common = { stack, region, principalId: identity.principalId };
    const grants = [
      grantRole(
        `${name}-finds-zone`,
        {
          ...common,
          role: { id: lister.id },
          scope: resourceGroup.id,
          description: `external-dns of ${stack} finds the region's zone`,
        },
        child,
      ),
      grantRole(
        `${name}-writes-zone`,
        {
          ...common,
          role: 'dnsZoneContributor',
          scope: dnsZoneId,
          description: `external-dns of ${stack} writes the records of the region's zone`,
        },
        child,
      ),
    ];

    // Whoever is given the identity may rely on what it is allowed.
    const ready = [...identity.credentialIds, ...grants.map(({ id }) => id)];
    this.clientId = output({ clientId: identity.clientId, ready }).apply(({ clientId }) => clientId);
    this.registerOutputs({ clientId: this.clientId });
  }
}
