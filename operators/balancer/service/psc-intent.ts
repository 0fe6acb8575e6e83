import { REPLICATION, TARGET_UTILIZATION } from '../../../constructs/capacity/assumptions.ts';
import { ordinalOf } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { internalHost } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { CONDITION_TYPES, findCondition } from '../../../contracts/conditions.ts';
import type { KafkaSpec, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { type BrokerPlace, brokerPlaces } from '../../psc/kafka/broker-places.ts';
import type { BalanceIntent, BalanceMemory } from '../execute/observed.ts';
import type { Resource } from '../model/cluster-model.ts';

/** What a PSC asks of the balancer. */
export function intentOf(psc: PhysicalStatefulCluster, nowMs: number): BalanceIntent {
  const { paused = false, balancing = 'On', drain = [], excludedTopics = [] } = psc.spec.maintenance ?? {};
  const mode = balancing === 'Cancelled' ? 'cancelled' : paused || balancing === 'Paused' ? 'paused' : 'on';
  // Not before the operator has found that they may go, and until it has found that they may stay.
  const leaving = (psc.status?.leaving ?? []).flatMap(({ pod, goneAt }) =>
    goneAt === undefined ? [ordinalOf(pod)] : [],
  );
  const emptied = [...new Set([...drain.map(ordinalOf), ...leaving])];
  return { mode, isRolling: isRolling(psc, nowMs), drain: emptied, excludedTopics };
}

/** All brokers that may hold data: those that the PSC asks for, and those that it does not ask for any more. */
export function balancedBrokers(psc: PhysicalStatefulCluster): readonly BrokerPlace[] {
  return [...brokerPlaces(psc), ...leavingBrokers(psc)];
}

/** Brokers that served and are placed no longer: they are to be emptied before anybody stops them. */
function leavingBrokers(psc: PhysicalStatefulCluster): readonly BrokerPlace[] {
  const placed = new Set(brokerPlaces(psc).map(({ pod }) => pod));
  return (psc.status?.brokers ?? []).flatMap(({ pod, zone, joined }) => {
    if (placed.has(pod) || zone === undefined || joined !== true) return [];
    return [{ id: ordinalOf(pod), pod, zone, host: internalHost('broker', pod, psc.metadata.name) }];
  });
}

/** Reasons by which the operator says that it replaces brokers, or is about to. */
const ROLLING: ReadonlySet<string> = new Set([
  'RollingBrokers',
  'RollingControllers',
  'ReassignmentRunning',
  'WaitingForPods',
  'WaitingForLeaders',
  'StaleView',
]);
/**
 * A batch that is under way for longer waits for what the operator cannot mend. The broker may be gone for good then, and its
 * replicas are made anew elsewhere.
 */
const ROLL_PATIENCE_MS = 60 * 60_000;

function isRolling({ status = {} }: PhysicalStatefulCluster, nowMs: number): boolean {
  const since = status.fence?.since;
  if (status.fence !== undefined) return since === undefined || nowMs - Date.parse(since) < ROLL_PATIENCE_MS;
  const rolling = findCondition(status.conditions, CONDITION_TYPES.rolling);
  return rolling?.status === 'True' && ROLLING.has(rolling.reason);
}

/**
 * What one broker can carry: the cluster's limits as the shape spreads them, with the third of a broker's network that shapes
 * leave free (constructs/capacity). Of its volume the broker itself tells the size.
 */
export function capacityOf({ brokers, limits, placement }: KafkaSpec): Readonly<Record<Resource, number>> {
  const count = Object.values(placement).reduce((sum, { pods }) => sum + pods.length, 0);
  const ofOne = (bytesPerSecond: number): number => bytesPerSecond / 1024 / Math.max(1, count) / TARGET_UTILIZATION;
  const ingress = Number(limits.ingressBytesPerSecond);
  const egress = Number(limits.egressBytesPerSecond);
  return {
    disk: brokers.storage.sizeGib * 1024,
    nwIn: ofOne(REPLICATION.factor * ingress),
    nwOut: ofOne(egress + (REPLICATION.factor - 1) * ingress),
    cpu: brokers.resources.cpuLimitMillis / 10,
  };
}

/** What another balancer, or this one before, has left in the status. */
export function storedMemory({ status }: PhysicalStatefulCluster): BalanceMemory {
  const { memory = {}, stalledBrokers = [] } = status?.balance ?? {};
  const { underWay = false, newBrokers = [], rateChangedAt } = memory;
  const stalled = stalledBrokers.map(({ pod, since, last }) => ({
    broker: ordinalOf(pod),
    sinceMs: Date.parse(since),
    lastMs: Date.parse(last),
  }));
  return {
    isUnderWay: underWay,
    newBrokers,
    ...(stalled.length === 0 ? {} : { stalled }),
    ...(rateChangedAt === undefined ? {} : { rateChangedAtMs: Date.parse(rateChangedAt) }),
  };
}
