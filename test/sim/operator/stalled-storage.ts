import type { Prng } from '../kernel/prng.ts';
import { EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** How long the balancer looks before it says so. */
const SAID_AFTER_MS = 120_000;

/**
 * The storage of a broker stalls until its process is another one, which the balancer says in its time, whatever has become of
 * the others meanwhile. Where it has said so before, no restart is asked for, and the storage comes back by itself.
 */
export function stallStorage(world: World, random: Prng): void {
  const id = random.int(0, 2);
  const pod = `kafka-${id}`;
  const { kafka, scheduler, api } = world;
  if (!kafka.isServing(id) || !kafka.stallStorage(id)) return;
  world.harm(`the storage of ${pod} stalls`);
  if (api.storedPsc()?.status?.balance?.stalledBrokers?.some((each) => each.pod === pod) === true) {
    scheduler.after(random.int(60_000, 300_000), () => {
      kafka.storageCameBack(id);
    });
    return;
  }
  const run = kafka.runOf(id);
  const saidAfterMs = SAID_AFTER_MS + random.int(0, 60_000);
  scheduler.after(saidAfterMs, () => {
    if (kafka.runOf(id) === run && kafka.isStorageStalled(id)) say(world, pod);
  });
  // What took its storage takes another broker too, now and then.
  if (random.chance(0.3)) {
    scheduler.after(saidAfterMs - random.int(0, 40_000), () => {
      crash(world, `kafka-${(id + 1) % 3}`);
    });
  }
}

function crash(world: World, name: string): void {
  const pod = world.pods.get(name);
  if (world.isHealed || pod?.container.state !== 'running') return;
  world.harm(`${name} crashes`);
  world.pods.crash(pod);
}

function say(world: World, pod: string): void {
  const since = new Date(EPOCH_MS + world.scheduler.nowMs).toISOString();
  world.note(`the balancer says that the storage of ${pod} stalls`);
  world.api.editPsc((psc) => {
    const { balance = {} } = psc.status ?? {};
    const stalledBrokers = [...(balance.stalledBrokers ?? []), { pod, since, last: since }];
    return { ...psc, status: { ...psc.status, balance: { ...balance, stalledBrokers } } };
  });
}
