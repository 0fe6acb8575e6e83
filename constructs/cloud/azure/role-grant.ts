import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import type { RegionPlace } from '../region-args.ts';
import { nameGuid } from './name-guid.ts';

/** Built-in roles by the GUID that is the same in every tenant (learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const BUILT_IN_ROLES = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  clusterUser: '4abbcc35-e782-43d8-92c5-2d3f1bd2253f',
  clusterAdministrator: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
  dnsZoneContributor: 'befefa01-2a29-4197-83a8-272ff33ce314',
  keyVaultContributor: 'f25e0fa2-a7c8-4377-a976-54943a77a395',
  keyVaultCryptoServiceEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
  managedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830',
  networkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  roleBasedAccessControlAdministrator: 'f58310d9-a9f6-439a-9e8d-f62e7b41a168',
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
} as const;

export type BuiltInRole = keyof typeof BUILT_IN_ROLES;

export interface RoleGrant {
  readonly stack: string;
  readonly region: Pick<RegionPlace, 'account'>;
  /** A built-in role, or the id of a role of our own. */
  readonly role: BuiltInRole | { readonly id: Input<string> };
  /** Resource that the role is for; everything inside it too. */
  readonly scope: Input<string>;
  readonly principalId: Input<string>;
  /** The SDK takes everybody for a user who is not said to be something else. @default 'ServicePrincipal' */
  readonly principalType?: 'User' | 'Group' | 'ServicePrincipal';
  /** Who gets what for which reason, as an administrator reads it. */
  readonly description: string;
  /** Expression of Azure's conditions on role assignments, version 2.0. */
  readonly condition?: Input<string>;
}

/**
 * Gives somebody, mostly a managed identity, one role on one resource. The assignment's name follows from the stack and `name`, so that it
 * is found again after a lost state; a second one under that name is refused by Azure, so the old one goes first.
 */
export function grantRole(name: string, grant: RoleGrant, options: CustomResourceOptions): RoleAssignment {
  const { stack, region, role, scope, principalId, principalType = 'ServicePrincipal', description, condition } = grant;
  return new RoleAssignment(
    name,
    {
      roleAssignmentName: nameGuid([region.account, stack, name]),
      roleDefinitionId: typeof role === 'string' ? builtInRoleId(region, role) : role.id,
      scope,
      principalId,
      // Without it, an identity that has just been made is looked for in the directory and not found yet.
      principalType,
      description,
      ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
    },
    { ...options, deleteBeforeReplace: true },
  );
}

export function builtInRoleId({ account }: Pick<RegionPlace, 'account'>, role: BuiltInRole): string {
  return `/subscriptions/${account}/providers/Microsoft.Authorization/roleDefinitions/${BUILT_IN_ROLES[role]}`;
}
