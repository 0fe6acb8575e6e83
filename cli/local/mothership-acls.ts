import { type Acl, AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka';
import type { Grant, MothershipUser } from '../../local/platform/mothership-users.ts';

/** ACLs of one of the platform's users on the mothership: everything with what its prefixes name, and nothing else. */
export function mothershipAcls({ user, grants }: MothershipUser): Acl[] {
  return grants.map(({ resource, prefix }) => ({
    resourceType: RESOURCE_TYPES[resource],
    resourceName: prefix,
    resourcePatternType: ResourcePatternTypes.PREFIXED,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperations.ALL,
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

const RESOURCE_TYPES = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  'transactional-id': ResourceTypes.TRANSACTIONAL_ID,
} as const satisfies Record<Grant['resource'], Acl['resourceType']>;
