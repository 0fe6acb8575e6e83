import type { Input } from '@pulumi/pulumi';
import { NAME_PART_LIMITS } from '../../../contracts/name-limits.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { KEY_ARN } from './arns.ts';
import { regionProblems } from './region-problems.ts';

/** The part of the arguments that is known before anything runs, and whether a volume driver is named. */
export interface JudgedStorageArgs extends TenantStorageArgs {
  readonly volumeDriverRoleArn?: Input<string>;
}

/** Everything that is wrong with the arguments of a tenant's storage on AWS. */
export function tenantStorageProblems(args: JudgedStorageArgs): readonly InputProblem[] {
  return [
    ...regionProblems(args),
    ...nameProblem('tenant.name', args.tenant.name, NAME_PART_LIMITS.psc),
    ...customerKeyProblems(args),
  ];
}

function customerKeyProblems({ region, tenant, volumeDriverRoleArn }: JudgedStorageArgs): readonly InputProblem[] {
  if (tenant.encryptionKey === undefined) return [];
  const id = tenant.encryptionKey.customerKeyId;
  const path = 'tenant.encryptionKey.customerKeyId';
  const key = KEY_ARN.exec(id);
  return [
    ...problemUnless(
      key !== null,
      path,
      id,
      'name the key itself, arn:aws:kms:<region>:<account>:key/<key id>: an alias can be pointed at another key',
    ),
    ...problemUnless(
      key === null || key.groups?.['region'] === region.name,
      path,
      id,
      `S3 and EBS take a key of their own region only; use one in ${region.name}`,
    ),
    ...problemUnless(
      volumeDriverRoleArn !== undefined,
      'volumeDriverRoleArn',
      undefined,
      "a customer's key encrypts the brokers' volumes too; name the role of the volume driver that needs the key",
    ),
  ];
}
