import { reconcileClient } from '../../../operators/client/reconcile-client.ts';
import { Prng } from '../kernel/prng.ts';
import { Trace } from '../kernel/trace.ts';
import type { ReconcileConnect } from './connect-process.ts';
import { unfinished } from './convergence.ts';
import { injectFault } from './faults.ts';
import type { Invariant, Violation } from './invariants.ts';
import { choosePasswordSteps, chooseSteps, mendAll, type Step } from './workload.ts';
import { ConnectWorld } from './world.ts';

/** The operator's core as it is. */
export const CONNECT_CORE: ReconcileConnect = (psc, ports, options) => reconcileClient(psc, ports, options);

export interface ConnectSeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: number;
  /** Changes of connectors by the operator, and restarts among them. */
  readonly calls: number;
  readonly restarts: number;
  readonly steps: readonly string[];
  /** The last events, oldest first. */
  readonly trace: readonly string[];
}

export interface ConnectRunOptions {
  readonly reconcile: ReconcileConnect;
  /** Goes on after violations of any other. @default - ends at the first violation */
  readonly huntFor?: Invariant;
  /** Hears every event. */
  readonly onEvent?: (line: string) => void;
}

/** What may be seen only once all is well again. */
const UNTIL_THE_END: ReadonlySet<Invariant> = new Set(['liveness', 'quiet', 'let-in']);
const LIVENESS_MS = 60 * 60_000;
const QUIET_MS = 3 * 60_000;

/** One life of a Connect cluster: workload under faults, healing, convergence in bounded time, rest. The seed decides everything. */
export async function runSeed(
  seed: number,
  { reconcile, huntFor, onEvent }: ConnectRunOptions,
): Promise<ConnectSeedResult> {
  const random = new Prng(seed ^ 0x2c0f_fee5);
  const world = new ConnectWorld(seed, reconcile, new Trace(onEvent));
  const { scheduler, judge } = world;
  const isOver = (): boolean =>
    huntFor === undefined
      ? judge.violations.length > 0
      : judge.violations.some(({ invariant }) => invariant === huntFor);
  const chosen = chooseSteps(random);
  const endMs = (chosen.at(-1)?.atMs ?? 0) + random.int(10_000, 240_000);
  const asked = choosePasswordSteps(new Prng(seed ^ 0x0a55_c0de)).filter(({ atMs }) => atMs < endMs);
  const steps = [...chosen, ...asked].sort((a, b) => a.atMs - b.atMs);
  world.createPsc(random.int(1, 3));
  schedule(world, steps, endMs, random);
  await scheduler.runUntil(endMs, isOver);
  const needsTheEnd = huntFor === undefined || UNTIL_THE_END.has(huntFor);
  if (!isOver() && needsTheEnd) {
    world.heal();
    mendAll(world, random);
    await settle(world, isOver);
  }
  return {
    seed,
    violations: judge.violations,
    faults: world.faults,
    ...judge.counts,
    steps: steps.map(({ name }) => name),
    trace: world.trace.last(),
  };
}

function schedule(world: ConnectWorld, steps: readonly Step[], endMs: number, random: Prng): void {
  for (const { name, atMs, act } of steps) {
    world.scheduler.at(atMs, () => {
      world.note(`STEP ${name}`);
      act(world, random);
    });
  }
  const count = random.int(0, random.pick([0, 4, 12]));
  for (let fault = 0; fault < count; fault += 1) {
    world.scheduler.at(random.int(0, endMs - 1), () => {
      injectFault(world, random);
    });
  }
}

async function settle(world: ConnectWorld, isOver: () => boolean): Promise<void> {
  const { scheduler, judge } = world;
  const deadlineMs = scheduler.nowMs + LIVENESS_MS;
  while (unfinished(world) !== undefined && scheduler.nowMs < deadlineMs && !isOver()) {
    await scheduler.runUntil(scheduler.nowMs + 5_000, isOver);
  }
  if (isOver()) return;
  const left = unfinished(world);
  if (left !== undefined) {
    const { conditions = [], connect } = world.api.storedPsc()?.status ?? {};
    for (const { type, status, reason, message } of conditions)
      world.note(`${type}=${status} ${reason}: ${message ?? ''}`);
    world.note(JSON.stringify(connect));
    judge.violate('liveness', left);
    return;
  }
  // What the last change woke may still look once more.
  await scheduler.runUntil(scheduler.nowMs + 60_000, isOver);
  judge.beQuiet();
  await scheduler.runUntil(scheduler.nowMs + QUIET_MS, isOver);
}
