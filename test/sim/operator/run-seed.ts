import type { MaintenanceSpec } from '../../../contracts/gen/psc-types.ts';
import { Prng } from '../kernel/prng.ts';
import { Trace } from '../kernel/trace.ts';
import { isShrinkHampered, unfinished } from './convergence.ts';
import { injectFault } from './faults.ts';
import type { Invariant, Violation } from './invariants.ts';
import { scheduleIssuers } from './issuers.ts';
import type { Reconcile } from './operator-process.ts';
import { chooseKafka, endUpgrades, scheduleUpgrades } from './upgrades.ts';
import { EPOCH_MS } from './wall-clock.ts';
import { chooseSteps, mendAll } from './workload.ts';
import { World } from './world.ts';

export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: number;
  /** Disruptions by the operator, and those of them that only a fault of the last moment excuses. */
  readonly disruptions: number;
  readonly excused: number;
  readonly steps: readonly string[];
  readonly virtualMs: number;
  /** The last events, oldest first. */
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly reconcile: Reconcile;
  /** Goes on after violations of any other. @default - ends at the first violation */
  readonly huntFor?: Invariant;
  /** Hears every event. */
  readonly onEvent?: (line: string) => void;
}

/** Two rotations of passwords one after the other take 35 minutes of it. */
const LIVENESS_MS = 75 * 60_000;
const QUIET_MS = 3 * 60_000;
/** From when processes of one release end until those of the other have led for a while. */
const TURN_MS = 2 * 60_000;
const TAKE_OVER_MS = 5 * 60_000;

/** One life of a cluster: workload under faults, healing, convergence in bounded time, rest. The seed decides everything. */
export async function runSeed(seed: number, { reconcile, huntFor, onEvent }: RunOptions): Promise<SeedResult> {
  const random = new Prng(seed ^ 0x51ed_270b);
  const world = new World(seed, reconcile, new Trace(onEvent));
  const { scheduler, judge } = world;
  const isOver = (): boolean =>
    huntFor === undefined
      ? judge.violations.length > 0
      : judge.violations.some(({ invariant }) => invariant === huntFor);
  const brokers = random.pick([3, 3, 6, 6]);
  const steps = chooseSteps(random, brokers);
  const endMs = (steps.at(-1)?.atMs ?? 0) + random.int(10_000, 240_000);
  const upgrades = new Prng(seed ^ 0x3b9d_42c7);
  const first = chooseKafka(upgrades, world.releases);
  world.createPsc(brokers, random.int(1, 3), random.pick([0, 0, 0, 3]), first);
  schedule(world, steps, random);
  scheduleFaults(world, endMs, random);
  world.drains.schedule(endMs);
  world.releases.schedule(endMs);
  scheduleRotations(world, endMs, new Prng(seed ^ 0x7a3d_11e5));
  scheduleUpgrades(world, first, endMs, upgrades);
  schedulePasswords(world, endMs, new Prng(seed ^ 0x5be0_cd19));
  scheduleIssuers(world, endMs, new Prng(seed ^ 0x1b56_c4e9));
  await scheduler.runUntil(endMs, isOver);
  const needsTheEnd = huntFor === undefined || huntFor === 'liveness' || huntFor === 'quiet' || huntFor === 'let-in';
  if (!isOver() && needsTheEnd) {
    world.heal();
    world.releases.bringAll('newest');
    mendAll(world);
    endUpgrades(world);
    world.drains.scheduleLast(() => {
      mendAll(world);
    });
    await settle(world, isOver);
  }
  return {
    seed,
    violations: judge.violations,
    faults: world.faults,
    disruptions: judge.disruptions,
    excused: judge.excused,
    steps: steps.map(({ name }) => name),
    virtualMs: scheduler.nowMs,
    trace: world.trace.last(),
  };
}

function schedule(world: World, steps: ReturnType<typeof chooseSteps>, random: Prng): void {
  for (const { name, atMs, act } of steps) {
    world.scheduler.at(atMs, () => {
      world.note(`STEP ${name}`);
      act(world, random);
    });
  }
}

function scheduleFaults(world: World, endMs: number, random: Prng): void {
  const count = random.int(0, random.pick([0, 4, 12]));
  for (let fault = 0; fault < count; fault += 1) {
    world.scheduler.at(random.int(0, endMs - 1), () => {
      injectFault(world, random);
    });
  }
}

/** In some lives people ask for other certificates, or for another authority, and perhaps again while it is being replaced. */
function scheduleRotations(world: World, endMs: number, random: Prng): void {
  if (!random.chance(0.4)) return;
  const wishes = random.int(1, 3);
  let atMs = random.int(60_000, endMs);
  for (let wish = 0; wish < wishes && atMs < endMs; wish += 1) {
    const what = random.chance(0.75) ? 'authorityRequestedAt' : 'certificatesRequestedAt';
    scheduleWish(world, atMs, what);
    atMs += random.int(1_000, 300_000);
  }
}

/** In some lives people ask for other passwords of the platform's users, and perhaps again. */
function schedulePasswords(world: World, endMs: number, random: Prng): void {
  if (!random.chance(0.3)) return;
  const atMs = random.int(60_000, endMs);
  scheduleWish(world, atMs, 'passwordsRequestedAt');
  const nextMs = atMs + random.int(1_000, 300_000);
  if (nextMs < endMs && random.chance(0.5)) scheduleWish(world, nextMs, 'passwordsRequestedAt');
}

function scheduleWish(world: World, atMs: number, what: keyof MaintenanceSpec): void {
  world.scheduler.at(atMs, () => {
    world.note(`STEP ${what}`);
    world.api.editPsc((psc) => ({
      ...psc,
      spec: {
        ...psc.spec,
        maintenance: { ...psc.spec.maintenance, [what]: new Date(EPOCH_MS + world.scheduler.nowMs).toISOString() },
      },
    }));
  });
}

async function settle(world: World, isOver: () => boolean): Promise<void> {
  const { scheduler, judge } = world;
  // Whatever the older release has overlooked is taken up before anything can count as finished.
  if (world.releases.areMixed) await scheduler.runUntil(scheduler.nowMs + TAKE_OVER_MS, isOver);
  const deadlineMs = scheduler.nowMs + LIVENESS_MS;
  while (unfinished(world) !== undefined && scheduler.nowMs < deadlineMs && !isOver()) {
    await scheduler.runUntil(scheduler.nowMs + 5_000, isOver);
  }
  if (isOver()) return;
  const left = unfinished(world);
  if (left !== undefined) {
    const { conditions = [], fence, rolls } = world.api.storedPsc()?.status ?? {};
    for (const { type, status, reason, message } of conditions)
      world.note(`${type}=${status} ${reason}: ${message ?? ''}`);
    world.note(`fence ${JSON.stringify(fence)}, rolls ${JSON.stringify(rolls)}`);
    judge.violate('liveness', left);
    return;
  }
  // What waited for something that is only now as it should be, begins.
  await scheduler.runUntil(scheduler.nowMs + 60_000, isOver);
  if (isShrinkHampered(world)) return;
  await rest(world, 0, isOver);
  if (!world.releases.areMixed) return;
  // The older release is brought back, and the newest once more: each says what it knows, and then rests.
  for (const release of ['older', 'newest'] as const) {
    if (isOver()) return;
    judge.mayWrite();
    world.releases.bringAll(release);
    await rest(world, TURN_MS, isOver);
  }
}

/** What the last change woke may still look once more; then nothing is written. */
async function rest({ scheduler, judge }: World, untilMs: number, isOver: () => boolean): Promise<void> {
  await scheduler.runUntil(scheduler.nowMs + untilMs, isOver);
  judge.beQuiet();
  await scheduler.runUntil(scheduler.nowMs + QUIET_MS, isOver);
}
