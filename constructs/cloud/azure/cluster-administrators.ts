import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import type { KubernetesClusterArgs, RegionPlace } from '../region-args.ts';
import { grantRole } from './role-grant.ts';
import type { BuiltInRole, RoleGrant } from './role-grant.ts';

export interface ClusterAdministratorsArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly cluster: Pick<KubernetesClusterArgs, 'name' | 'administrators'>;
  readonly clusterId: Input<string>;
  readonly options: CustomResourceOptions;
}

/** Lets the administrators of a cluster do everything in it, and nothing with it. */
export function makeClusterAdministrators(name: string, args: ClusterAdministratorsArgs): void {
  const { stack, region, cluster, clusterId, options } = args;
  for (const administrator of cluster.administrators) {
    const principal = parseAdministrator(administrator);
    if (principal === undefined) throw new Error(`${administrator} is nobody: the arguments were not judged`);
    for (const [what, role] of ROLES) {
      grantRole(
        `${name}-${what}-${principal.principalId}`,
        {
          stack,
          region,
          role,
          scope: clusterId,
          ...principal,
          description: `Administrator of ${stack}-${cluster.name}`,
        },
        options,
      );
    }
  }
}

type Principal = Pick<RoleGrant, 'principalType'> & { readonly principalId: string };

/** Whom `group:<object id>`, `user:…` or `servicePrincipal:…` names; undefined where it is none of them. */
export function parseAdministrator(text: string): Principal | undefined {
  const { kind = '', principalId } = ADMINISTRATOR.exec(text)?.groups ?? {};
  const principalType = PRINCIPAL_TYPES[kind];
  return principalType === undefined || principalId === undefined ? undefined : { principalType, principalId };
}

const ADMINISTRATOR =
  /^(?<kind>user|group|servicePrincipal):(?<principalId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const PRINCIPAL_TYPES: Readonly<Record<string, NonNullable<RoleGrant['principalType']>>> = {
  user: 'User',
  group: 'Group',
  servicePrincipal: 'ServicePrincipal',
};

/** What everything in the cluster is done by, and what `az aks get-credentials` reads (learn.microsoft.com/azure/aks/manage-azure-rbac). */
const ROLES: readonly (readonly [string, BuiltInRole])[] = [
  ['administrator', 'clusterAdministrator'],
  ['administrator-finds', 'clusterUser'],
];
