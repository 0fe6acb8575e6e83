import { FIRST_CONTROLLER_ID } from '../../../constructs/kubernetes/kafka/controller-config.ts';
import { type Features, featuresOf, METADATA_VERSION } from '../../../operators/psc/kafka-releases.ts';
import { RefusedError } from '../../../operators/psc/ports.ts';

/** What one cluster has agreed upon, and what its processes know. */
export class FeaturesModel {
  /** Node id ▶ level of metadata.version that its process knows at most. */
  readonly #known = new Map<number, number>();
  #finalized: Features = featuresOf('4.3.1') ?? {};

  get finalized(): Features {
    return this.#finalized;
  }

  /** Of metadata.version. */
  get level(): number {
    return this.#finalized[METADATA_VERSION] ?? 0;
  }

  /** Begins the cluster with what a version brings. */
  format(version: string): void {
    this.#finalized = featuresOf(version) ?? {};
  }

  /** Whether a process that knows metadata.version up to a level can read what the controllers have written. */
  canStart(id: number, level: number): boolean {
    this.#known.set(id, level);
    return level >= this.level;
  }

  /** @throws RefusedError where a process of the cluster does not know them */
  finish(features: Features, isRegistered: (broker: number) => boolean): void {
    const level = features[METADATA_VERSION] ?? 0;
    const late = [...this.#known].find(
      ([id, known]) => known < level && (id >= FIRST_CONTROLLER_ID || isRegistered(id)),
    );
    if (late !== undefined) throw new RefusedError(`node ${late[0]} knows metadata.version ${late[1]} at most`);
    if (level > NEWEST_LEVEL) throw new RefusedError(`nobody knows metadata.version ${level}`);
    this.#finalized = { ...this.#finalized, ...features };
  }
}

const NEWEST_LEVEL = featuresOf('4.3.1')?.[METADATA_VERSION] ?? 0;
