import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** What of a definition says in which versions its objects are kept. */
export interface VersionedDefinition {
  readonly spec?: { readonly versions?: readonly { readonly name: string; readonly storage?: boolean }[] };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** Why a definition may not be applied over the one that is there; undefined where it may. */
export function storedVersionsObstacle(before: KubernetesObject, after: KubernetesObject): string | undefined {
  const known = new Set((after as VersionedDefinition).spec?.versions?.map(({ name }) => name));
  const missing = ((before as VersionedDefinition).status?.storedVersions ?? []).filter((name) => !known.has(name));
  if (missing.length === 0) return undefined;
  return `objects may still be stored as ${missing.join(', ')}, which it no longer has: they could be read no more; keep the version, run ./flotilla psc migrate, and take it away afterwards`;
}

/** Version in which objects are stored that are written now. */
export function storageVersion({ spec }: VersionedDefinition): string | undefined {
  return spec?.versions?.find(({ storage }) => storage === true)?.name;
}
