import { EXECUTE_SETTINGS } from '../../../operators/balancer/execute/settings.ts';
import type { Prng } from '../kernel/prng.ts';
import { keyOf } from './kafka-model.ts';
import { FAIR_WEATHER, type World } from './world.ts';

const RACKS = ['a', 'b', 'c'];
const FACTOR = 3;

/** A cluster of one to three brokers in each of three racks, with some topics, one of them excluded. */
export function populate(world: World, random: Prng): void {
  const brokers = FACTOR * random.int(1, 3);
  world.kafka.diskMb = random.pick([1_000, 2_000, 4_000]);
  for (let id = 0; id < brokers; id += 1) world.kafka.addBroker(id, RACKS[id % RACKS.length] ?? '');
  const topics = random.int(2, 5);
  for (let topic = 0; topic < topics; topic += 1) addTopic(world, random, `topic${topic}`);
  addTopic(world, random, 'excluded');
}

function addTopic(world: World, random: Prng, topic: string): void {
  const partitions = random.int(3, 12);
  for (let partition = 0; partition < partitions; partition += 1) {
    const replicas = placeFor(world, random);
    if (replicas === undefined) return;
    // Heavy ones and light ones, and one in ten that nobody writes to.
    const size = random.int(5, random.pick([30, 80, 150]));
    world.kafka.addPartition({ topic, partition }, replicas, size, random.chance(0.1) ? 0 : random.int(1, 2_000));
  }
}

/** One broker in service of each rack, as Kafka itself places them. */
function placeFor(world: World, random: Prng): readonly number[] | undefined {
  const { brokers } = world.kafka;
  const chosen = RACKS.map((rack) =>
    [...brokers.values()].filter((broker) => broker.rack === rack && broker.fencedSinceMs === undefined),
  );
  if (chosen.some((of) => of.length === 0)) return undefined;
  const first = random.int(0, RACKS.length - 1);
  const ids = chosen.map((of) => random.pick(of).id);
  return [...ids.slice(first), ...ids.slice(0, first)];
}

export interface Happening {
  readonly name: string;
  readonly atMs: number;
  readonly act: (world: World, random: Prng) => void;
}

/** What happens in the life of a seed, and when. */
export function chooseHappenings(random: Prng, endMs: number): readonly Happening[] {
  return Array.from({ length: random.int(1, random.pick([3, 6, 12])) }, () => ({
    atMs: random.int(20_000, endMs - 1),
    ...random.pick(HAPPENINGS),
  }));
}

const HAPPENINGS: readonly Omit<Happening, 'atMs'>[] = [
  { name: 'expansion', act: expand },
  { name: 'expansion', act: expand },
  { name: 'drain', act: drain },
  { name: 'a broker is away', act: awayForAWhile },
  { name: 'a broker is away', act: awayForAWhile },
  { name: 'a broker is lost', act: lose },
  {
    name: 'a topic comes',
    act: (world, random) => {
      addTopicLate(world, random);
    },
  },
  {
    name: 'a topic goes',
    act: (world, random) => {
      world.kafka.dropTopic(`topic${random.int(0, 4)}`);
    },
  },
  { name: 'somebody else moves a partition', act: adminMoves },
  { name: 'load changes', act: loadChanges },
  { name: 'clients are slow', act: clientsSlow },
  { name: 'a broker is cut off from all but the controllers', act: cutOff },
  { name: 'a disk is slow', act: diskSlow },
  { name: 'a pause', act: pause },
  { name: 'a roll', act: roll },
];

function expand(world: World): void {
  const next = world.kafka.brokers.size;
  if (next > 9) return;
  for (const [index, rack] of RACKS.entries()) world.kafka.addBroker(next + index, rack);
}

/** One of a rack that keeps another. */
function drain(world: World, random: Prng): void {
  const { brokers } = world.kafka;
  if (brokers.size <= FACTOR || world.intent.drain.length > 0) return;
  const stays = [...brokers.values()].filter(({ fencedSinceMs }) => fencedSinceMs === undefined);
  const { id, rack } = random.pick(stays.length === 0 ? [...brokers.values()] : stays);
  if (stays.filter((broker) => broker.rack === rack).length < 2) return;
  world.intent = { ...world.intent, drain: [id] };
}

function inService(world: World): readonly number[] {
  return [...world.kafka.brokers.values()]
    .filter(({ fencedSinceMs }) => fencedSinceMs === undefined)
    .map(({ id }) => id);
}

function awayForAWhile(world: World, random: Prng): void {
  const ids = inService(world);
  if (ids.length <= FACTOR - 1) return;
  const id = random.pick(ids);
  world.kafka.fence(id);
  world.scheduler.after(random.int(5_000, EXECUTE_SETTINGS.deadAfterMs / 2), () => {
    world.change(`broker ${id} is back`, () => {
      world.kafka.unfence(id);
    });
  });
}

/** For good, where another one of its rack can take over. */
function lose(world: World, random: Prng): void {
  const { brokers } = world.kafka;
  const ids = inService(world);
  const lost = [...brokers.values()].some(({ fencedSinceMs }) => fencedSinceMs !== undefined);
  if (ids.length < 2 * FACTOR || lost || world.intent.drain.length > 0) return;
  world.kafka.fence(random.pick(ids));
}

function addTopicLate(world: World, random: Prng): void {
  addTopic(world, random, `late${random.int(0, 1_000)}`);
}

/** Some at once, as with Kafka's own tool. */
function adminMoves(world: World, random: Prng): void {
  for (const partition of world.kafka.partitions.values()) {
    if (partition.mover !== undefined || !random.chance(0.2)) continue;
    const replicas = placeFor(world, random);
    if (replicas === undefined || replicas.some((id) => world.intent.drain.includes(id))) return;
    const { topic, partition: number } = partition;
    world.kafka.carryOut({ kind: 'reassign', partitions: [{ topic, partition: number, replicas }] }, 'admin');
    world.note(`somebody moves ${keyOf(partition)} to ${replicas.join()}`);
  }
}

function loadChanges(world: World, random: Prng): void {
  for (const partition of world.kafka.partitions.values()) {
    if (!random.chance(0.3)) continue;
    partition.rate = random.int(0, 3_000);
    partition.sizeMb *= 1 + random.next() / 4;
    for (const id of partition.isr) partition.stored.set(id, partition.sizeMb);
  }
}

function clientsSlow(world: World, random: Prng): void {
  const broker = world.kafka.brokers.get(random.int(0, world.kafka.brokers.size - 1));
  if (broker === undefined) return;
  broker.pressure = random.pick(['some', 'unknown'] as const);
  if (broker.pressure === 'some') broker.slowSinceMs ??= world.scheduler.nowMs;
  world.scheduler.after(random.int(10_000, 200_000), () => {
    broker.pressure = 'none';
    broker.slowSinceMs = undefined;
  });
}

function cutOff(world: World, random: Prng): void {
  const { brokers } = world.kafka;
  const broker = brokers.get(random.pick(inService(world).length === 0 ? [0] : inService(world)));
  if (broker === undefined || [...brokers.values()].some(({ silentSinceMs }) => silentSinceMs !== undefined)) return;
  broker.silentSinceMs = world.scheduler.nowMs;
  world.scheduler.after(random.int(5_000, 300_000), () => {
    world.change(`broker ${broker.id} answers again`, () => {
      broker.silentSinceMs = undefined;
    });
  });
}

function diskSlow(world: World, random: Prng): void {
  const broker = world.kafka.brokers.get(random.int(0, world.kafka.brokers.size - 1));
  if (broker !== undefined) broker.speed = 0.02;
}

function pause(world: World, random: Prng): void {
  world.intent = { ...world.intent, mode: random.pick(['paused', 'cancelled'] as const) };
  world.scheduler.after(random.int(10_000, 300_000), () => {
    world.change('the pause ends', () => {
      world.intent = { ...world.intent, mode: 'on' };
    });
  });
}

function roll(world: World, random: Prng): void {
  world.intent = { ...world.intent, isRolling: true };
  world.scheduler.after(random.int(10_000, 120_000), () => {
    world.change('the roll ends', () => {
      world.intent = { ...world.intent, isRolling: false };
    });
  });
}

/** All is well from here on but for what is lost for good: who is away comes back in its time. */
export function heal(world: World): void {
  world.change('all is well', () => {
    world.weather = FAIR_WEATHER;
    for (const broker of world.kafka.brokers.values()) {
      broker.speed = 1;
      broker.pressure = 'none';
      broker.slowSinceMs = undefined;
      broker.silentSinceMs = undefined;
    }
  });
}
