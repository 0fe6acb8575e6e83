import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { FederatedIdentityCredential } from '@pulumi/azure-native/managedidentity/federatedIdentityCredential.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { azureRegionTags } from '../azure-tags.ts';
import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';

export interface WorkloadIdentityArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly resourceGroupName: Input<string>;
  /** What the identity is for, as in `external-dns`; part of its name. */
  readonly use: string;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  /** Name of each cluster that runs it ▶ issuer of the cluster's tokens. */
  readonly issuers: Readonly<Record<string, Input<string>>>;
  readonly options: CustomResourceOptions;
}

export interface WorkloadIdentity {
  readonly clientId: Output<string>;
  readonly principalId: Output<string>;
  /** Of the credentials, for who hands the identity out. */
  readonly credentialIds: readonly Output<string>[];
}

/** An identity that one service account may take on, in each of the clusters named and nowhere else. */
export function makeWorkloadIdentity(name: string, args: WorkloadIdentityArgs): WorkloadIdentity {
  const { stack, region, resourceGroupName, use, serviceAccount, issuers, options } = args;
  const identity = new UserAssignedIdentity(
    `${name}-identity`,
    {
      resourceName: resourceName([stack, 'platform', use], { maxLength: MAX_IDENTITY_NAME }),
      resourceGroupName,
      location: region.name,
      tags: azureRegionTags(args),
    },
    options,
  );
  const credentials: FederatedIdentityCredential[] = [];
  for (const [cluster, issuer] of Object.entries(issuers)) {
    const before = credentials.at(-1);
    credentials.push(
      new FederatedIdentityCredential(
        `${name}-in-${cluster}`,
        {
          federatedIdentityCredentialResourceName: cluster,
          resourceName: identity.name,
          resourceGroupName,
          issuer,
          subject: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
          audiences: ['api://AzureADTokenExchange'],
        },
        // Azure refuses two writes of credentials of one identity at a time.
        before === undefined ? options : { ...options, dependsOn: before },
      ),
    );
  }
  return {
    clientId: identity.clientId,
    principalId: identity.principalId,
    credentialIds: credentials.map(({ id }) => id),
  };
}

/** The problem of more clusters than one identity can be taken on in. */
export function issuerProblems(path: string, issuers: Readonly<Record<string, unknown>>): readonly InputProblem[] {
  const clusters = Object.keys(issuers);
  return problemUnless(
    clusters.length >= 1 && clusters.length <= MAX_CREDENTIALS,
    path,
    `${clusters.length} clusters`,
    `Azure lets an identity be taken on from 1 to ${MAX_CREDENTIALS} clusters: put further ones into another stack`,
  );
}

const MAX_IDENTITY_NAME = 64;
// learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
const MAX_CREDENTIALS = 20;
