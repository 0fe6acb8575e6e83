import { all, output } from '@pulumi/pulumi';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import { Addon } from '@pulumi/aws/eks/addon.js';
import type { Cluster } from '@pulumi/aws/eks/cluster.js';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterName, clusterTags } from './cluster-parts.ts';

export interface AddOnsArgs {
  readonly parts: ClusterParts;
  readonly cluster: Cluster;
  readonly dependsOn: readonly Resource[];
}

/** What a node needs before it is ready, so before the first one. */
export function makeNetworkAddOns(
  name: string,
  args: AddOnsArgs & {
    /** Zone ▶ subnet of its pods. */
    readonly podSubnetIds: Readonly<Record<string, Input<string>>>;
    readonly roleArn: Input<string>;
  },
): readonly Addon[] {
  return [
    makeAddOn(name, args, {
      addOn: 'vpc-cni',
      roleArn: args.roleArn,
      settings: networkSettings(args.parts.region.name, args.podSubnetIds),
    }),
    makeAddOn(name, args, { addOn: 'kube-proxy' }),
  ];
}

/** What runs on nodes like any other workload, so after the first of them. */
export function makeWorkloadAddOns(
  name: string,
  args: AddOnsArgs & { readonly volumeDriverRoleArn: Input<string> },
): readonly Addon[] {
  const { parts } = args;
  return [
    makeAddOn(name, args, { addOn: 'coredns' }),
    makeAddOn(name, args, {
      addOn: 'aws-ebs-csi-driver',
      roleArn: args.volumeDriverRoleArn,
      settings: output(
        JSON.stringify({
          controller: { k8sTagClusterId: clusterName(parts), extraVolumeTags: volumeTags(parts) },
        }),
      ),
    }),
  ];
}

interface AddOn {
  readonly addOn: 'vpc-cni' | 'kube-proxy' | 'coredns' | 'aws-ebs-csi-driver';
  readonly roleArn?: Input<string>;
  /** JSON in the add-on's own schema (`aws eks describe-addon-configuration`). */
  readonly settings?: Output<string>;
}

function makeAddOn(name: string, { parts, cluster, dependsOn }: AddOnsArgs, what: AddOn): Addon {
  return new Addon(
    `${name}-${what.addOn}`,
    {
      clusterName: cluster.name,
      // Without a version: the one that EKS holds for the cluster's, and no other until somebody says so.
      addonName: what.addOn,
      ...(what.roleArn === undefined ? {} : { serviceAccountRoleArn: what.roleArn }),
      ...(what.settings === undefined ? {} : { configurationValues: what.settings }),
      // What somebody changed by hand gives way.
      resolveConflictsOnCreate: 'OVERWRITE',
      resolveConflictsOnUpdate: 'OVERWRITE',
      tags: clusterTags(parts, what.addOn),
    },
    { parent: parts.parent, dependsOn: [...dependsOn] },
  );
}

/** Pods' addresses from subnets of their own (docs.aws.amazon.com/eks/latest/userguide/cni-custom-network.html). */
function networkSettings(region: string, podSubnetIds: Readonly<Record<string, Input<string>>>): Output<string> {
  return all(
    Object.entries(podSubnetIds).map(([zone, id]) => output(id).apply((known) => ({ zone, id: known }))),
  ).apply((subnets) =>
    JSON.stringify({
      enableNetworkPolicy: 'true',
      env: {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
        ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
        // The node's first interface carries no pods then: 16 addresses at a time make up for it many times over.
        ENABLE_PREFIX_DELEGATION: 'true',
        WARM_PREFIX_TARGET: '1',
      },
      // Without security groups of their own, pods have their node's.
      eniConfig: { create: true, region, subnets: Object.fromEntries(subnets.map(({ zone, id }) => [zone, { id }])) },
    }),
  );
}

/** Each volume has a name of its own, from its claim. */
function volumeTags(parts: ClusterParts): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(clusterTags(parts, 'volumes')).filter(([tag]) => tag !== 'Name'));
}
