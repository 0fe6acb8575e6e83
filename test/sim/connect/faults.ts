import type { Prng } from '../kernel/prng.ts';
import { FAIR_WEATHER, type Weather } from '../operator/weather.ts';
import type { ConnectWorld } from './world.ts';

type Fault = (world: ConnectWorld, random: Prng) => void;

/** Begins one fault of chance. Those that last end by themselves, or when the world is healed. */
export function injectFault(world: ConnectWorld, random: Prng): void {
  const [name, fault] = random.pick(FAULTS);
  world.injected(name);
  fault(world, random);
}

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['stale caches', weather((random) => ({ cacheLagMs: random.int(2_000, 30_000) }))],
  ['stale caches', weather((random) => ({ cacheLagMs: random.int(2_000, 30_000) }))],
  ['errors', weather((random) => ({ errorRate: random.int(5, 40) / 100 }))],
  ['lost responses', weather((random) => ({ lostResponseRate: random.int(5, 40) / 100 }))],
  ['crashes between writes', weather((random) => ({ crashRate: random.int(1, 5) / 100 }))],
  ['late writes', weather((random) => ({ longFlightRate: random.int(5, 30) / 100 }))],
  ['pauses during requests', weather((random) => ({ pauseRate: random.int(1, 5) / 100 }))],
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
    'worker crashes',
    (world) => {
      world.workers.crash();
    },
  ],
];

function weather(change: (random: Prng) => Partial<Weather>): Fault {
  return (world, random) => {
    const changed = change(random);
    world.changeWeather(changed);
    const fair = Object.fromEntries(Object.keys(changed).map((key) => [key, FAIR_WEATHER[key as keyof Weather]]));
    world.scheduler.after(random.int(20_000, 150_000), () => {
      world.changeWeather(fair);
    });
  };
}
