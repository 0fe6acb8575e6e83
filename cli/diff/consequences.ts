import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { protectionOf } from '../apply/protected-kinds.ts';
import { isRecord } from './field-diff.ts';

/** What a change does beside changing the object itself. */
export interface Consequence {
  readonly kind: 'rolls' | 'scales' | 'recreates' | 'resizes' | 'refused' | 'stops' | 'deletes-data';
  /** In words, as in `rolls 6 pods`. */
  readonly text: string;
  /** Pods that are replaced or stopped, where the manifests say how many. */
  readonly pods?: number;
}

export type Difference =
  | { readonly change: 'removed'; readonly object: KubernetesObject; readonly madeBy: 'apply' | 'operator' }
  | { readonly change: 'changed'; readonly before: KubernetesObject; readonly object: KubernetesObject };

/** Consequences of one difference; those of an added object are itself. */
export function consequencesOf(difference: Difference): readonly Consequence[] {
  return difference.change === 'removed'
    ? ofRemoval(difference.object, difference.madeBy)
    : [...ofPods(difference), ...ofVolume(difference), ...ofImmutableFields(difference)];
}

type Change = Extract<Difference, { readonly change: 'changed' }>;

function ofRemoval(object: KubernetesObject, madeBy: 'apply' | 'operator'): readonly Consequence[] {
  const protection = protectionOf(object);
  if (protection !== undefined) {
    const how = madeBy === 'apply' ? `apply keeps it without --allow-delete ${protection}` : 'the operator decides';
    return [{ kind: 'deletes-data', text: `data or more than itself goes with it; ${how}` }];
  }
  if (!SCALED_KINDS.has(object.kind)) return [];
  const pods = replicasOf(object);
  return [{ kind: 'stops', text: `stops ${counted(pods)}`, pods }];
}

const SCALED_KINDS: ReadonlySet<string> = new Set(['StatefulSet', 'Deployment']);

function ofPods({ before, object }: Change): readonly Consequence[] {
  const rolls = !isDeepStrictEqual(get(before, 'spec', 'template'), get(object, 'spec', 'template'));
  if (object.kind === 'DaemonSet') return rolls ? [{ kind: 'rolls', text: 'rolls its pod on every node' }] : [];
  if (!SCALED_KINDS.has(object.kind)) return [];
  const [old, now] = [replicasOf(before), replicasOf(object)];
  // Pods that are added start from the new template, pods that go are not rolled.
  const pods = Math.min(old, now);
  return [
    ...(rolls && pods > 0 ? [{ kind: 'rolls' as const, text: `rolls ${counted(pods)}`, pods }] : []),
    ...(old === now ? [] : [{ kind: 'scales' as const, text: `${old} ▶ ${now} pods` }]),
  ];
}

function ofVolume({ before, object }: Change): readonly Consequence[] {
  if (object.kind !== 'PersistentVolumeClaim') return [];
  const [old, now] = [before, object].map((claim) => get(claim, 'spec', 'resources', 'requests', 'storage'));
  if (typeof old !== 'string' || typeof now !== 'string' || old === now) return [];
  const [oldBytes, newBytes] = [bytesOf(old), bytesOf(now)];
  if (oldBytes === undefined || newBytes === undefined || oldBytes < newBytes) {
    return [{ kind: 'resizes', text: `the volume grows: ${old} ▶ ${now}` }];
  }
  return oldBytes === newBytes ? [] : [{ kind: 'refused', text: `a volume cannot shrink: ${old} ▶ ${now}` }];
}

const BINARY_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes of a quantity in plain or binary units; undefined for others. */
function bytesOf(quantity: string): number | undefined {
  const match = /^(?<count>[0-9.]+)(?<unit>[A-Za-z]*)$/.exec(quantity);
  const power = BINARY_UNITS.indexOf(match?.groups?.['unit'] ?? '?');
  return power < 0 ? undefined : Number(match?.groups?.['count']) * 1024 ** power;
}

/** Fields that the API server refuses to change; source: Kubernetes 1.34's validation, seen 2026-11-22. */
const IMMUTABLE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  StatefulSet: [
    ['spec', 'volumeClaimTemplates'],
    ['spec', 'serviceName'],
    ['spec', 'selector'],
    ['spec', 'podManagementPolicy'],
  ],
  Deployment: [['spec', 'selector']],
  DaemonSet: [['spec', 'selector']],
  StorageClass: [['provisioner'], ['parameters'], ['reclaimPolicy'], ['volumeBindingMode']],
  VolumeAttributesClass: [['driverName'], ['parameters']],
  PersistentVolumeClaim: [
    ['spec', 'storageClassName'],
    ['spec', 'accessModes'],
    ['spec', 'volumeMode'],
    ['spec', 'selector'],
  ],
  Job: [['spec', 'template']],
  RoleBinding: [['roleRef']],
  ClusterRoleBinding: [['roleRef']],
};

function ofImmutableFields({ before, object }: Change): readonly Consequence[] {
  const fields = (IMMUTABLE[object.kind] ?? [])
    .filter((path) => !isDeepStrictEqual(get(before, ...path), get(object, ...path)))
    .map((path) => path.join('.'));
  if (fields.length === 0) return [];
  return [{ kind: 'recreates', text: `${fields.join(', ')} cannot change: the object must be deleted and made anew` }];
}

function replicasOf(object: KubernetesObject): number {
  const replicas = get(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function get(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, field) => (isRecord(inner) ? inner[field] : undefined), value);
}

function counted(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}
