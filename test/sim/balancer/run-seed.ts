import type { Decide } from '../../../operators/balancer/execute/balance-pass.ts';
import { Prng } from '../kernel/prng.ts';
import { Trace } from '../kernel/trace.ts';
import type { Invariant, Violation } from './invariants.ts';
import { chooseHappenings, heal, populate } from './workload.ts';
import { World } from './world.ts';

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: number;
  /** Moves of replicas that the balancer began. */
  readonly moves: number;
  readonly steps: readonly string[];
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly core: Decide;
  /** Goes on after violations of any other. @default - ends at the first violation */
  readonly huntFor?: Invariant;
  readonly onEvent?: (line: string) => void;
}

const LIVENESS_MS = 2 * 3_600_000;
const QUIET_MS = 3 * 60_000;
const ROUGH = { errorRate: 0.05, lostResponseRate: 0.05, crashRate: 0.02, longFlightRate: 0.02, pauseRate: 0.02 };

/** One life of a cluster: happenings under faults, healing, rest in bounded time. The seed decides everything. */
export async function runSeed(seed: number, { core, huntFor, onEvent }: RunOptions): Promise<SeedResult> {
  const random = new Prng(seed ^ 0x2c1b_3c6d);
  const world = new World(seed, core, new Trace(onEvent));
  const { scheduler, judge } = world;
  const isOver = (): boolean =>
    huntFor === undefined
      ? judge.violations.length > 0
      : judge.violations.some(({ invariant }) => invariant === huntFor);
  populate(world, random);
  const endMs = random.int(120_000, 1_200_000);
  const happenings = chooseHappenings(random, endMs);
  for (const { name, atMs, act } of happenings) {
    scheduler.at(atMs, () => {
      world.change(name, () => {
        act(world, random);
      });
    });
  }
  if (random.chance(0.7)) world.weather = ROUGH;
  world.startProcess();
  await scheduler.runUntil(endMs, isOver);
  if (!isOver()) {
    heal(world);
    await settle(world, isOver);
  }
  return {
    seed,
    violations: judge.violations,
    faults: world.faults + happenings.length,
    moves: judge.moves,
    steps: happenings.map(({ name }) => name),
    trace: world.trace.last(),
  };
}

async function settle(world: World, isOver: () => boolean): Promise<void> {
  const { scheduler, judge } = world;
  const deadlineMs = scheduler.nowMs + LIVENESS_MS;
  // Whoever is away may come back until then, or is given up.
  await scheduler.runUntil(scheduler.nowMs + 20 * 60_000, isOver);
  while (!isAtRest(world) && scheduler.nowMs < deadlineMs && !isOver()) {
    await scheduler.runUntil(scheduler.nowMs + 5_000, isOver);
  }
  if (isOver()) return;
  if (!isAtRest(world)) {
    const { state = 'nothing', wait, plan } = world.last ?? {};
    judge.violate('liveness', `${state}, ${wait?.reason ?? 'no wait'}, ${plan?.moves.length ?? 0} moves left`);
    return;
  }
  const { wait, plan } = world.last ?? {};
  world.note(
    `rests: ${wait?.reason ?? 'no wait'}, ${plan?.moves.length ?? 0} moves left, ${JSON.stringify(plan?.unmet)}`,
  );
  judge.judgeRest(world.intent, plan?.unmet ?? []);
  judge.beQuiet();
  await scheduler.runUntil(scheduler.nowMs + QUIET_MS, isOver);
}

function isAtRest({ last, kafka }: World): boolean {
  return last?.steps.length === 0 && [...kafka.partitions.values()].every(({ mover }) => mover === undefined);
}
