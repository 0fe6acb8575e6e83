import { all, ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Policy } from '@pulumi/aws/iam/policy.js';
import { NAMESPACES } from '../../../contracts/names.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { bucketProvisionerPolicy } from './bucket-provisioner-policy.ts';
import { externalDnsPolicy } from './external-dns-policy.ts';
import { platformRole } from './platform-role.ts';
import { regionProblems } from './region-problems.ts';
import type { WorkloadIssuerInput } from './service-identity.ts';
import { AwsServiceIdentity } from './service-identity.ts';
import { tenantBoundary } from './tenant-boundary.ts';

export interface AwsPlatformIdentitiesArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** All Kubernetes clusters of the region: external-dns runs in each. */
  readonly issuers: readonly WorkloadIssuerInput[];
  /** Hosted zone of the region's domain. */
  readonly dnsZoneId: Input<string>;
  /** ARN of the region's log bucket, which is nobody's to touch. */
  readonly logBucketArn: Input<string>;
  /** Present exactly in the control-plane region. */
  readonly controlPlane?: {
    /** Name of the Kubernetes cluster that runs the control plane. */
    readonly cluster: string;
  };
}

/**
 * Roles of the platform's services that call AWS: external-dns, and in the control-plane region the bucket provisioner
 * with the boundary of all roles that it makes.
 *
 * The trust policy of external-dns' role has an entry of some 480 characters for each cluster; AWS takes 2,048 in all,
 * 4,096 on request, which is 4 or 8 clusters (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsPlatformIdentities extends ComponentResource {
  readonly externalDnsRoleArn: Output<string>;
  /** Only in the control-plane region. */
  readonly bucketProvisionerRoleArn?: Output<string>;
  /** `permissionsBoundary` of each tenant's storage that the bucket provisioner makes. Only in the control-plane region. */
  readonly tenantBoundaryArn?: Output<string>;

  constructor(name: string, args: AwsPlatformIdentitiesArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`platform identities ${name}`, problems(args));
    super('flotilla:aws:PlatformIdentities', name, {}, options);
    const { stack, region, issuers, controlPlane } = args;
    this.externalDnsRoleArn = new AwsServiceIdentity(
      `${name}-external-dns`,
      {
        stack,
        region,
        what: ['external-dns'],
        description: `external-dns of ${stack}: records of the region's zone`,
        serviceAccount: { namespace: NAMESPACES.dns, name: 'external-dns' },
        issuers,
        policy: output(args.dnsZoneId).apply(externalDnsPolicy),
      },
      { parent: this },
    ).roleArn;
    if (controlPlane !== undefined) {
      const boundary = this.makeBoundary(name, args);
      this.tenantBoundaryArn = boundary.arn;
      this.bucketProvisionerRoleArn = new AwsServiceIdentity(
        `${name}-bucket-provisioner`,
        {
          stack,
          region,
          what: ['bucket-provisioner'],
          description: `Bucket provisioner of the control plane in ${stack}: storage of its tenants`,
          serviceAccount: { namespace: NAMESPACES.controlPlane, name: 'bucket-provisioner' },
          issuers: issuers.filter(({ cluster }) => cluster === controlPlane.cluster),
          policy: all([boundary.arn, args.logBucketArn]).apply(([boundaryArn, logBucketArn]) =>
            bucketProvisionerPolicy({ region, boundaryArn, logBucketArn }),
          ),
        },
        { parent: this },
      ).roleArn;
    }
    this.registerOutputs({
      externalDnsRoleArn: this.externalDnsRoleArn,
      bucketProvisionerRoleArn: this.bucketProvisionerRoleArn,
      tenantBoundaryArn: this.tenantBoundaryArn,
    });
  }

  private makeBoundary(name: string, args: AwsPlatformIdentitiesArgs): Policy {
    const names = platformRole(args.stack, 'tenant-boundary');
    return new Policy(
      `${name}-tenant-boundary`,
      {
        ...names,
        description: "The most that a tenant's role can do",
        policy: output(args.logBucketArn).apply((logBucketArn) => tenantBoundary(args.region, logBucketArn)),
        tags: regionTags(args, names.name),
      },
      { parent: this },
    );
  }
}

function problems(args: AwsPlatformIdentitiesArgs): readonly InputProblem[] {
  const { issuers, controlPlane } = args;
  const clusters = issuers.map(({ cluster }) => cluster);
  return [
    ...regionProblems(args),
    ...problemUnless(clusters.length > 0, 'issuers', undefined, 'name the Kubernetes clusters of the region'),
    ...problemUnless(
      clusters.length <= MAX_CLUSTERS,
      'issuers',
      clusters.join(', '),
      `the trust policy of one role has room for ${MAX_CLUSTERS} clusters: make others in a stack of their own`,
    ),
    ...problemUnless(
      controlPlane === undefined || clusters.includes(controlPlane.cluster),
      'controlPlane.cluster',
      controlPlane?.cluster,
      `use a cluster of the region: ${clusters.join(', ')}`,
    ),
  ];
}

/** What fits into the longest trust policy that AWS grants. */
const MAX_CLUSTERS = 8;
