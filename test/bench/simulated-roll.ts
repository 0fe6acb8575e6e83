import { reconcile } from '../../operators/psc/reconcile.ts';
import { Trace } from '../sim/kernel/trace.ts';
import { unfinished } from '../sim/operator/convergence.ts';
import { NEWEST_KAFKA } from '../sim/operator/upgrades.ts';
import { World } from '../sim/operator/world.ts';

export interface SimulatedRoll {
  readonly seconds: number;
  readonly batches: number;
  /** What the simulation's judge found wrong. */
  readonly violations: readonly string[];
}

/**
 * Rolls all brokers of a cluster in three zones in the world of the operator's simulation, in fair weather: virtual time from
 * the change of the spec to the settled cluster.
 *
 * @param maxUnavailablePerZone 1 rolls one broker after the other
 */
export async function simulateRoll(
  brokers: number,
  maxUnavailablePerZone: number,
  seed: number,
): Promise<SimulatedRoll> {
  const world = new World(seed, reconcile, new Trace());
  const { scheduler, api, kafka, judge } = world;
  world.createPsc(brokers, maxUnavailablePerZone, 0, NEWEST_KAFKA);
  await settled(world);
  // Every broker has something to catch up with and to lead.
  kafka.partitions.create('load', PARTITIONS_PER_BROKER * brokers, kafka.servingByZone());
  await settled(world);
  const fences = new Set<string>();
  api.onChange(() => {
    const fence = api.storedPsc()?.status?.fence;
    if (fence !== undefined) fences.add(JSON.stringify(fence.members));
  });
  const startMs = scheduler.nowMs;
  api.editPsc((psc) => {
    const { kafka: spec } = psc.spec;
    if (spec === undefined) throw new Error('no Kafka cluster');
    const resources = { ...spec.brokers.resources, memoryMib: spec.brokers.resources.memoryMib + 64 };
    return { ...psc, spec: { ...psc.spec, kafka: { ...spec, brokers: { ...spec.brokers, resources } } } };
  });
  await settled(world);
  return {
    seconds: (scheduler.nowMs - startMs) / 1000,
    batches: fences.size,
    violations: judge.violations.map(({ message }) => message),
  };
}

const PARTITIONS_PER_BROKER = 3;
const LOOK_MS = 1_000;
const LONGEST_MS = 24 * 3_600_000;

async function settled(world: World): Promise<void> {
  const { scheduler } = world;
  const deadlineMs = scheduler.nowMs + LONGEST_MS;
  // Nothing can have begun before a pass has seen what was changed.
  await scheduler.runUntil(scheduler.nowMs + LOOK_MS);
  while (unfinished(world) !== undefined) {
    if (scheduler.nowMs > deadlineMs) throw new Error(`the cluster does not settle: ${unfinished(world) ?? ''}`);
    await scheduler.runUntil(scheduler.nowMs + LOOK_MS);
  }
}
