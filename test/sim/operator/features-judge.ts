import { type Features, METADATA_VERSION } from '../../../operators/psc/kafka-releases.ts';
import type { Invariant } from './invariants.ts';
import type { PodRecord } from './pod-record.ts';
import { CLOCKS_APART_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** Judges what becomes of the way back to a former Kafka version. */
export class FeaturesJudge {
  readonly #world: World;
  readonly #violate: (invariant: Invariant, message: string) => void;
  /** Level of metadata.version ▶ when a pod that knows no higher one was last there. */
  readonly #lastSeenMs = new Map<number, number>();

  constructor(world: World, violate: (invariant: Invariant, message: string) => void) {
    this.#world = world;
    this.#violate = violate;
  }

  podCreated({ name, facts }: PodRecord): void {
    const { level } = this.#world.kafka.features;
    if (facts.metadataLevel < level) {
      this.#violate('readable', `${name} knows metadata.version ${facts.metadataLevel}, and ${level} is finished`);
    }
  }

  podGone({ facts }: PodRecord): void {
    this.#lastSeenMs.set(facts.metadataLevel, this.#world.scheduler.nowMs);
  }

  finished(features: Features): void {
    const { pods, api, scheduler, kafka } = this.#world;
    const level = features[METADATA_VERSION] ?? 0;
    if (level <= kafka.features.level) return;
    const older = pods.all().find(({ facts }) => facts.metadataLevel < level);
    if (older !== undefined) this.#violate('way-back', `${older.name} cannot read metadata.version ${level}`);
    const soakMs = (api.storedPsc()?.spec.kafka?.featureSoakMinutes ?? 0) * 60_000;
    const lastMs = Math.max(...[...this.#lastSeenMs].map(([known, atMs]) => (known < level ? atMs : -Infinity)));
    const soakedMs = scheduler.nowMs - lastMs;
    if (soakedMs < soakMs - CLOCKS_APART_MS) this.#violate('way-back', `it was left open for ${soakedMs} ms`);
  }
}
