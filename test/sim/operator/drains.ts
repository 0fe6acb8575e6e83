import { answerEviction } from '../../../operators/psc/eviction/answer-eviction.ts';
import type { Prng } from '../kernel/prng.ts';
import type { NodeModel } from './node-model.ts';
import type { PodRecord } from './pod-record.ts';
import { EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** `kubectl drain` asks again after this long. */
const ASKS_AGAIN_MS = 5_000;

interface Drain {
  readonly nodes: readonly NodeModel[];
  readonly untilMs: number;
  /** How often nobody answers for the operator, so that only the budget guards. */
  readonly unansweredRate: number;
  readonly uncordonAfterMs: number;
}

/** People who empty nodes as `kubectl drain` does, with the operator's webhook between them and the budget. */
export class Drains {
  readonly #world: World;
  readonly #random: Prng;
  /** Zones that are emptied at the end of a life. */
  readonly #last = new Set<string>();
  /** Node ▶ the drain that has cordoned it last, which alone uncordons it. */
  readonly #cordonedBy = new Map<NodeModel, Drain>();
  #onLastOver: () => void = () => undefined;

  constructor(world: World, random: Prng) {
    this.#world = world;
    this.#random = random;
  }

  /** In some lives one or two drains, and often the operator ends meanwhile. */
  schedule(endMs: number): void {
    const random = this.#random;
    if (!random.chance(0.25)) return;
    for (let drain = 0; drain < random.int(1, 2); drain += 1) {
      const atMs = random.int(100_000, Math.max(100_001, endMs));
      this.#world.scheduler.at(atMs, () => {
        if (this.#world.isHealed) return;
        this.#begin({
          nodes: this.#someNodes(),
          untilMs: atMs + random.int(60_000, 900_000),
          unansweredRate: random.pick([0, 0, 0.1]),
          uncordonAfterMs: random.int(1_000, 400_000),
        });
        if (!random.chance(0.5)) return;
        this.#world.scheduler.after(random.int(1_000, 120_000), () => {
          if (!this.#world.isHealed) this.#world.leader()?.crash('while a node is drained');
        });
      });
    }
  }

  /** In some lives whole zones are emptied when all is well again, one or two at once: no pod of theirs finds a node before the end. */
  scheduleLast(onOver: () => void): void {
    this.#onLastOver = onOver;
    const { scheduler, nodes, lostClaims, kafka } = this.#world;
    // A broker that stalls is restarted when all others are well, and those of a drained zone are not before its drain has ended.
    const isStalled = kafka.brokerIds().some((id) => kafka.isStorageStalled(id));
    if (lostClaims.size > 0 || isStalled || !this.#random.chance(0.25)) return;
    const first = this.#random.pick(nodes).zone;
    const second = this.#random.pick(nodes).zone;
    for (const zone of new Set([first, second])) {
      this.#last.add(zone);
      scheduler.after(this.#random.int(1_000, 60_000), () => {
        this.#begin({
          nodes: nodes.filter((node) => node.zone === zone),
          untilMs: Infinity,
          unansweredRate: 0,
          uncordonAfterMs: this.#random.int(1_000, 400_000),
        });
      });
    }
  }

  /** What is still to be emptied; undefined when nothing is. */
  unfinished(): string | undefined {
    return this.#last.size === 0 ? undefined : `${[...this.#last].join(', ')} are still being drained`;
  }

  /** A template that came while the zone took no pods looks as if no node had room for it. */
  #endLast({ nodes }: Drain): void {
    this.#world.scheduler.after(30_000, () => {
      for (const { zone } of nodes) this.#last.delete(zone);
      this.#onLastOver();
    });
  }

  #someNodes(): readonly NodeModel[] {
    const { nodes } = this.#world;
    const node = this.#random.pick(nodes);
    return this.#random.chance(0.5) ? [node] : nodes.filter(({ zone }) => zone === node.zone);
  }

  #begin(drain: Drain): void {
    this.#world.note(`DRAIN of ${drain.nodes.map(({ name }) => name).join(', ')}`);
    for (const node of drain.nodes) {
      node.isCordoned = true;
      this.#cordonedBy.set(node, drain);
    }
    this.#ask(drain);
  }

  #ask(drain: Drain): void {
    const { pods, scheduler, isHealed } = this.#world;
    const isLast = drain.untilMs === Infinity;
    if (isHealed && !isLast) return;
    const left = pods
      .all()
      .filter(({ node, isTerminating }) => node !== undefined && drain.nodes.includes(node) && !isTerminating);
    if (left.length === 0 || scheduler.nowMs > drain.untilMs) {
      this.#world.note(`DRAIN of ${drain.nodes.map(({ name }) => name).join(', ')} is over`);
      scheduler.after(drain.uncordonAfterMs, () => {
        for (const node of drain.nodes) if (this.#cordonedBy.get(node) === drain) node.isCordoned = false;
        if (isLast) this.#endLast(drain);
      });
      return;
    }
    for (const pod of left) this.#evict(pod, drain);
    scheduler.after(ASKS_AGAIN_MS, () => {
      this.#ask(drain);
    });
  }

  #evict(pod: PodRecord, { unansweredRate }: Drain): void {
    const { pods, api, scheduler, nodes } = this.#world;
    const psc = api.storedPsc();
    const answer =
      psc === undefined || this.#random.chance(unansweredRate)
        ? ({ kind: 'allowed' } as const)
        : answerEviction(
            { pod: pod.name, username: 'somebody', isDryRun: false },
            { psc, pods: [...api.pods.current.values()] },
            {
              operator: 'the operator',
              nowMs: EPOCH_MS + scheduler.nowMs,
              isClosed: (name) => nodes.find((node) => node.name === name)?.isCordoned !== false,
            },
          );
    if (answer.kind === 'gone') return;
    if (answer.kind === 'refused') {
      if (answer.wish !== undefined) pods.wish(pod, scheduler.nowMs);
      return;
    }
    try {
      pods.evict(pod, () => {
        this.#world.harm(`${pod.name} is drained`);
      });
    } catch {
      // The budget is used up: the drain tries again.
    }
  }
}
