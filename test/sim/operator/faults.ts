import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { objectKey } from '../../../operators/psc/observed.ts';
import type { Prng } from '../kernel/prng.ts';
import type { NodeModel } from './node-model.ts';
import { stallStorage } from './stalled-storage.ts';
import { FAIR_WEATHER, type Weather } from './weather.ts';
import type { World } from './world.ts';

type Fault = (world: World, random: Prng) => void;

/** Begins one fault of chance. Those that last end by themselves, or when the world is healed. */
export function injectFault(world: World, random: Prng): void {
  const [name, fault] = random.pick(FAULTS);
  world.injected(name, name);
  fault(world, random);
}

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['stale caches', weather(30_000, 120_000, (random) => ({ cacheLagMs: random.int(2_000, 30_000) }))],
  ['stale caches', weather(30_000, 120_000, (random) => ({ cacheLagMs: random.int(2_000, 30_000) }))],
  ['API server errors', weather(10_000, 90_000, (random) => ({ errorRate: random.int(5, 40) / 100 }))],
  ['lost responses', weather(30_000, 120_000, (random) => ({ lostResponseRate: random.int(5, 40) / 100 }))],
  ['crashes between writes', weather(60_000, 240_000, (random) => ({ crashRate: random.int(1, 5) / 100 }))],
  ['late writes', weather(60_000, 240_000, (random) => ({ longFlightRate: random.int(5, 30) / 100 }))],
  ['Kafka unreachable', weather(10_000, 90_000, () => ({ kafka: 'unreachable' }))],
  ['metrics unreachable', weather(10_000, 90_000, () => ({ kafka: 'without-metrics' }))],
  ['object store refuses', weather(30_000, 300_000, () => ({ objectStore: 'refuses' }))],
  ['object store away', weather(30_000, 300_000, () => ({ objectStore: 'is-away' }))],
  ['slow catch-up', weather(60_000, 300_000, (random) => ({ catchUpFactor: random.int(3, 15) }))],
  ['pauses during requests', weather(30_000, 240_000, (random) => ({ pauseRate: random.int(1, 5) / 100 }))],
  [
    'operator paused',
    (world, random) => {
      world.leader()?.pause(random.int(3_000, 60_000));
    },
  ],
  [
    'operator crashed',
    (world) => {
      world.leader()?.crash('by a fault');
    },
  ],
  [
    'operator stopped',
    (world) => {
      world.leader()?.stop();
    },
  ],
  ['pod crashed', crashPod],
  ['pod crashed', crashPod],
  ['pod deleted by hand', deletePod],
  [
    'replica stalled',
    (world, random) => {
      world.harm('stall');
      world.kafka.stall(random.int(0, 2));
    },
  ],
  [
    'node down',
    (world, random) => {
      nodeDown(world, random.pick(world.nodes), random.int(5_000, 400_000));
    },
  ],
  [
    'node down',
    (world, random) => {
      nodeDown(world, random.pick(world.nodes), random.int(5_000, 400_000));
    },
  ],
  [
    'node replaced',
    (world, random) => {
      replaceNode(world, random.pick(world.nodes), random);
    },
  ],
  ['zone lost', loseZone],
  ['storage stalls', stallStorage],
  ['storage stalls', stallStorage],
  [
    'node drained',
    (world, random) => {
      drain(world, random.pick(world.nodes), random);
    },
  ],
  ['foreign writes', foreignWrites],
  ['object deleted by hand', deleteObject],
];

function weather(leastMs: number, mostMs: number, change: (random: Prng) => Partial<Weather>): Fault {
  return (world, random) => {
    const changed = change(random);
    world.changeWeather(changed);
    world.scheduler.after(random.int(leastMs, mostMs), () => {
      const back = Object.keys(changed).map((key) => [key, FAIR_WEATHER[key as keyof Weather]]);
      world.changeWeather(Object.fromEntries(back) as Partial<Weather>);
    });
  };
}

function crashPod(world: World, random: Prng): void {
  const running = world.pods.all().filter(({ container }) => container.state === 'running');
  if (running.length === 0) return;
  const pod = random.pick(running);
  world.harm(`${pod.name} crashes`);
  world.pods.crash(pod);
}

function deletePod(world: World, random: Prng): void {
  const pods = world.pods.all();
  if (pods.length === 0) return;
  const pod = random.pick(pods);
  world.harm(`${pod.name} is deleted by hand`);
  world.pods.terminate(pod);
}

function nodeDown(world: World, node: NodeModel, durationMs: number): void {
  if (!node.isUp) return;
  world.harm(`${node.name} goes down`);
  world.pods.nodeWentDown(node);
  world.scheduler.after(durationMs, () => {
    if (!node.isUp) world.nodeCameBack(node);
  });
}

/** A machine fails, and another takes its place after a while. */
export function replaceNode(world: World, node: NodeModel, random: Prng): void {
  if (!node.isUp) return;
  world.harm(`${node.name} is lost for good`);
  world.pods.nodeWentDown(node);
  world.scheduler.after(random.int(20_000, 120_000), () => {
    if (node.isUp) return;
    world.note(`${node.name} is removed`);
    world.pods.nodeWasRemoved(node);
    world.scheduler.after(random.int(30_000, 120_000), () => {
      if (!node.isUp) world.nodeCameBack(node);
    });
  });
}

function loseZone(world: World, random: Prng): void {
  const { zone } = random.pick(world.nodes);
  const durationMs = random.int(20_000, 300_000);
  for (const node of world.nodes) if (node.zone === zone) nodeDown(world, node, durationMs);
}

/** What `kubectl drain` does: evictions under the budgets, again and again until its patience ends. */
function drain(world: World, node: NodeModel, random: Prng): void {
  node.isCordoned = true;
  const untilMs = world.scheduler.nowMs + random.int(30_000, 180_000);
  const attempt = (): void => {
    const own = world.pods.all().filter((pod) => pod.node === node && !pod.isTerminating);
    if (own.length === 0 || world.scheduler.nowMs > untilMs || world.isHealed) {
      node.isCordoned = false;
      return;
    }
    for (const pod of own) {
      try {
        world.pods.evict(pod, () => {
          world.harm(`${pod.name} is drained`);
        });
      } catch {
        // The budget is used up: the drain tries again.
      }
    }
    world.scheduler.after(5_000, attempt);
  };
  attempt();
}

function foreignWrites(world: World, random: Prng): void {
  for (let write = 0; write < random.int(5, 30); write += 1) {
    world.scheduler.after(random.int(0, 120_000), () => {
      const pods = world.pods.all();
      if (random.chance(0.5) && pods.length > 0) {
        world.pods.touch(random.pick(pods));
        return;
      }
      world.api.editPsc((psc) => ({
        ...psc,
        metadata: { ...psc.metadata, labels: { ...psc.metadata.labels, touched: String(world.scheduler.nowMs) } },
      }));
    });
  }
}

function deleteObject(world: World, random: Prng): void {
  const objects = [...world.api.objects.current.values()].filter(({ kind }) => REPLACEABLE.has(kind));
  if (objects.length === 0) return;
  const object: KubernetesObject = random.pick(objects);
  world.note(`${object.kind} ${object.metadata.name} is deleted by hand`);
  world.deletedByHand.add(objectKey(object));
  world.api.remove(object);
}

const REPLACEABLE: ReadonlySet<string> = new Set([
  'Service',
  'NetworkPolicy',
  'ServiceAccount',
  'ConfigMap',
  'PodDisruptionBudget',
]);
