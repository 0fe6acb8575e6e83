import { NAME_PART_LIMITS } from '../../../contracts/name-limits.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { CUSTOMER_KEY_URL } from './customer-key-url.ts';
import { regionProblems } from './region-problems.ts';

/** Everything that is wrong with the arguments of a tenant's storage on Azure. */
export function tenantStorageProblems(
  args: TenantStorageArgs & { readonly clusters: Readonly<Record<string, unknown>> },
): readonly InputProblem[] {
  const { tenant, clusters } = args;
  const customerKey = tenant.encryptionKey?.customerKeyId;
  return [
    ...regionProblems(args),
    ...nameProblem('tenant.name', tenant.name, NAME_PART_LIMITS.psc),
    ...problemUnless(
      customerKey === undefined || CUSTOMER_KEY_URL.test(customerKey),
      'tenant.encryptionKey.customerKeyId',
      customerKey,
      'name a version of the key, https://<vault>.vault.azure.net/keys/<key>/<version>: disks start from one and follow later ones by themselves',
    ),
    ...problemUnless(
      Object.hasOwn(clusters, tenant.cluster),
      'clusters',
      Object.keys(clusters).join(', '),
      `the brokers run in ${tenant.cluster}: without that cluster's issuer they could not take the identity`,
    ),
    ...problemUnless(
      Object.keys(clusters).length <= MAX_CLUSTERS,
      'clusters',
      `${Object.keys(clusters).length} clusters`,
      `Azure lets an identity trust ${MAX_CLUSTERS} at most`,
    ),
  ];
}

/** learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const MAX_CLUSTERS = 20;
