import { resourceName } from '../resource-name.ts';

/** Path and name of a role of IAM, as the account's list shows them. */
export interface RoleName {
  readonly path: string;
  readonly name: string;
}

/**
 * Path of the roles of the platform itself. Tenants' roles are under `/flotilla/`, which the bucket provisioner may
 * change: none of the platform's may be there.
 */
export function platformPath(stack: string): string {
  return `/flotilla-platform/${stack}/`;
}

/** Name of one of the platform's roles or policies. Written out, so that what is there is found again without a state. */
export function platformRole(stack: string, ...whose: readonly string[]): RoleName {
  // Names are their account's, whatever their path; in three parts or more they cannot be those of a tenant's role.
  return { path: platformPath(stack), name: resourceName([stack, 'platform', ...whose], { maxLength: MAX_ROLE_NAME }) };
}

/** docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLE_NAME = 64;
