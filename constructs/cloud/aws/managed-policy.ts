/**
 * ARN of a policy that AWS itself keeps; used where what a part of EKS calls changes from release to release
 * (docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html).
 */
export function managedPolicyArn(name: ManagedPolicy): string {
  return `arn:aws:iam::aws:policy/${name}`;
}

export type ManagedPolicy =
  | 'AmazonEKSClusterPolicy'
  | 'AmazonEKSWorkerNodePolicy'
  | 'AmazonEC2ContainerRegistryPullOnly'
  | 'AmazonEKS_CNI_Policy'
  | 'service-role/AmazonEBSCSIDriverPolicy';
