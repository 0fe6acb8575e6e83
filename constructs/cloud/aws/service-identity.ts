import { all, ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Role } from '@pulumi/aws/iam/role.js';
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy.js';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment.js';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { platformRole } from './platform-role.ts';
import { regionProblems } from './region-problems.ts';
import type { ServiceAccountName } from './workload-trust.ts';
import { workloadTrustPolicy } from './workload-trust.ts';

export interface AwsServiceIdentityArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** What it is, in parts that name it within the region, as in `['external-dns']`. */
  readonly what: readonly string[];
  /** What it is for, in a sentence for the account's list of roles. */
  readonly description: string;
  readonly serviceAccount: ServiceAccountName;
  /** Clusters that run the service; each has its entry in the role's trust policy. */
  readonly issuers: readonly WorkloadIssuerInput[];
  /** What it may do, as JSON; the role has this and the managed policy, nothing else. */
  readonly policy?: Input<string>;
  /** A policy that AWS keeps, for what AWS changes from release to release. */
  readonly managedPolicyArn?: string;
}

/** OpenID Connect provider of one Kubernetes cluster. */
export interface WorkloadIssuerInput {
  /** Name of the cluster within the region. */
  readonly cluster: string;
  readonly arn: Input<string>;
  readonly issuer: Input<string>;
}

/**
 * A role of IAM that one service account of Kubernetes takes with its own token: no secret is kept anywhere.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsServiceIdentity extends ComponentResource {
  /** ARN of the role, given out once it is allowed what it needs. */
  readonly roleArn: Output<string>;

  constructor(name: string, args: AwsServiceIdentityArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`service identity ${name}`, [
      ...regionProblems(args),
      ...problemUnless(args.issuers.length > 0, 'issuers', undefined, 'name the clusters that run the service'),
    ]);
    super('flotilla:aws:ServiceIdentity', name, {}, options);
    const { stack, serviceAccount, issuers } = args;
    const names = platformRole(stack, ...args.what);
    const role = new Role(
      `${name}-role`,
      {
        ...names,
        description: args.description,
        assumeRolePolicy: all(issuers.map((issuer) => output(issuer))).apply((known) =>
          workloadTrustPolicy(known, serviceAccount),
        ),
        tags: regionTags(args, names.name),
      },
      { parent: this },
    );
    const allowed: Output<string>[] = [];
    if (args.policy !== undefined) {
      allowed.push(
        new RolePolicy(`${name}-policy`, { name: 'service', role: role.name, policy: args.policy }, { parent: this })
          .id,
      );
    }
    if (args.managedPolicyArn !== undefined) {
      allowed.push(
        new RolePolicyAttachment(
          `${name}-managed-policy`,
          { role: role.name, policyArn: args.managedPolicyArn },
          { parent: this },
        ).id,
      );
    }
    this.roleArn = output({ arn: role.arn, allowed }).apply(({ arn }) => arn);
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
