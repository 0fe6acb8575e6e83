import { COLUMN, DIMENSION_COUNT, type Goal, HARD_GOALS } from '../goals.ts';
import { LOAD, LOAD_COLUMNS, PARTS_PER_UNIT } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import type { Step } from './moves-of.ts';
import type { Placement } from './placement.ts';
import type { Purpose, Purposes } from './purpose.ts';

/** How often steps that had to wait are looked at again. What still waits then is left out of the plan, and said. */
const MAX_SWEEPS = 64;

export type PurposefulStep = Step & Purpose;

export interface Ordered {
  readonly steps: readonly PurposefulStep[];
  /** Steps for which there was never room. */
  readonly stuck: readonly PurposefulStep[];
}

interface Candidate {
  readonly step: PurposefulStep;
  readonly rank: number;
  /** How many steps of the same urgency go to the same broker before this one: takers have their turns, so that many can run at once. */
  readonly turn: number;
  readonly before: Candidate | undefined;
  done: boolean;
}

/**
 * Puts the steps of each partition into an order in which each prefix is safe, the most urgent first, changes of leaders before moves. `running` is how things
 * are; it is how they will be at the end.
 */
export function orderSteps(chains: readonly (readonly Step[])[], running: Placement, purposes: Purposes): Ordered {
  let waiting = candidatesOf(chains, running.brokerCount, purposes);
  const steps: PurposefulStep[] = [];
  for (let sweep = 0; sweep < MAX_SWEEPS && waiting.length > 0; sweep += 1) {
    const left = waiting.filter((candidate) => {
      if (candidate.before?.done === false || !take(candidate.step, running)) return true;
      candidate.done = true;
      steps.push(candidate.step);
      return false;
    });
    if (left.length === waiting.length) break;
    waiting = left;
  }
  return { steps, stuck: waiting.map(({ step }) => step) };
}

function candidatesOf(
  chains: readonly (readonly Step[])[],
  brokerCount: number,
  purposes: Purposes,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const turns = new Int32Array(brokerCount * RANKS);
  for (const chain of chains) {
    let before: Candidate | undefined;
    for (const step of chain) {
      const purpose = purposes.of(step);
      const rank = rankOf(purpose.goal, step.kind);
      const at = step.to * RANKS + rank;
      const turn = i32(turns, at);
      turns[at] = turn + 1;
      const candidate: Candidate = { step: { ...step, ...purpose }, rank, turn, before, done: false };
      candidates.push(candidate);
      before = candidate;
    }
  }
  return candidates.sort((a, b) => a.rank - b.rank || a.turn - b.turn || a.step.to - b.step.to);
}

const RANKS = HARD_GOALS.length + 2;

function rankOf(goal: Goal, kind: Step['kind']): number {
  const hard = (HARD_GOALS as readonly Goal[]).indexOf(goal);
  return hard >= 0 ? hard : kind === 'leader-change' ? RANKS - 2 : RANKS - 1;
}

/** Carries a step out if it is safe now. */
function take(step: Step, running: Placement): boolean {
  const { partition, from, to } = step;
  if (step.kind === 'leader-change') {
    if (!running.holds(partition, to) || !running.fitsLeader(partition, to)) return false;
    running.lead(partition, to);
    return true;
  }
  const replica = replicaOn(running, partition, from);
  if (replica < 0 || !running.keepsRacks(replica, to) || !running.fits(partition, to, step.role)) return false;
  if (!canFeed(running, partition)) return false;
  running.move(replica, to);
  return true;
}

/** While a replica is on its way the leader sends one stream more; that may not take it beyond what its network can. */
function canFeed({ model, leaderOf, carried, dead }: Placement, partition: number): boolean {
  const leader = i32(leaderOf, partition);
  if (u8(dead, leader) === 1) return true;
  const most = (model.brokers[leader]?.capacity.nwOut ?? 0) * PARTS_PER_UNIT.nwOut;
  const more = f64(model.loads, partition * LOAD_COLUMNS + LOAD.nwIn);
  return f64(carried, leader * DIMENSION_COUNT + COLUMN.nwOut) + more <= most;
}

function replicaOn({ model, brokerOf }: Placement, partition: number, broker: number): number {
  const end = i32(model.firstReplica, partition + 1);
  for (let replica = i32(model.firstReplica, partition); replica < end; replica += 1) {
    if (i32(brokerOf, replica) === broker) return replica;
  }
  return -1;
}
