import type { InstanceClass } from '../../../constructs/capacity/catalogue/catalogue.ts';
import type { ClusterShape, NodeShape } from '../../../constructs/capacity/cluster-shape.ts';
import { packPods } from '../../../constructs/capacity/node-packing.ts';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import type { Cloud } from '../../../contracts/cloud.ts';
import { MOTHERSHIP } from '../../../contracts/names.ts';
import { clusterNameOf, tenantsOf, words, zonesOf } from '../draft.ts';
import type { Draft, TenantDraft } from '../draft.ts';

/** Equal pods of one Kafka cluster in one zone. */
export interface PodGroup {
  readonly psc: string;
  readonly role: 'Brokers' | 'Controllers';
  readonly cluster: string | undefined;
  readonly zone: string;
  readonly pods: number;
  readonly instanceClass: string;
  readonly cpuMillis: number;
  readonly memoryMib: number;
}

/** What a tenant's CKUs stand for, or undefined where cloud, CKUs or zones are not yet right. */
export function shapeOfTenant(draft: Draft, tenant: TenantDraft): ClusterShape | undefined {
  const infiniteStorage = tenant.infiniteStorage === undefined ? 'off' : 'on';
  return shape(draft.file.region?.cloud, tenant.ckus, zonesOf(draft, tenant), infiniteStorage);
}

/** Pods of every Kafka cluster of a stack whose shape is known. */
export function podGroupsOf(draft: Draft): readonly PodGroup[] {
  const { mothership, region } = draft.file;
  const hosted = mothership?.hosted === true ? mothership : undefined;
  return [
    ...groups(
      MOTHERSHIP,
      clusterNameOf(draft, hosted?.cluster),
      shape(region?.cloud, hosted?.ckus, words(region?.zones), 'off'),
    ),
    ...tenantsOf(draft).flatMap(([, tenant]) =>
      groups(tenant.name ?? '', clusterNameOf(draft, tenant.cluster), shapeOfTenant(draft, tenant)),
    ),
  ];
}

/** Nodes of a machine that the fullest zone needs for all its pods, packed largest first. */
export function nodesNeeded(
  pods: readonly PodGroup[],
  machine: InstanceClass,
): { readonly zone: string; readonly nodes: number } {
  const zones = [...Map.groupBy(pods, ({ zone }) => zone)].map(([zone, inZone]) => ({
    zone,
    nodes: packPods(inZone, machine).length,
  }));
  return zones.reduce((most, zone) => (zone.nodes > most.nodes ? zone : most), { zone: '', nodes: 0 });
}

/** The group of most pods: the one to name where all are meant. */
export function largestGroup(pods: readonly PodGroup[]): PodGroup {
  const [largest] = pods.toSorted((a, b) => b.pods - a.pods);
  if (largest === undefined) throw new Error('a group of pods by instance class is never empty');
  return largest;
}

const MIN_ZONES = 3;

function shape(
  cloud: Cloud | undefined,
  ckus: number | undefined,
  zones: readonly string[],
  infiniteStorage: 'on' | 'off',
): ClusterShape | undefined {
  if (cloud === undefined || ckus === undefined) return undefined;
  if (zones.length < MIN_ZONES || new Set(zones).size < zones.length) return undefined;
  return shapeOf({ cloud, ckus, zones, infiniteStorage });
}

function groups(
  psc: string,
  cluster: string | undefined,
  { brokers, controllers }: Partial<ClusterShape> = {},
): readonly PodGroup[] {
  return [
    ...(brokers === undefined ? [] : zoneGroups(psc, 'Brokers', cluster, brokers)),
    ...(controllers === undefined ? [] : zoneGroups(psc, 'Controllers', cluster, controllers)),
  ];
}

function zoneGroups(
  psc: string,
  role: PodGroup['role'],
  cluster: string | undefined,
  { placement, instanceClass, cpuMillis, memoryMib }: NodeShape,
): readonly PodGroup[] {
  return Object.entries(placement).map(([zone, { pods }]) => ({
    psc,
    role,
    cluster,
    zone,
    pods: pods.length,
    instanceClass,
    cpuMillis,
    memoryMib,
  }));
}
