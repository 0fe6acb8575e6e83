import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Output } from '@pulumi/pulumi';
import { RepositoryIamMember } from '@pulumi/gcp/artifactregistry/repositoryIamMember.js';
import { IAMMember } from '@pulumi/gcp/projects/iammember.js';
import { Account } from '@pulumi/gcp/serviceaccount/account.js';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';

export interface NodeIdentityArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'imageRegistry'>;
  /** Name of the Kubernetes cluster within the region. */
  readonly cluster: string;
  readonly options: CustomResourceOptions;
}

/**
 * Makes the service account of a cluster's nodes, for GCP's default one may edit the whole project: it may write logs and
 * metrics, and pull from the image registry where that is Artifact Registry. Its e-mail is given out once it may.
 */
export function makeNodeIdentity(name: string, args: NodeIdentityArgs): Output<string> {
  const { stack, region, cluster, options } = args;
  const { account: project } = region;
  const account = new Account(
    `${name}-nodes`,
    {
      project,
      accountId: resourceName([stack, cluster, 'nodes'], { maxLength: MAX_ACCOUNT_ID }),
      displayName: `Nodes of ${stack}-${cluster}`,
      description: 'Writes logs and metrics, pulls images: nothing else',
    },
    options,
  );
  const grants = [
    new IAMMember(
      `${name}-nodes-log`,
      { project, role: 'roles/container.defaultNodeServiceAccount', member: account.member },
      options,
    ),
  ];
  const registry = artifactRepository(region.imageRegistry);
  const pull =
    registry === undefined
      ? []
      : [
          new RepositoryIamMember(
            `${name}-nodes-pull`,
            { ...registry, role: 'roles/artifactregistry.reader', member: account.member },
            options,
          ),
        ];
  return output({ email: account.email, granted: [...grants, ...pull].map(({ id }) => id) }).apply(
    ({ email }) => email,
  );
}

/** Repository of Artifact Registry that images come from; undefined where the registry is another one. */
export function artifactRepository(
  imageRegistry: string,
): { readonly location: string; readonly project: string; readonly repository: string } | undefined {
  const found = ARTIFACT_REGISTRY.exec(imageRegistry);
  const [location, project, repository] = found?.slice(1) ?? [];
  if (location === undefined || project === undefined || repository === undefined) return undefined;
  return { location, project, repository };
}

/** `<location>-docker.pkg.dev/<project>/<repository>`, and a path of images in it. */
const ARTIFACT_REGISTRY = /^([a-z0-9-]+)-docker\.pkg\.dev\/([a-z0-9.:-]+)\/([a-z0-9-]+)(?:\/|$)/;
/** docs.cloud.google.com/iam/docs/service-accounts-create */
const MAX_ACCOUNT_ID = 30;
