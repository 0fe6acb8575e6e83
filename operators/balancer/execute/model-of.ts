import { buildModel } from '../model/build-model.ts';
import {
  type Broker,
  type BrokerState,
  type ClusterModel,
  type PartitionLoads,
  type Resource,
  RESOURCES,
} from '../model/cluster-model.ts';
import {
  type BalanceIntent,
  type BalanceMemory,
  type ObservedBroker,
  type ObservedCluster,
  type ObservedPartition,
  targetOf,
} from './observed.ts';
import type { ExecuteSettings } from './settings.ts';

export type BrokerStates = ReadonlyMap<number, BrokerState>;

/** What may happen to each broker. One that is away for a short time takes and leads nothing, and keeps what it has. */
export function brokerStates(
  { atMs, brokers }: ObservedCluster,
  { drain }: BalanceIntent,
  { newBrokers }: Pick<BalanceMemory, 'newBrokers'>,
  { deadAfterMs, demoteAfterMs, silentAfterMs }: ExecuteSettings,
): BrokerStates {
  const isFaint = ({ slowSinceMs = atMs, silentSinceMs = atMs }: ObservedBroker): boolean =>
    atMs - slowSinceMs >= demoteAfterMs || atMs - silentSinceMs >= silentAfterMs;
  // Where it is so with many, it is not the broker.
  const isAlone = brokers.filter(isFaint).length * 3 <= brokers.length;
  const stateOf = (broker: ObservedBroker): BrokerState => {
    const { id, fencedSinceMs } = broker;
    if (fencedSinceMs !== undefined && atMs - fencedSinceMs >= deadAfterMs) return 'dead';
    if (drain.includes(id)) return 'draining';
    if (fencedSinceMs !== undefined || (isAlone && isFaint(broker))) return 'demoted';
    return newBrokers.includes(id) ? 'new' : 'alive';
  };
  return new Map(brokers.map((broker) => [broker.id, stateOf(broker)]));
}

/** Brokers in service that hold nothing and get nothing yet: an expansion. */
export function emptyBrokers({ brokers, partitions }: ObservedCluster, { drain }: BalanceIntent): readonly number[] {
  const holders = new Set(partitions.flatMap(({ replicas }) => replicas));
  return brokers
    .filter(({ id, fencedSinceMs }) => fencedSinceMs === undefined && !holders.has(id) && !drain.includes(id))
    .map(({ id }) => id);
}

/**
 * The cluster as it will be when what runs has ended and leaders are where they belong; undefined where no broker may hold
 * anything. Replicas on brokers that nobody knows any more cannot be judged: their partitions are left out.
 */
export function modelOf(
  { brokers, partitions }: ObservedCluster,
  states: BrokerStates,
  excluded: ReadonlySet<string>,
): ClusterModel | undefined {
  const known = brokers.map(({ id, rack, capacity }): Broker => ({
    id,
    rack,
    capacity,
    state: states.get(id) ?? 'dead',
  }));
  if (!known.some(({ state }) => state !== 'dead' && state !== 'draining')) return undefined;
  const idle = idleResources(known, partitions);
  const ends = partitions
    .map((partition) => ({
      ...partition,
      ...idle,
      replicas: targetOf(partition),
      leader: leaderAtEnd(partition, states),
    }))
    .filter(({ replicas }) => replicas.length > 0 && replicas.every((id) => states.has(id)));
  return buildModel(known, ends, excluded);
}

/** Of what all brokers can carry: less is nothing that one could carry too much of, and its noise is not to be evened out. */
const IDLE_SHARE = 0.01;

/** No load of those resources that the whole cluster hardly uses. */
function idleResources(
  brokers: readonly Broker[],
  partitions: readonly ObservedPartition[],
): Partial<Record<keyof PartitionLoads, 0>> {
  const isIdle = (resource: Resource): boolean => {
    const capacity = brokers.reduce((sum, broker) => sum + broker.capacity[resource], 0);
    const used = partitions.reduce(
      (sum, each) => sum + each[resource] * (resource === 'disk' ? each.replicas.length : 1),
      0,
    );
    return used < capacity * IDLE_SHARE;
  };
  return Object.fromEntries(RESOURCES.filter(isIdle).map((resource) => [resource, 0]));
}

/** The preferred leader where it may lead, else who leads now, else whoever may. */
export function leaderAtEnd(partition: ObservedPartition, states: BrokerStates): number {
  const target = targetOf(partition);
  const [preferred = -1] = target;
  const mayLead = (id: number): boolean => LEADS.includes(states.get(id) ?? 'dead');
  if (mayLead(preferred)) return preferred;
  if (target.includes(partition.leader)) return partition.leader;
  return target.find(mayLead) ?? preferred;
}

const LEADS: readonly BrokerState[] = ['alive', 'new', 'cordoned'];
