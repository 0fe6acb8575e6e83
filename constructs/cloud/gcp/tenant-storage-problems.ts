import { NAME_PART_LIMITS } from '../../../contracts/name-limits.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { regionProblems } from './region-problems.ts';

/** Everything that is wrong with the arguments of a tenant's storage on GCP. */
export function tenantStorageProblems(args: TenantStorageArgs): readonly InputProblem[] {
  return [
    ...regionProblems(args),
    ...nameProblem('tenant.name', args.tenant.name, NAME_PART_LIMITS.psc),
    ...customerKeyProblems(args),
  ];
}

function customerKeyProblems({ region, tenant }: TenantStorageArgs): readonly InputProblem[] {
  if (tenant.encryptionKey === undefined) return [];
  const id = tenant.encryptionKey.customerKeyId;
  const path = 'tenant.encryptionKey.customerKeyId';
  const key = KEY_NAME.exec(id);
  return [
    ...problemUnless(
      key !== null,
      path,
      id,
      'name the key itself, projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>: with a version it would never rotate',
    ),
    ...problemUnless(
      key === null || key.groups?.['location'] === region.name,
      path,
      id,
      `volumes and buckets take a key of their own location only; use one in ${region.name}`,
    ),
  ];
}

const KEY_NAME = /^projects\/[^/\s]+\/locations\/(?<location>[^/\s]+)\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/;
