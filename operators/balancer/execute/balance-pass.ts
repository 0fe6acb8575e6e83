import { isDeepStrictEqual } from 'node:util';
import { type Decision, type DecideOptions, decide } from './decide.ts';
import type { BalanceIntent, BalanceMemory, ObservedCluster } from './observed.ts';
import { EXECUTE_SETTINGS } from './settings.ts';
import type { BalanceStep } from './steps.ts';

export interface Observation {
  /** `atMs` is the time before the first question was asked. */
  readonly cluster: ObservedCluster;
  readonly intent: BalanceIntent;
  readonly memory: BalanceMemory;
}

/** What a pass needs of the world. Any call may fail, before or after it took effect. */
export interface BalancerPorts {
  /** Everything, asked now. */
  readonly observe: () => Promise<Observation>;
  /** What this process keeps, before the first call is made: how the calls end does not change what was tried. */
  readonly decided: (decision: Decision) => void;
  readonly remember: (memory: BalanceMemory) => Promise<void>;
  readonly carryOut: (step: BalanceStep) => Promise<void>;
  readonly nowMs: () => number;
  readonly isLeader: () => boolean;
}

export type Decide = (
  cluster: ObservedCluster,
  intent: BalanceIntent,
  memory: BalanceMemory,
  options?: DecideOptions,
) => Decision;

/**
 * One pass: looks, decides, stores what the next pass has to know, and makes one call after the other. It stops where it leads
 * no longer or what it saw has become too old; the next pass sees what became of it.
 *
 * @throws whatever a port throws
 */
export async function balancePass(
  ports: BalancerPorts,
  options: DecideOptions = {},
  core: Decide = decide,
): Promise<Decision> {
  const { cluster, intent, memory } = await ports.observe();
  const decision = core(cluster, intent, memory, options);
  ports.decided(decision);
  const maxAgeMs = options.execute?.viewMaxAgeMs ?? EXECUTE_SETTINGS.viewMaxAgeMs;
  const mayAct = (): boolean => ports.isLeader() && ports.nowMs() - cluster.atMs <= maxAgeMs;
  if (!isSameMemory(decision.memory, memory)) {
    if (!mayAct()) return decision;
    await ports.remember(decision.memory);
  }
  for (const step of decision.steps) {
    if (!mayAct()) break;
    await ports.carryOut(step);
  }
  return decision;
}

function isSameMemory(one: BalanceMemory, other: BalanceMemory): boolean {
  return (
    one.isUnderWay === other.isUnderWay &&
    one.rateChangedAtMs === other.rateChangedAtMs &&
    one.newBrokers.length === other.newBrokers.length &&
    one.newBrokers.every((id) => other.newBrokers.includes(id)) &&
    isDeepStrictEqual(one.stalled ?? [], other.stalled ?? [])
  );
}
