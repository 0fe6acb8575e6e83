import type { KafkaSpec } from '../../../contracts/gen/psc-types.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Releases } from './releases.ts';
import type { World } from './world.ts';

const NEWEST = '4.3.1';
const OLDER = '4.2.1';

/** What a cluster begins with. */
export type FirstKafka = Required<Pick<KafkaSpec, 'version' | 'featureSoakMinutes'>>;

/** The newest, with nothing to finish. */
export const NEWEST_KAFKA: FirstKafka = { version: NEWEST, featureSoakMinutes: 0 };

/** In some lives a cluster begins with an older Kafka; in most of those in which operators of two releases take turns. */
export function chooseKafka(random: Prng, { areMixed }: Pick<Releases, 'areMixed'>): FirstKafka {
  return random.chance(areMixed ? 0.8 : 0.4)
    ? { version: OLDER, featureSoakMinutes: random.pick([0, 1, 4]) }
    : NEWEST_KAFKA;
}

/** It is upgraded then, and often somebody thinks better of it: while it is under way, later, or when it is too late for that. */
export function scheduleUpgrades(world: World, { version }: FirstKafka, endMs: number, random: Prng): void {
  if (version === NEWEST) return;
  let atMs = random.int(45_000, 150_000);
  for (let next = NEWEST; atMs < endMs; next = next === NEWEST ? OLDER : NEWEST) {
    const asked = next;
    world.scheduler.at(atMs, () => {
      world.note(`STEP Kafka ${asked}`);
      runVersion(world, asked);
    });
    if (random.chance(0.3)) return;
    atMs += random.int(20_000, 600_000);
  }
}

/** What is finished is not taken back: somebody who asked for it gives in. */
export function endUpgrades(world: World): void {
  if (world.api.storedPsc()?.spec.kafka?.version !== NEWEST) runVersion(world, NEWEST);
}

function runVersion(world: World, version: string): void {
  world.api.editPsc((psc) => {
    const { kafka, revision } = psc.spec;
    if (kafka === undefined) return psc;
    const image = kafka.image.replace(VERSION_TAG, `:${version}@`);
    return {
      ...psc,
      spec: { ...psc.spec, revision: String(Number(revision) + 1), kafka: { ...kafka, version, image } },
    };
  });
}

/** Of an image: what follows the last colon before its digest. */
export const VERSION_TAG = /:(\d+\.\d+\.\d+)@/;
