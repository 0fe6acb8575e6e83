import type { Input, Output } from '@pulumi/pulumi';
import { CLUSTER_AUTOSCALER } from '../../kubernetes/platform/cluster-autoscaler-account.ts';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterName } from './cluster-parts.ts';
import { autoscalerPolicy, volumeKeyPolicy } from './cluster-service-policies.ts';
import type { ManagedPolicy } from './managed-policy.ts';
import { managedPolicyArn } from './managed-policy.ts';
import { AwsServiceIdentity } from './service-identity.ts';

export interface ClusterIdentitiesArgs {
  readonly parts: ClusterParts;
  readonly oidcProviderArn: Input<string>;
  readonly issuer: Input<string>;
  readonly platformKeyArn: Input<string>;
}

export interface ClusterIdentities {
  readonly networkRoleArn: Output<string>;
  readonly volumeDriverRoleArn: Output<string>;
  readonly autoscalerRoleArn: Output<string>;
}

/** Roles of what runs in a cluster for the cluster itself, so that the nodes' own role needs none of their rights. */
export function makeClusterIdentities(name: string, args: ClusterIdentitiesArgs): ClusterIdentities {
  const { parts, oidcProviderArn, issuer } = args;
  const { stack, region, cluster, parent } = parts;
  const identity = (
    what: string,
    description: string,
    serviceAccount: { readonly namespace: string; readonly name: string },
    allowed: { readonly policy?: Input<string>; readonly managed?: ManagedPolicy },
  ): Output<string> =>
    new AwsServiceIdentity(
      `${name}-${what}`,
      {
        stack,
        region,
        what: [cluster, what],
        description: `${description} of the Kubernetes cluster ${clusterName(parts)}`,
        serviceAccount,
        issuers: [{ cluster, arn: oidcProviderArn, issuer }],
        ...(allowed.policy === undefined ? {} : { policy: allowed.policy }),
        ...(allowed.managed === undefined ? {} : { managedPolicyArn: managedPolicyArn(allowed.managed) }),
      },
      { parent },
    ).roleArn;
  return {
    networkRoleArn: identity('network', 'Network plugin', inKubeSystem('aws-node'), {
      managed: 'AmazonEKS_CNI_Policy',
    }),
    volumeDriverRoleArn: identity('volumes', 'Volume driver', inKubeSystem('ebs-csi-controller-sa'), {
      policy: volumeKeyPolicy(region, args.platformKeyArn),
      managed: 'service-role/AmazonEBSCSIDriverPolicy',
    }),
    autoscalerRoleArn: identity('autoscaler', 'Autoscaler', CLUSTER_AUTOSCALER, {
      policy: autoscalerPolicy(region, clusterName(parts)),
    }),
  };
}

/** Where EKS' add-ons run. */
function inKubeSystem(name: string): { readonly namespace: string; readonly name: string } {
  return { namespace: 'kube-system', name };
}
