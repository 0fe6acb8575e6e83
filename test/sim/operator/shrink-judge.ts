import { REPLICATION_FACTOR } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { ordinalOf } from '../../../constructs/kubernetes/kafka/placed-pod.ts';
import { STATEFUL_SETS } from '../../../constructs/kubernetes/kafka/stateful-sets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { fieldOf } from './apply-intent.ts';
import type { Decision } from './disruption-judge.ts';
import type { Invariant } from './invariants.ts';
import { CLOCKS_APART_MS, EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

const HOUR_MS = 3_600_000;
/** Share of the disks that stay, above which a shrink must not begin: the operator's own bound, and what is being written meanwhile. */
const MAX_USED = 0.75;

/** Judges what is taken away for good on the true state at the moment when it takes effect. */
export class ShrinkJudge {
  readonly #world: World;
  readonly #violate: (invariant: Invariant, message: string) => void;

  constructor(world: World, violate: (invariant: Invariant, message: string) => void) {
    this.#world = world;
    this.#violate = violate;
  }

  /** A StatefulSet was applied. What was put on a broker after it was looked at is held against nobody. */
  applied({ by, readAtMs }: Decision, before: KubernetesObject | undefined, after: KubernetesObject): void {
    if (after.kind !== 'StatefulSet' || after.metadata.name !== STATEFUL_SETS.broker || before === undefined) return;
    const [from, to] = [before, after].map((set) => Number(fieldOf(set, 'spec', 'replicas')));
    for (let id = to ?? 0; id < (from ?? 0); id += 1) this.#stopped(by, id, readAtMs);
  }

  cordoned(id: number, cordon: 'present' | 'absent'): void {
    const { kafka, api } = this.#world;
    if (cordon === 'absent' || kafka.isCordoned(id)) return;
    const leaving = (api.storedPsc()?.status?.leaving ?? []).filter(({ goneAt }) => goneAt === undefined);
    const going = new Set(leaving.map(({ pod }) => ordinalOf(pod)));
    const staying = kafka.brokerIds().filter((each) => !going.has(each));
    if (staying.length < REPLICATION_FACTOR) this.#violate('room-first', `${staying.length} brokers would be left`);
    // Brokers that take nothing with them ask for no room: one that is taken back before it has come may go, however full the others are.
    if ([...going].every((each) => kafka.partitions.of(each).length === 0)) return;
    const used = kafka.brokerIds().reduce((sum, each) => sum + kafka.usedShareOf(each), 0);
    const share = used / Math.max(1, staying.length);
    if (share > MAX_USED)
      this.#violate('room-first', `disks would be ${Math.round(share * 100)} % full without kafka-${id}`);
  }

  forgotten(id: number): void {
    const { kafka } = this.#world;
    if (kafka.isAlive(id)) this.#violate('forgotten-last', `kafka-${id} is forgotten, and runs`);
  }

  claimDeleted({ metadata }: KubernetesObject): void {
    const { api, kafka, pods, scheduler } = this.#world;
    const pod = metadata.name.replace(/^data-/, '');
    const id = ordinalOf(pod);
    const psc = api.storedPsc();
    const entry = psc?.status?.leaving?.find((each) => each.pod === pod);
    if (pods.get(pod) !== undefined)
      this.#violate('claim-deleted', `the claim of ${pod} is deleted, and there is a pod`);
    if (!pod.startsWith('kafka-') || kafka.isRegistered(id) || kafka.partitions.of(id).length > 0) {
      this.#violate('claim-deleted', `the claim of ${pod} is deleted, and Kafka knows it`);
    }
    if (entry?.goneAt === undefined || entry.claimUid !== metadata['uid']) {
      this.#violate('claim-deleted', `the claim of ${pod} is deleted, and no stored status names it`);
      return;
    }
    const graceMs = (psc?.spec.kafka?.brokers.volumeGraceHours ?? 24) * HOUR_MS;
    const keptMs = EPOCH_MS + scheduler.nowMs - Date.parse(entry.goneAt);
    if (keptMs < graceMs - CLOCKS_APART_MS)
      this.#violate('volume-grace', `the volume of ${pod} was kept for ${keptMs} ms`);
  }

  #stopped(by: string, id: number, readAtMs: number): void {
    const { kafka, api } = this.#world;
    const name = `kafka-${id}`;
    const hosted = kafka.partitions.of(id).length;
    if (hosted > 0 && kafka.filledAtMs(id) <= readAtMs) {
      this.#violate('stop-empty', `${by} stops ${name}, which has ${hosted} replicas`);
    }
    if (kafka.isServing(id) && !kafka.isCordoned(id)) {
      this.#violate('cordon-first', `${by} stops ${name}, which is not cordoned`);
    }
    const entry = api.storedPsc()?.status?.leaving?.find(({ pod }) => pod === name);
    if (entry?.emptySince === undefined)
      this.#violate('stop-empty', `${by} stops ${name}, which no stored status calls empty`);
  }
}
