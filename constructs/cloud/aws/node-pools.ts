import type { Input, Resource } from '@pulumi/pulumi';
import { LaunchTemplate } from '@pulumi/aws/ec2/launchTemplate.js';
import type { Cluster } from '@pulumi/aws/eks/cluster.js';
import { NodeGroup } from '@pulumi/aws/eks/nodeGroup.js';
import { Role } from '@pulumi/aws/iam/role.js';
import { RolePolicyAttachment } from '@pulumi/aws/iam/rolePolicyAttachment.js';
import { LABELS } from '../../../contracts/labels.ts';
import type { KubernetesClusterArgs, NodeClassArgs } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { managedPolicyArn } from './managed-policy.ts';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterName, clusterTags } from './cluster-parts.ts';
import { platformRole } from './platform-role.ts';
import { policyText } from './policy-document.ts';

export interface NodePoolsArgs {
  readonly parts: ClusterParts;
  readonly kubernetes: KubernetesClusterArgs;
  readonly cluster: Cluster;
  readonly zones: readonly string[];
  /** Zone ▶ subnet of its nodes. */
  readonly subnetIds: Readonly<Record<string, Input<string>>>;
  readonly platformKeyArn: Input<string>;
  /** What nodes need to become ready: the network's add-ons. */
  readonly dependsOn: readonly Resource[];
}

/**
 * A managed node group for each zone and class, so that a zonal volume always finds a node of its zone.
 *
 * EKS labels each group's Auto Scaling group for the cluster autoscaler, which reads labels and taints of an empty one
 * from EKS itself (docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html).
 */
export function makeNodePools(name: string, args: NodePoolsArgs): readonly NodeGroup[] {
  const { kubernetes, zones } = args;
  const { role, allowed } = makeNodeRole(name, args.parts);
  return kubernetes.nodeClasses.flatMap((nodeClass) => {
    const template = makeTemplate(name, args, nodeClass);
    return zones.map((zone) =>
      makePool(`${name}-${zone}-${nodeClass.name}`, { ...args, nodeClass, zone, template, role, allowed }),
    );
  });
}

interface PoolArgs extends NodePoolsArgs {
  readonly nodeClass: NodeClassArgs;
  readonly zone: string;
  readonly template: LaunchTemplate;
  readonly role: Role;
  readonly allowed: readonly Resource[];
}

function makePool(name: string, args: PoolArgs): NodeGroup {
  const { parts, kubernetes, nodeClass, zone, template } = args;
  const subnetId = args.subnetIds[zone];
  if (subnetId === undefined) throw new Error(`no subnet for nodes of ${zone}: the arguments were not judged`);
  return new NodeGroup(
    name,
    {
      clusterName: args.cluster.name,
      // The instance class is in it because another one means another group, which stands before the old one goes.
      nodeGroupName: resourceName([zone, nodeClass.name, nodeClass.instanceClass], { maxLength: MAX_GROUP_NAME }),
      nodeRoleArn: args.role.arn,
      subnetIds: [subnetId],
      // The release of the image is left out: it is what is newest when the group is made, and stays until the minor
      // version changes. No node is rolled because AWS has published something.
      version: kubernetes.version,
      amiType: isArm(nodeClass.instanceClass) ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
      capacityType: 'ON_DEMAND',
      instanceTypes: [nodeClass.instanceClass],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: {
        minSize: nodeClass.minPerZone,
        maxSize: nodeClass.maxPerZone,
        desiredSize: nodeClass.minPerZone,
      },
      // In place of a maintenance window: one node at a time, each by eviction, so that disruption budgets decide when.
      updateConfig: { maxUnavailable: 1 },
      forceUpdateVersion: false,
      // The second is what volumes name their zone by. The volume driver gives it to nodes that are there; without it here,
      // the autoscaler would find no place for a broker's volume in a group without nodes (github.com/kubernetes/autoscaler/issues/3845).
      labels: { [LABELS.nodeClass]: nodeClass.name, [VOLUME_ZONE_LABEL]: zone },
      taints:
        nodeClass.purpose === 'brokers'
          ? [{ key: LABELS.nodeClass, value: nodeClass.name, effect: 'NO_SCHEDULE' }]
          : [],
      tags: clusterTags(parts, `${zone}-${nodeClass.name}`),
    },
    {
      parent: parts.parent,
      // From the first day on it is the autoscaler's.
      ignoreChanges: ['scalingConfig.desiredSize'],
      dependsOn: [...args.dependsOn, ...args.allowed],
    },
  );
}

function makeTemplate(name: string, { parts, platformKeyArn }: NodePoolsArgs, { name: nodeClass }: NodeClassArgs) {
  const tags = clusterTags(parts, nodeClass);
  return new LaunchTemplate(
    `${name}-${nodeClass}-template`,
    {
      updateDefaultVersion: true,
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        // One hop ends at the node: no pod can ask for the node's credentials.
        httpPutResponseHopLimit: 1,
      },
      blockDeviceMappings: [
        {
          deviceName: ROOT_DEVICE,
          ebs: {
            volumeSize: ROOT_VOLUME_GIB,
            volumeType: 'gp3',
            encrypted: 'true',
            kmsKeyId: platformKeyArn,
            deleteOnTermination: 'true',
          },
        },
      ],
      // A group's own tags go no further than the group.
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
      tags,
    },
    { parent: parts.parent },
  );
}

function makeNodeRole(
  name: string,
  parts: ClusterParts,
): { readonly role: Role; readonly allowed: readonly RolePolicyAttachment[] } {
  const { stack, parent } = parts;
  const role = new Role(
    `${name}-node-role`,
    {
      ...platformRole(stack, parts.cluster, 'nodes'),
      description: `Nodes of the Kubernetes cluster ${clusterName(parts)}: join it and pull images`,
      assumeRolePolicy: policyText({
        Sid: 'NodesOfTheCluster',
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      tags: clusterTags(parts, 'nodes'),
    },
    { parent },
  );
  const allowed = (['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'] as const).map(
    (policy) =>
      new RolePolicyAttachment(
        `${name}-node-policy-${policy}`,
        { role: role.name, policyArn: managedPolicyArn(policy) },
        { parent },
      ),
  );
  return { role, allowed };
}

/** Graviton: a `g` right after the generation, as in m7g or r8gd (docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html). */
function isArm(instanceClass: string): boolean {
  return /^[a-z]+\d+g/.test(instanceClass);
}

/** Of the volume driver; storage classes name it too (constructs/kubernetes/platform/zonal-storage-classes.ts). */
const VOLUME_ZONE_LABEL = 'topology.ebs.csi.aws.com/zone';
/** docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
const MAX_GROUP_NAME = 63;
/** Of Amazon Linux 2023. */
const ROOT_DEVICE = '/dev/xvda';
/** Images and logs of what runs on a node; data of Kafka is on volumes of its own. */
const ROOT_VOLUME_GIB = 64;
