import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Role } from '@pulumi/aws/iam/role.js';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy.js';
import { refuseProblems } from '../input-problems.ts';
import { resourceName } from '../resource-name.ts';
import type { TenantStorage, TenantStorageArgs } from '../tenant-storage.ts';
import { tenantTags } from '../tenant-tags.ts';
import { bucketArn, roleArn } from './arns.ts';
import { makeTenantBucket } from './tenant-bucket.ts';
import { makeTenantKey } from './tenant-key.ts';
import { tenantRolePolicy, tenantTrustPolicy } from './tenant-policies.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';

export interface AwsTenantStorageArgs extends TenantStorageArgs {
  /** Bucket of the region that access logs go to, under `tenants/<tenant>/`. */
  readonly logBucket: Input<string>;
  /** OpenID Connect provider of the Kubernetes cluster that runs the tenant. */
  readonly oidcProvider: {
    readonly arn: Input<string>;
    /** Host and path of the issuer, with or without `https://`. */
    readonly issuer: Input<string>;
  };
  /**
   * Role of that cluster's volume driver. Only for a customer's own key, which encrypts the brokers' volumes too: the
   * driver is granted what it needs of it.
   */
  readonly volumeDriverRoleArn?: Input<string>;
  /** ARN of the policy that the tenant's role can never go beyond; who makes roles at run time may make no others. */
  readonly permissionsBoundary?: Input<string>;
}

/**
 * A tenant's key, bucket and role on AWS.
 *
 * With a customer's key (BYOK), that key's own policy must let who runs Pulumi `kms:CreateGrant`, `kms:ListGrants` and
 * `kms:RevokeGrant`. To change or drop a customer's key is refused while `deletionProtection` is on: what the old key
 * encrypted stays under it, and would become unreadable with its grant.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsTenantStorage extends ComponentResource implements TenantStorage {
  readonly keyId: Output<string>;
  readonly bucket: Output<string>;
  readonly identity: Output<string>;

  constructor(name: string, args: AwsTenantStorageArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`tenant storage ${name}`, tenantStorageProblems(args));
    super('flotilla:aws:TenantStorage', name, {}, options);

    const { region, tenant } = args;
    const names = physicalNames(args);
    const data: CustomResourceOptions = {
      parent: this,
      ...(tenant.deletionProtection ? { protect: true, retainOnDelete: true } : {}),
    };
    const role = new Role(
      `${name}-role`,
      {
        ...names.role,
        description: `Brokers of the tenant ${tenant.name}: its bucket and its key, nothing else`,
        assumeRolePolicy: output(args.oidcProvider).apply((provider) => tenantTrustPolicy(tenant.name, provider)),
        ...(args.permissionsBoundary === undefined ? {} : { permissionsBoundary: args.permissionsBoundary }),
        tags: tenantTags(args),
      },
      { parent: this },
    );
    const key = makeTenantKey(name, {
      storage: args,
      roleArn: roleArn(region, names.role),
      volumeDriverRoleArn: args.volumeDriverRoleArn,
      // KMS refuses a policy that names a role which does not exist yet.
      options: { ...data, dependsOn: role },
    });
    const bucket = makeTenantBucket(name, {
      storage: args,
      bucketName: names.bucket,
      keyId: key.id,
      logBucket: args.logBucket,
      options: data,
    });
    const allowed = new RolePolicy(
      `${name}-role-policy`,
      {
        name: 'storage',
        role: role.name,
        policy: output(key.id).apply((id) => tenantRolePolicy(region, { bucket: bucketArn(names.bucket), key: id })),
      },
      { parent: this },
    );

    this.keyId = output(key.id);
    this.bucket = bucket;
    // Whoever is given the identity may rely on what it is allowed.
    this.identity = output({ arn: role.arn, allowed: allowed.id, granted: key.grants }).apply(({ arn }) => arn);
    this.registerOutputs({ keyId: this.keyId, bucket: this.bucket, identity: this.identity });
  }
}

/** Written out, so that the state can be lost and what is there found again; the state's own names would be random. */
function physicalNames({ stack, region, tenant }: AwsTenantStorageArgs): {
  readonly bucket: string;
  readonly role: { readonly name: string; readonly path: string };
} {
  return {
    // Names of buckets are the whole world's, names of roles their account's, whatever their path.
    bucket: resourceName([region.account, stack, tenant.name], { maxLength: MAX_BUCKET_NAME }),
    role: { name: resourceName([stack, tenant.name], { maxLength: MAX_ROLE_NAME }), path: `/flotilla/${stack}/` },
  };
}

// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MAX_BUCKET_NAME = 63;
const MAX_ROLE_NAME = 64;
