import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Key } from '@pulumi/aws/kms/key.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { platformKeyPolicy } from './platform-key-policy.ts';
import { regionProblems } from './region-problems.ts';

export interface AwsPlatformKeyArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
}

/**
 * The key of a region on AWS that encrypts what belongs to the platform: Kubernetes' secrets, nodes, volumes of tenants
 * without a key of their own, the database with its credentials, and log groups `/aws/eks/<stack>-*` and
 * `/aws/rds/instance/flotilla-*`.
 *
 * KMS refuses its policy in an account without the service-linked role of Auto Scaling, which the account's first Auto
 * Scaling group makes: `aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com` makes it before.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsPlatformKey extends ComponentResource {
  readonly keyArn: Output<string>;

  constructor(name: string, args: AwsPlatformKeyArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`platform key ${name}`, regionProblems(args));
    super('flotilla:aws:PlatformKey', name, {}, options);
    const { stack, region } = args;
    const key = new Key(
      `${name}-key`,
      {
        description: `Platform of ${stack}`,
        enableKeyRotation: true,
        deletionWindowInDays: DELETION_WINDOW_DAYS,
        policy: platformKeyPolicy(stack, region),
        tags: regionTags(args, `${stack}-platform`),
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
    this.keyArn = key.arn;
    this.registerOutputs({ keyArn: this.keyArn });
  }
}

/** The longest that KMS waits before it deletes a key; until then the deletion can be called off. */
const DELETION_WINDOW_DAYS = 30;
