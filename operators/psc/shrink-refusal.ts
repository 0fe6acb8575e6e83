import { ordinalOf, REPLICATION_FACTOR, type ClusterView } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { PlacedPod } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import { CORDON_LEVEL, METADATA_VERSION } from './kafka-releases.ts';
import type { BrokerDisk, Observed, ReachableKafka } from './observed.ts';
import type { Wait } from './plan.ts';

/** Share of the disks that stay which may be in use afterwards: less than what a volume grows from, or each would have to. */
export const SHRINK_MAX_USED = 0.7;

/**
 * Why brokers that are placed no longer may not begin to leave, with the figures; undefined where they may. Once it has begun it is
 * the balancer that finds room for each replica, or says that there is none.
 */
export function shrinkObstacle(view: ClusterView, { kafka }: Pick<Observed, 'kafka'>): Wait | undefined {
  if (kafka.state === 'unreachable') return unknown(`Kafka cannot be asked: ${kafka.reason}`);
  const leaving = namesOf(view.leaving);
  const staying = stayingBrokers(view);
  // Those that were never registered hold nothing, and there is nothing to tell them.
  if (view.leaving.every(({ ordinal }) => !kafka.brokers.has(ordinal))) return undefined;
  return (
    cordonObstacle(kafka) ??
    startObstacle(view, kafka) ??
    replicationObstacle(kafka, staying, leaving) ??
    zoneObstacle(view, staying) ??
    diskObstacle(view, kafka, staying)
  );
}

/** Without it Kafka could put something on a broker between the last look at it and its end. */
function cordonObstacle({ features }: ReachableKafka): Wait | undefined {
  const metadataLevel = features?.[METADATA_VERSION];
  if (metadataLevel === undefined) return unknown('no broker says which features the cluster has finalized');
  if (metadataLevel >= CORDON_LEVEL) return undefined;
  return refused(
    `brokers can be cordoned from metadata.version ${CORDON_LEVEL} (4.3-IV0) on, and ${metadataLevel} is finalized: ` +
      'without it new replicas could be put on a broker that is about to stop. Finalize the version that the brokers run',
  );
}

/** Brokers that Kafka has never seen take nothing over. */
export function startObstacle(view: ClusterView, { brokers }: Pick<ReachableKafka, 'brokers'>): Wait | undefined {
  const missing = stayingBrokers(view).filter(({ ordinal }) => !brokers.has(ordinal));
  if (missing.length === 0) return undefined;
  const message = `of the brokers that stay, ${named(namesOf(missing))} never registered: no broker leaves before`;
  return { task: 'resize', reason: 'WaitingForPods', message };
}

function replicationObstacle(
  { partitions }: ReachableKafka,
  staying: readonly PlacedPod[],
  leaving: ReadonlySet<string>,
): Wait | undefined {
  const factorOf = ({ replicas, adding, removing }: (typeof partitions)[number]): number =>
    replicas.length - Math.min(adding.length, removing.length);
  const largest = partitions.reduce<(typeof partitions)[number] | undefined>(
    (most, each) => (most === undefined || factorOf(each) > factorOf(most) ? each : most),
    undefined,
  );
  if (largest === undefined || factorOf(largest) <= staying.length) return undefined;
  return refused(
    `topic ${largest.topic} has ${factorOf(largest)} replicas of each partition, and ${staying.length} brokers would be left ` +
      `without ${named(leaving)}. Give the topic fewer replicas, or place more brokers`,
  );
}

/** Replicas are spread over zones: with fewer zones than replicas, the loss of one takes two copies. */
function zoneObstacle(view: ClusterView, staying: readonly PlacedPod[]): Wait | undefined {
  const zonesOf = (pods: readonly PlacedPod[]): number => new Set(pods.map(({ zone }) => zone)).size;
  const [before, after] = [zonesOf(view.brokers), zonesOf(staying)];
  if (after >= Math.min(before, REPLICATION_FACTOR)) return undefined;
  return refused(
    `${after} of ${before} zones would have brokers, ${REPLICATION_FACTOR} replicas need as many zones as there are. ` +
      'Place brokers in every zone',
  );
}

function diskObstacle(view: ClusterView, kafka: ReachableKafka, staying: readonly PlacedPod[]): Wait | undefined {
  const disks = new Map<string, BrokerDisk>();
  for (const { name, ordinal } of view.brokers) {
    const broker = kafka.brokers.get(ordinal);
    // One that never registered holds nothing, and offers nothing.
    if (broker === undefined) continue;
    if (broker.disk === undefined) return unknown(`${name} does not say how full its disk is`);
    disks.set(name, broker.disk);
  }
  const zones = [...new Set(view.brokers.map(({ zone }) => zone))];
  // With as many zones as replicas each zone has a copy of everything, which has to find room in that zone.
  const groups = zones.length <= REPLICATION_FACTOR ? zones.map((zone) => [zone]) : [zones];
  for (const group of groups) {
    const inGroup = (pods: readonly PlacedPod[]): readonly BrokerDisk[] =>
      pods.filter(({ zone }) => group.includes(zone)).flatMap(({ name }) => disks.get(name) ?? []);
    const usedBytes = inGroup(view.brokers).reduce((sum, disk) => sum + disk.totalBytes - disk.usableBytes, 0);
    const roomBytes = inGroup(staying).reduce((sum, disk) => sum + disk.totalBytes, 0);
    if (usedBytes > roomBytes * SHRINK_MAX_USED) return tooFull(group, usedBytes, roomBytes);
  }
  return undefined;
}

function tooFull(zones: readonly string[], usedBytes: number, roomBytes: number): Wait {
  const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  return refused(
    `${gib(usedBytes)} GiB are in use in ${zones.join(', ')}, and the brokers that stay there have disks of ${gib(roomBytes)} GiB, ` +
      `of which at most ${SHRINK_MAX_USED * 100} % may be in use (${gib(roomBytes * SHRINK_MAX_USED)} GiB). ` +
      'Raise storage.sizeGib, keep less, or place more brokers',
  );
}

function stayingBrokers({ brokers, leaving }: ClusterView): readonly PlacedPod[] {
  const names = namesOf(leaving);
  return brokers.filter(({ name }) => !names.has(name));
}

function namesOf(pods: readonly PlacedPod[]): ReadonlySet<string> {
  return new Set(pods.map(({ name }) => name));
}

function named(pods: ReadonlySet<string>): string {
  return [...pods].sort((a, b) => ordinalOf(a) - ordinalOf(b)).join(', ');
}

function refused(message: string): Wait {
  return { task: 'resize', reason: 'ShrinkRefused', message };
}

function unknown(message: string): Wait {
  return { task: 'resize', reason: 'UnknownState', message };
}
