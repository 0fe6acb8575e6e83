import type { Input } from '@pulumi/pulumi';
import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup.js';
import { Cluster } from '@pulumi/aws/eks/cluster.js';
import { Role } from '@pulumi/aws/iam/role.js';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment.js';
import type { KubernetesClusterArgs } from '../region-args.ts';
import { managedPolicyArn } from './managed-policy.ts';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterName, clusterTags } from './cluster-parts.ts';
import { platformRole } from './platform-role.ts';
import { policyText } from './policy-document.ts';

export interface ControlPlaneArgs {
  readonly parts: ClusterParts;
  readonly kubernetes: KubernetesClusterArgs;
  /** Where EKS puts the API server's interfaces. */
  readonly subnetIds: readonly Input<string>[];
  readonly platformKeyArn: Input<string>;
}

export interface ControlPlane {
  readonly cluster: Cluster;
  /** Role of EKS itself; its cloud controller makes the gateway's load balancer with it. */
  readonly role: Role;
}

/**
 * API server of a Kubernetes cluster with its role and logs.
 *
 * EKS lets nobody choose when it patches a control plane, and has no maintenance windows. What stands in: the minor
 * version changes with the config alone, for as long as AWS sells support for it, and zones that AWS sees fail are left.
 */
export function makeControlPlane(name: string, args: ControlPlaneArgs): ControlPlane {
  const { parts, kubernetes, platformKeyArn } = args;
  const child = { parent: parts.parent };
  const fullName = clusterName(parts);
  const logs = new LogGroup(
    `${name}-logs`,
    {
      // EKS writes to the group of this name; one that it made itself would keep everything, under a key of AWS.
      name: `/aws/eks/${fullName}/cluster`,
      retentionInDays: LOG_RETENTION_DAYS,
      kmsKeyId: platformKeyArn,
      tags: clusterTags(parts, 'logs'),
    },
    child,
  );
  const { role, allowed } = makeRole(name, parts);
  const publicAccess = kubernetes.apiAccessRanges.length > 0;
  const cluster = new Cluster(
    `${name}-cluster`,
    {
      name: fullName,
      version: kubernetes.version,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: [...args.subnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: publicAccess,
        ...(publicAccess ? { publicAccessCidrs: [...kubernetes.apiAccessRanges] } : {}),
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: kubernetes.serviceRange, ipFamily: 'ipv4' },
      encryptionConfig: { provider: { keyArn: platformKeyArn }, resources: ['secrets'] },
      enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      // Who runs Pulumi is no administrator by that.
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      // Ours come as add-ons; EKS' own would run with other settings until then.
      bootstrapSelfManagedAddons: false,
      // Costs more once standard support ends; `STANDARD` would let AWS change the version on a day of its own.
      upgradePolicy: { supportType: 'EXTENDED' },
      zonalShiftConfig: { enabled: true },
      deletionProtection: true,
      tags: clusterTags(parts, 'cluster'),
    },
    { ...child, dependsOn: [logs, allowed] },
  );
  return { cluster, role };
}

function makeRole(name: string, parts: ClusterParts): { readonly role: Role; readonly allowed: RolePolicyAttachment } {
  const { stack, region, parent } = parts;
  const names = platformRole(stack, parts.cluster, 'control-plane');
  const role = new Role(
    `${name}-control-plane-role`,
    {
      ...names,
      description: `Control plane of the Kubernetes cluster ${clusterName(parts)}`,
      assumeRolePolicy: policyText({
        Sid: 'ControlPlaneOfTheCluster',
        Effect: 'Allow',
        Principal: { Service: 'eks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        // docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
        Condition: {
          StringEquals: { 'aws:SourceAccount': region.account },
          ArnEquals: { 'aws:SourceArn': `arn:aws:eks:${region.name}:${region.account}:cluster/${clusterName(parts)}` },
        },
      }),
      tags: clusterTags(parts, 'control-plane'),
    },
    { parent },
  );
  const allowed = new RolePolicyAttachment(
    `${name}-control-plane-policy`,
    { role: role.name, policyArn: managedPolicyArn('AmazonEKSClusterPolicy') },
    { parent },
  );
  return { role, allowed };
}

/** As long as the region's other logs: a year can be held against the one before. One of the terms that CloudWatch has. */
const LOG_RETENTION_DAYS = 400;
