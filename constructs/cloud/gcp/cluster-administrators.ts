import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { output } from '@pulumi/pulumi';
import { IAMMember } from '@pulumi/gcp/projects/iammember.js';
import type { KubernetesClusterArgs, RegionPlace } from '../region-args.ts';

export interface ClusterAdministratorsArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly cluster: Pick<KubernetesClusterArgs, 'name' | 'administrators'>;
  /** Name of the cluster in the project. */
  readonly clusterName: Input<string>;
  readonly options: CustomResourceOptions;
}

/**
 * Lets the administrators of a cluster do everything in it, and with it: GKE gives rights on the objects of Kubernetes by
 * IAM, its only role that makes roles of Kubernetes has the cluster itself too, and the project is the lowest that it is
 * given on (docs.cloud.google.com/iam/docs/roles-permissions/container). A condition keeps it to this one cluster; what GKE
 * asks of the project, as the list of all clusters, it does not give.
 */
export function makeClusterAdministrators(name: string, args: ClusterAdministratorsArgs): void {
  const { stack, region, cluster, clusterName, options } = args;
  for (const member of cluster.administrators) {
    new IAMMember(
      `${name}-administrator-${member}`,
      {
        project: region.account,
        role: 'roles/container.admin',
        member,
        condition: {
          title: `Administrator of ${stack}-${cluster.name}`,
          expression: output(clusterName).apply((physicalName) => onlyCluster(region, physicalName)),
        },
      },
      options,
    );
  }
}

/** docs.cloud.google.com/iam/docs/conditions-resource-attributes: the name of a regional cluster; what is in it begins so. */
function onlyCluster({ account, name }: RegionPlace, cluster: string): string {
  const path = `projects/${account}/locations/${name}/clusters/${cluster}`;
  return `resource.name == "${path}" || resource.name.startsWith("${path}/")`;
}
