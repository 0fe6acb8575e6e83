import type { StackFile } from './schema.ts';
import type { Path } from './problem.ts';

/** A value of which any part may be missing, lists with holes: what is left once invalid parts are cut out. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly (DeepPartial<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T;

/** A stack file as far as its structure is right: what the rules look at. */
export interface Draft {
  readonly stack: string;
  readonly file: DeepPartial<StackFile>;
  /** Whether the file says something at a path that could not be read: what is missing there is not missing. */
  readonly isUnclear: (path: Path) => boolean;
}

export type ClusterDraft = NonNullable<NonNullable<Draft['file']['kubernetesClusters']>[number]>;
export type TenantDraft = NonNullable<NonNullable<Draft['file']['tenants']>[number]>;

/** Items that are there, each with its index in the file. */
export function present<Item>(list: readonly (Item | undefined)[] | undefined): readonly (readonly [number, Item])[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [[index, item] as const]));
}

/** Strings of a list that are there. */
export function words(list: readonly (string | undefined)[] | undefined): readonly string[] {
  return present(list).map(([, word]) => word);
}

export function clustersOf({ file }: Draft): readonly (readonly [Path, ClusterDraft])[] {
  return present(file.kubernetesClusters).map(([index, cluster]) => [['kubernetesClusters', index], cluster]);
}

export function tenantsOf({ file }: Draft): readonly (readonly [Path, TenantDraft])[] {
  return present(file.tenants).map(([index, tenant]) => [['tenants', index], tenant]);
}

/** Name of a cluster that something refers to: the first where it says none. */
export function clusterNameOf({ file }: Draft, named: string | undefined): string | undefined {
  return named ?? file.kubernetesClusters?.[0]?.name;
}

/** Zones of a tenant: the region's where it says none. */
export function zonesOf({ file }: Draft, tenant: TenantDraft): readonly string[] {
  return words(tenant.zones ?? file.region?.zones);
}
