import { interpolate } from '@pulumi/pulumi';
import type { Input, Output } from '@pulumi/pulumi';
import { BUILT_IN_ROLES } from './role-grant.ts';
import type { BuiltInRole } from './role-grant.ts';

/**
 * Condition under which somebody who may assign roles assigns and takes back these alone, to managed identities, and never
 * to itself (learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples).
 */
export function onlyRoles(roles: readonly BuiltInRole[], ownPrincipalId: Input<string>): Output<string> {
  const guids = roles.map((role) => BUILT_IN_ROLES[role]).join(', ');
  const allowed = (action: 'write' | 'delete', attributes: '@Request' | '@Resource'): Output<string> => {
    const attribute = (name: string): string => `${attributes}[Microsoft.Authorization/roleAssignments:${name}]`;
    return interpolate`((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (${attribute('RoleDefinitionId')} ForAnyOfAnyValues:GuidEquals {${guids}} AND ${attribute('PrincipalType')} ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'} AND ${attribute('PrincipalId')} ForAnyOfAllValues:GuidNotEquals {${ownPrincipalId}}))`;
  };
  return interpolate`${allowed('write', '@Request')} AND ${allowed('delete', '@Resource')}`;
}
