import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { azureRegionTags } from '../azure-tags.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { grantRole } from './role-grant.ts';

export interface DatabaseKeyUserArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly resourceGroupName: Input<string>;
  readonly key: { readonly id: Input<string> };
}

/** Id of the identity that the database uses its key as, given out once it may. */
export function makeDatabaseKeyUser(
  name: string,
  args: DatabaseKeyUserArgs,
  options: CustomResourceOptions,
): Output<string> {
  const { stack, region, resourceGroupName, key } = args;
  // Without either of them the database cannot be read any more.
  const data = { ...options, protect: true, retainOnDelete: true };
  const identity = new UserAssignedIdentity(
    `${name}-key-user`,
    {
      resourceName: resourceName([stack, 'platform', 'database'], { maxLength: MAX_IDENTITY_NAME }),
      resourceGroupName,
      location: region.name,
      tags: azureRegionTags(args),
    },
    data,
  );
  const grant = grantRole(
    `${name}-uses-key`,
    {
      stack,
      region,
      role: 'keyVaultCryptoServiceEncryptionUser',
      scope: key.id,
      principalId: identity.principalId,
      description: `The database of ${stack} wraps its keys with the platform key`,
    },
    data,
  );
  return output({ id: identity.id, ready: grant.id }).apply(({ id }) => id);
}

const MAX_IDENTITY_NAME = 64;
