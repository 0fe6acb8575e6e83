import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { ANNOTATIONS, LABELS } from '../../../contracts/labels.ts';
import { PRECREATED_ONLY_STORAGE_CLASS } from '../../../contracts/names.ts';
import { gibOf } from '../../../contracts/quantity.ts';
import type { ObservedClaim } from '../observed.ts';

/** Facts of a volume claim as the API server keeps it. */
export function observedClaim(claim: KubernetesObject): ObservedClaim {
  const { metadata, spec, status } = claim as RawClaim;
  const capacityGib = gib(status?.capacity?.storage);
  const grownAtMs = Date.parse(metadata.annotations?.[ANNOTATIONS.grownAt] ?? '');
  const replaces = metadata.annotations?.[ANNOTATIONS.replaces];
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    isTerminating: metadata.deletionTimestamp !== undefined,
    isEnding: metadata.annotations?.[ANNOTATIONS.ending] !== undefined,
    isPlaceholder: spec?.storageClassName === PRECREATED_ONLY_STORAGE_CLASS && spec.volumeName === undefined,
    ...(replaces === undefined ? {} : { replaces }),
    ...(spec?.volumeName === undefined ? {} : { volume: spec.volumeName }),
    zone: metadata.labels?.[LABELS.zone] ?? '',
    requestedGib: gib(spec?.resources?.requests?.storage) ?? 0,
    ...(capacityGib === undefined ? {} : { capacityGib }),
    ...(Number.isNaN(grownAtMs) ? {} : { grownAtMs }),
  };
}

type RawClaim = KubernetesObject & {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string; readonly deletionTimestamp?: string };
  readonly spec?: {
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly capacity?: { readonly storage?: string } };
};

function gib(quantity: string | undefined): number | undefined {
  return quantity === undefined ? undefined : gibOf(quantity);
}
