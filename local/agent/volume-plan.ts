import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from './kubernetes-types.ts';
import { VOLUME_PROVISIONERS } from '../../constructs/kubernetes/platform/zonal-storage-classes.ts';
import { LABELS } from '../../contracts/labels.ts';
import { bytesOf } from './quantity.ts';

export interface VolumeState {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  /** Names of the volumes whose image files exist. */
  readonly files: readonly string[];
}

/** One thing to do; each can be done again without harm. */
export type VolumeAction =
  /** Make the image file, mount it in its zone, then tell Kubernetes. */
  | { readonly kind: 'provision'; readonly volume: PersistentVolume; readonly zone: string; readonly bytes: number }
  /** Grow file and file system, then tell Kubernetes. */
  | {
      readonly kind: 'grow';
      readonly name: string;
      readonly zone: string;
      readonly bytes: number;
      readonly claim: { readonly namespace: string; readonly name: string };
    }
  /** Tell Kubernetes to forget a volume that nobody claims any more and that was to go with its claim. */
  | { readonly kind: 'forget'; readonly name: string }
  /** Remove the file of a volume that Kubernetes has forgotten. */
  | { readonly kind: 'remove'; readonly name: string };

/** What has to be done so that every claim of our classes has its volume; nothing is ever taken from a claim. */
export function planVolumes(state: VolumeState): readonly VolumeAction[] {
  const known = new Set(state.volumes.map(({ metadata }) => metadata?.name));
  return [
    ...state.claims.flatMap((claim) => provision(claim, state)),
    ...state.volumes.flatMap((volume) => grow(volume, state)),
    ...state.volumes.flatMap(forget),
    ...state.files
      .filter((name) => !known.has(name) && !isWanted(name, state))
      .map((name) => ({ kind: 'remove' as const, name })),
  ];
}

/** The smallest file system that mkfs.xfs makes (xfsprogs 5.19 and later). */
export const MIN_VOLUME_BYTES = 300 * 1024 * 1024;

/** Name of a claim's volume, the same however often it is planned. */
function volumeName(claim: PersistentVolumeClaim): string {
  return `pvc-${claim.metadata?.uid ?? ''}`;
}

/** A file may be there before its volume: the two are made one after the other. */
function isWanted(name: string, { claims }: VolumeState): boolean {
  return claims.some((claim) => volumeName(claim) === name);
}

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

function provision(claim: PersistentVolumeClaim, state: VolumeState): readonly VolumeAction[] {
  const { metadata, spec } = claim;
  if (spec?.volumeName !== undefined || metadata?.deletionTimestamp !== undefined) return [];
  const storageClass = state.classes.find((each) => each.metadata?.name === spec?.storageClassName);
  if (storageClass?.provisioner !== VOLUME_PROVISIONERS.local) return [];
  // The scheduler has chosen a node that the class admits: its zone is the volume's for good.
  const node = state.nodes.find((each) => each.metadata?.name === metadata?.annotations?.[SELECTED_NODE]);
  const zone = node?.metadata?.labels?.[LABELS.zone];
  const name = volumeName(claim);
  if (zone === undefined || state.volumes.some((volume) => volume.metadata?.name === name)) return [];
  const bytes = Math.max(MIN_VOLUME_BYTES, bytesOf(spec?.resources?.requests?.['storage'] ?? '0'));
  return [{ kind: 'provision', volume: volumeObject(claim, storageClass, zone, bytes), zone, bytes }];
}

function volumeObject(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  zone: string,
  bytes: number,
): PersistentVolume {
  const { metadata, spec } = claim;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName(claim),
      labels: { [LABELS.zone]: zone },
      annotations: { 'pv.kubernetes.io/provisioned-by': VOLUME_PROVISIONERS.local },
    },
    spec: {
      capacity: { storage: String(bytes) },
      accessModes: spec?.accessModes ?? ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      ...(storageClass.metadata?.name === undefined ? {} : { storageClassName: storageClass.metadata.name }),
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata?.namespace ?? '',
        name: metadata?.name ?? '',
        uid: metadata?.uid ?? '',
      },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: LABELS.zone, operator: 'In', values: [zone] }] }],
        },
      },
    },
  };
}

function grow(volume: PersistentVolume, { claims }: VolumeState): readonly VolumeAction[] {
  const { metadata, spec } = volume;
  const zone = metadata?.labels?.[LABELS.zone];
  const claim = claims.find((each) => each.metadata?.uid === spec?.claimRef?.uid);
  if (!isOurs(volume)) return [];
  if (zone === undefined || metadata?.name === undefined || claim?.status?.phase !== 'Bound') return [];
  const wanted = bytesOf(claim.spec?.resources?.requests?.['storage'] ?? '0');
  const told = Math.min(
    bytesOf(spec?.capacity?.['storage'] ?? '0'),
    bytesOf(claim.status.capacity?.['storage'] ?? '0'),
  );
  if (wanted <= told) return [];
  const { namespace = '', name = '' } = claim.metadata ?? {};
  return [{ kind: 'grow', name: metadata.name, zone, bytes: wanted, claim: { namespace, name } }];
}

/** Volumes are retained, until whoever removes a tenant for good changes their policy: only those go. */
function forget(volume: PersistentVolume): readonly VolumeAction[] {
  const { metadata, spec, status } = volume;
  if (!isOurs(volume) || metadata?.name === undefined || metadata.deletionTimestamp !== undefined) return [];
  const isGivenUp = status?.phase === 'Released' && spec?.persistentVolumeReclaimPolicy === 'Delete';
  return isGivenUp ? [{ kind: 'forget', name: metadata.name }] : [];
}

function isOurs({ metadata }: PersistentVolume): boolean {
  return metadata?.annotations?.['pv.kubernetes.io/provisioned-by'] === VOLUME_PROVISIONERS.local;
}
