import type { Input, Output } from '@pulumi/pulumi';
import { output } from '@pulumi/pulumi';
import type { RegionPlace } from '../region-args.ts';
import { VOLUME_KEY_USE } from './key-use.ts';
import { policyText } from './policy-document.ts';

/** What the volume driver may do with keys: the platform's alone, for volumes alone. Customers' keys come by grants. */
export function volumeKeyPolicy(region: RegionPlace, platformKeyArn: Input<string>): Output<string> {
  const throughVolumes = { 'kms:ViaService': `ec2.${region.name}.amazonaws.com` };
  return output(platformKeyArn).apply((key) =>
    policyText(
      {
        Sid: 'EncryptVolumes',
        Effect: 'Allow',
        Action: VOLUME_KEY_USE,
        Resource: key,
        Condition: { StringEquals: throughVolumes },
      },
      {
        Sid: 'GrantItToVolumes',
        Effect: 'Allow',
        Action: 'kms:CreateGrant',
        Resource: key,
        Condition: { StringEquals: throughVolumes, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      },
    ),
  );
}

/**
 * What the cluster autoscaler may do: see all groups, for AWS knows no narrower right to see, and size those of its own
 * cluster (github.com/kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md).
 */
export function autoscalerPolicy(region: RegionPlace, cluster: string): string {
  const place = `${region.name}:${region.account}`;
  return policyText(
    {
      Sid: 'SeeGroupsAndInstanceClasses',
      Effect: 'Allow',
      Action: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeLaunchConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:GetInstanceTypesFromInstanceRequirements',
      ],
      Resource: '*',
    },
    {
      Sid: 'SeeLabelsOfEmptyGroups',
      Effect: 'Allow',
      Action: 'eks:DescribeNodegroup',
      Resource: `arn:aws:eks:${place}:nodegroup/${cluster}/*`,
    },
    {
      Sid: 'SizeGroupsOfItsCluster',
      Effect: 'Allow',
      Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
      Resource: `arn:aws:autoscaling:${place}:autoScalingGroup:*`,
      // EKS sets this tag on the Auto Scaling group of each managed node group.
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: 'owned' } },
    },
  );
}
