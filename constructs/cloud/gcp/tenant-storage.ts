import { ComponentResource, interpolate, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Account } from '@pulumi/gcp/serviceaccount/account.js';
import { IAMMember } from '@pulumi/gcp/serviceaccount/iammember.js';
import { BucketIAMMember } from '@pulumi/gcp/storage/bucketIAMMember.js';
import { pscNamespace } from '../../../contracts/names.ts';
import { SERVICE_ACCOUNTS } from '../../kubernetes/kafka/secrets.ts';
import { refuseProblems } from '../input-problems.ts';
import { resourceName } from '../resource-name.ts';
import type { TenantStorage, TenantStorageArgs } from '../tenant-storage.ts';
import { MAX_BUCKET_NAME } from './closed-bucket.ts';
import { makeTenantBucket } from './tenant-bucket.ts';
import { makeTenantKey } from './tenant-key.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';

export interface GcpTenantStorageArgs extends TenantStorageArgs {
  /** Ring of the region, which the tenant's own key is made in. */
  readonly keyRingId: Input<string>;
  /** The region's role of tenants: see `GcpTenantRole`. */
  readonly roleId: Input<string>;
  /** Bucket of the region that usage logs go to, under `tenants/<tenant>/`. */
  readonly logBucket: Input<string>;
  /** E-mail addresses of the project's agents that encrypt volumes and buckets. */
  readonly agents: { readonly compute: Input<string>; readonly storage: Input<string> };
  /** Workload identity pool of the Kubernetes cluster that runs the tenant, `<project>.svc.id.goog`. */
  readonly workloadPool: Input<string>;
}

/**
 * A tenant's key, bucket and service account on GCP.
 *
 * All clusters of a project share its workload identity pool, so that the namespace and service account of the brokers
 * are the tenant's in any of them (cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity_sameness):
 * names of tenants are unique over all stacks, and who may make namespaces in one cluster of a project is trusted in all.
 *
 * With a customer's key (BYOK), who runs Pulumi needs `cloudkms.cryptoKeys.getIamPolicy` and `.setIamPolicy` on that key.
 * To change or drop a customer's key is refused while `deletionProtection` is on: what the old key encrypted stays under
 * it, and would become unreadable with its grants.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpTenantStorage extends ComponentResource implements TenantStorage {
  readonly keyId: Output<string>;
  readonly bucket: Output<string>;
  readonly identity: Output<string>;

  constructor(name: string, args: GcpTenantStorageArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`tenant storage ${name}`, tenantStorageProblems(args));
    super('flotilla:gcp:TenantStorage', name, {}, options);

    const { stack, region, tenant } = args;
    const data: CustomResourceOptions = {
      parent: this,
      ...(tenant.deletionProtection ? { protect: true, retainOnDelete: true } : {}),
    };
    const account = new Account(
      `${name}-account`,
      {
        project: region.account,
        accountId: resourceName([stack, tenant.name], { maxLength: MAX_ACCOUNT_ID }),
        displayName: `Brokers of the tenant ${tenant.name}`,
        description: `Its bucket in ${stack}, nothing else`,
      },
      { parent: this },
    );
    this.keyId = makeTenantKey(name, { storage: args, keyRingId: args.keyRingId, agents: args.agents, options: data });
    const bucket = makeTenantBucket(name, {
      storage: args,
      // Names of buckets are the whole world's.
      bucketName: resourceName([region.account, stack, tenant.name], { maxLength: MAX_BUCKET_NAME }),
      keyId: this.keyId,
      logBucket: args.logBucket,
      options: data,
    });
    // Of the key it needs nothing: the storage agent encrypts for whoever may use the bucket.
    const allowed = new BucketIAMMember(
      `${name}-access`,
      { bucket: bucket.name, role: args.roleId, member: interpolate`serviceAccount:${account.email}` },
      { parent: this },
    );
    const brokers = new IAMMember(
      `${name}-brokers`,
      {
        serviceAccountId: account.name,
        role: 'roles/iam.workloadIdentityUser',
        member: interpolate`serviceAccount:${args.workloadPool}[${pscNamespace(tenant.name)}/${SERVICE_ACCOUNTS.broker}]`,
      },
      { parent: this },
    );

    this.bucket = bucket.name;
    // Whoever is given the identity may rely on what it is allowed.
    this.identity = output({ email: account.email, rights: [allowed.id, brokers.id] }).apply(({ email }) => email);
    this.registerOutputs({ keyId: this.keyId, bucket: this.bucket, identity: this.identity });
  }
}

/** cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
const MAX_ACCOUNT_ID = 30;
