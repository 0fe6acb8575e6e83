import { ordinalOf } from '../../../constructs/kubernetes/kafka/placed-pod.ts';
import { isSame } from './apply-intent.ts';
import type { World } from './world.ts';

const LOOK_MS = 5_000;
/** Moves that it begins at one look. */
const MOVES_AT_ONCE = 4;

/** The balancer as far as the operator leans on it: it empties the brokers that leave, and says which it has seen to be empty twice. */
export class BalancerModel {
  readonly #world: World;
  #empty: ReadonlySet<number> = new Set();
  #isLooking = false;

  constructor(world: World) {
    this.#world = world;
    world.api.onChange((key) => {
      if (key === 'PhysicalStatefulCluster') this.#lookLater();
    });
  }

  #lookLater(): void {
    const { api, scheduler } = this.#world;
    const { leaving, balance } = api.storedPsc()?.status ?? {};
    const isIdle = leaving === undefined && (balance?.drained ?? []).length === 0;
    if (this.#isLooking || isIdle) return;
    this.#isLooking = true;
    scheduler.after(LOOK_MS, () => {
      this.#isLooking = false;
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { api, kafka, weather } = this.#world;
    const psc = api.storedPsc();
    if (psc === undefined || kafka.quorum.leaderId < 0 || weather.kafka === 'unreachable') return;
    const leaving = (psc.status?.leaving ?? []).filter(({ goneAt }) => goneAt === undefined);
    const drain = new Set(leaving.map(({ pod }) => ordinalOf(pod)));
    if (psc.spec.maintenance?.paused !== true) this.#move(drain);
    const empty = new Set([...drain].filter((id) => kafka.isServing(id) && this.#isEmpty(id)));
    const drained = [...empty].filter((id) => this.#empty.has(id)).map((id) => `kafka-${id}`);
    this.#empty = empty;
    if (isSame(psc.status?.balance?.drained ?? [], drained)) return;
    api.editPsc((stored) => ({
      ...stored,
      status: { ...stored.status, balance: { ...stored.status?.balance, drained } },
    }));
  }

  #isEmpty(id: number): boolean {
    return this.#world.kafka.partitions.of(id).length === 0;
  }

  #move(drain: ReadonlySet<number>): void {
    const { kafka } = this.#world;
    const zones = kafka.servingByZone();
    const moves = kafka.partitions.all
      .filter(({ adding, replicas }) => adding.length === 0 && replicas.some((id) => drain.has(id)))
      .slice(0, MOVES_AT_ONCE);
    for (const { topic, partition, replicas } of moves) {
      const target: number[] = [];
      for (const id of replicas) {
        if (!drain.has(id)) {
          target.push(id);
          continue;
        }
        // Two replicas in one zone could not both wait for a drained node.
        const isAlone = (zone: readonly number[]): boolean =>
          zone.every((each) => each === id || (!replicas.includes(each) && !target.includes(each)));
        const [other = id] = zones
          .filter(isAlone)
          .sort((one, two) => Number(two.includes(id)) - Number(one.includes(id)))
          .flat()
          .filter((each) => !drain.has(each) && !kafka.isCordoned(each));
        target.push(other);
      }
      if (!isSame(target, replicas)) kafka.reassign(topic, partition, target);
    }
  }
}
