import { RESOURCES } from '../../../operators/balancer/model/cluster-model.ts';
import type { CommonInput, CommonPartition, Proposal } from './common-format.ts';

/** Columns of which the judge tells how even they are. */
export const JUDGED = [...RESOURCES, 'replicas', 'leaders', 'leaderIn', 'potOut'] as const;
export type Judged = (typeof JUDGED)[number];

/** How even one column is over the brokers that are not dead. `cv` is the population's standard deviation over the mean. */
export interface Evenness {
  readonly cv: number;
  readonly maxOverMean: number;
  readonly minOverMean: number;
  readonly max: number;
}

export interface Measured {
  readonly columns: Readonly<Record<Judged, Evenness>>;
  /** Mean over the topics of the most replicas of it on a broker less the fewest. */
  readonly topicSpread: number;
  readonly rackViolations: number;
  readonly offlineReplicas: number;
}

export interface Verdict {
  readonly replicaMoves: number;
  readonly movesToNonNew: number;
  readonly leaderChanges: number;
  readonly movedMb: number;
  readonly movedPercentOfData: number;
  readonly before: Measured;
  readonly after: Measured;
}

interface Placement {
  readonly replicas: readonly number[];
  readonly leader: number;
}

/** Judges what any balancer proposes for a cluster; throws a RangeError for a proposal that is none. */
export function judge(input: CommonInput, proposals: readonly Proposal[]): Verdict {
  const indexOf = new Map(input.partitions.map((each, index) => [keyOf(each), index]));
  const after: Placement[] = [...input.partitions];
  const isNew = new Set(input.brokers.filter(({ state }) => state === 'new').map(({ id }) => id));
  let [replicaMoves, movesToNonNew, leaderChanges, movedMb] = [0, 0, 0, 0];
  for (const proposal of proposals) {
    const index = indexOf.get(keyOf(proposal)) ?? -1;
    const partition = input.partitions[index];
    if (partition === undefined) throw new RangeError(`there is no partition ${keyOf(proposal)}`);
    const placement = placementOf(proposal, partition);
    const added = placement.replicas.filter((id) => !partition.replicas.includes(id));
    replicaMoves += added.length;
    movesToNonNew += added.filter((id) => !isNew.has(id)).length;
    movedMb += partition.size * added.length;
    if (placement.leader !== partition.leader) leaderChanges += 1;
    after[index] = placement;
  }
  const data = input.partitions.reduce((total, { size, replicas }) => total + size * replicas.length, 0);
  return {
    replicaMoves,
    movesToNonNew,
    leaderChanges,
    movedMb,
    movedPercentOfData: data > 0 ? (100 * movedMb) / data : 0,
    before: measure(input, input.partitions),
    after: measure(input, after),
  };
}

function placementOf(proposal: Proposal, partition: CommonPartition): Placement {
  const leader = proposal.newLeader ?? proposal.new[0] ?? -1;
  const sameOld = proposal.old.toSorted().join() === partition.replicas.toSorted().join();
  if (!sameOld) throw new RangeError(`${keyOf(proposal)} has other replicas than ${proposal.old.join()}`);
  if (proposal.new.length !== proposal.old.length) throw new RangeError(`${keyOf(proposal)} changes its replication`);
  if (new Set(proposal.new).size !== proposal.new.length) throw new RangeError(`${keyOf(proposal)} repeats a broker`);
  if (!proposal.new.includes(leader)) throw new RangeError(`${keyOf(proposal)} is led by none of its replicas`);
  return { replicas: proposal.new, leader };
}

type Loads = Record<Judged, number>;

function measure(input: CommonInput, placements: readonly Placement[]): Measured {
  const live = input.brokers.filter(({ state }) => state !== 'dead');
  const liveIds = new Set(live.map(({ id }) => id));
  const rackOf = new Map(input.brokers.map(({ id, rack }) => [id, rack]));
  const liveRacks = new Set(live.map(({ rack }) => rack)).size;
  const loads = new Map(input.brokers.map(({ id }) => [id, noLoads()]));
  const ofTopic = new Map<string, Map<number, number>>();
  let [rackViolations, offlineReplicas] = [0, 0];
  for (const [index, partition] of input.partitions.entries()) {
    const { replicas, leader } = placements[index] ?? partition;
    const racks = new Set(replicas.map((id) => rackOf.get(id))).size;
    if (racks < Math.min(replicas.length, liveRacks)) rackViolations += 1;
    const topic = ofTopic.get(partition.topic) ?? new Map<number, number>();
    ofTopic.set(partition.topic, topic);
    for (const id of replicas) {
      add(loads.get(id) ?? noLoads(), partition, id === leader ? 'leader' : 'follower');
      topic.set(id, (topic.get(id) ?? 0) + 1);
      if (!liveIds.has(id)) offlineReplicas += 1;
    }
  }
  const columns = Object.fromEntries(
    JUDGED.map((column) => [
      column,
      evenness(live.map(({ id, capacity }) => (loads.get(id)?.[column] ?? 0) / per(column, capacity))),
    ]),
  ) as Record<Judged, Evenness>;
  return { columns, topicSpread: spread([...ofTopic.values()], [...liveIds]), rackViolations, offlineReplicas };
}

function noLoads(): Loads {
  return { disk: 0, nwIn: 0, nwOut: 0, cpu: 0, replicas: 0, leaders: 0, leaderIn: 0, potOut: 0 };
}

function add(loads: Loads, { size, nwIn, nwOut, cpu }: CommonPartition, role: 'leader' | 'follower'): void {
  loads.disk += size;
  loads.nwIn += nwIn;
  loads.replicas += 1;
  loads.potOut += nwOut;
  const replication = 0.7 * nwIn + 0.15 * nwOut;
  if (role === 'follower') {
    loads.cpu += replication > 0 ? (cpu * 0.15 * nwIn) / replication : 0;
    return;
  }
  loads.nwOut += nwOut;
  loads.cpu += cpu;
  loads.leaders += 1;
  loads.leaderIn += nwIn;
}

/** Counts are compared as they are, loads as shares of the broker's capacity. */
function per(column: Judged, capacity: CommonInput['brokers'][number]['capacity']): number {
  switch (column) {
    case 'disk':
    case 'nwIn':
    case 'nwOut':
    case 'cpu':
      return capacity[column];
    case 'potOut':
      return capacity.nwOut;
    case 'replicas':
    case 'leaders':
    case 'leaderIn':
      return 1;
  }
}

function evenness(values: readonly number[]): Evenness {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  const max = Math.max(...values);
  if (mean === 0) return { cv: 0, maxOverMean: 0, minOverMean: 0, max };
  return { cv: Math.sqrt(variance) / mean, maxOverMean: max / mean, minOverMean: Math.min(...values) / mean, max };
}

function spread(topics: readonly ReadonlyMap<number, number>[], live: readonly number[]): number {
  const spreads = topics.map((topic) => {
    const counts = live.map((id) => topic.get(id) ?? 0);
    return Math.max(...counts) - Math.min(...counts);
  });
  return spreads.length > 0 ? spreads.reduce((total, each) => total + each, 0) / spreads.length : 0;
}

function keyOf({ topic, partition }: Pick<CommonPartition, 'topic' | 'partition'>): string {
  return `${topic}-${partition}`;
}
