import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output, Resource } from '@pulumi/pulumi';
import { FederatedIdentityCredential } from '@pulumi/azure-native/managedidentity/federatedIdentityCredential.js';
import { pscNamespace } from '../../../contracts/names.ts';
import { SERVICE_ACCOUNTS } from '../../kubernetes/kafka/secrets.ts';
import type { AzureTenantStorageArgs } from './tenant-storage.ts';

/** What a tenant's storage has to know of a Kubernetes cluster that runs the tenant. */
export interface TenantCluster {
  /** URL of the issuer of its service accounts' tokens, letter for letter. */
  readonly issuer: Input<string>;
  /** Principal of the identity that makes volumes there. */
  readonly volumePrincipalId: Input<string>;
}

/** Lets the tenant's brokers take the tenant's identity, in each of the clusters; given out once they may. */
export function federateBrokers(
  name: string,
  args: {
    readonly storage: AzureTenantStorageArgs;
    readonly identityName: Input<string>;
    readonly options: CustomResourceOptions;
  },
): Output<readonly string[]> {
  const { storage, identityName, options } = args;
  const made: FederatedIdentityCredential[] = [];
  // One after the other: Azure refuses two changes of an identity's credentials at a time
  // (learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
  for (const [cluster, { issuer }] of Object.entries(storage.clusters)) {
    const before: readonly Resource[] = made.slice(-1);
    made.push(
      new FederatedIdentityCredential(
        `${name}-brokers-${cluster}`,
        {
          federatedIdentityCredentialResourceName: `brokers-${cluster}`,
          resourceName: identityName,
          resourceGroupName: storage.resourceGroupName,
          issuer,
          subject: `system:serviceaccount:${pscNamespace(storage.tenant.name)}:${SERVICE_ACCOUNTS.broker}`,
          audiences: ['api://AzureADTokenExchange'],
        },
        { ...options, dependsOn: [...before] },
      ),
    );
  }
  return output(made.map((credential) => credential.id));
}
