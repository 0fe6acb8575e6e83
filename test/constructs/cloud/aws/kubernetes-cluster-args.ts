import type { AwsKubernetesClusterArgs } from '../../../../constructs/cloud/aws/kubernetes-cluster.ts';

const ZONES = ['us-west-2a', 'us-west-2b', 'us-west-2c'];

/** ARN of the platform key that the example has. */
export const PLATFORM_KEY = 'arn:aws:kms:us-west-2:123456789012:key/00000000-0000-4000-8000-000000000000';

/** A cluster with nodes for the platform and two classes for brokers. */
export const CLUSTER_ARGS: AwsKubernetesClusterArgs = {
  stack: 'aws-us-west-2',
  region: {
    cloud: 'aws',
    name: 'us-west-2',
    account: '123456789012',
    zones: ZONES,
    tags: { environment: 'production' },
  },
  cluster: {
    name: 'a',
    version: '1.36',
    podRange: '10.4.0.0/16',
    serviceRange: '10.1.0.0/20',
    apiAccessRanges: [],
    administrators: [],
    nodeClasses: [
      { name: 'platform', instanceClass: 'm7i.2xlarge', purpose: 'platform', minPerZone: 1, maxPerZone: 4 },
      { name: 'small', instanceClass: 'm7i.2xlarge', purpose: 'brokers', minPerZone: 0, maxPerZone: 8 },
      { name: 'brokers', instanceClass: 'm7g.4xlarge', purpose: 'brokers', minPerZone: 1, maxPerZone: 16 },
    ],
  },
  network: { vpcId: 'vpc-1', privateSubnetIds: Object.fromEntries(ZONES.map((zone) => [zone, `nodes-${zone}`])) },
  platformKeyArn: PLATFORM_KEY,
};

/** What EKS and IAM would compute. */
export function clusterOutputs(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'aws:eks/cluster:Cluster':
      return {
        endpoint: 'https://api.example.com',
        identities: [{ oidcs: [{ issuer: 'https://oidc.eks.us-west-2.amazonaws.com/id/A' }] }],
        vpcConfig: { subnetIds: [], clusterSecurityGroupId: 'sg-nodes' },
      };
    case 'aws:iam/role:Role':
      return { arn: `arn:aws:iam::123456789012:role/${name}` };
    case 'aws:iam/openIdConnectProvider:OpenIdConnectProvider':
      return { arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/A' };
    case 'aws:ec2/launchTemplate:LaunchTemplate':
      return { latestVersion: 3 };
    default:
      return {};
  }
}
