import { ordinalOf } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import type { BalanceStatus, KafkaSpec } from '../../../contracts/gen/psc-types.ts';
import { unreachableReason } from '../../psc/kafka/kafka-error.ts';
import type { StoredPsc } from '../../psc/observed.ts';
import { balancePass } from '../execute/balance-pass.ts';
import type { Decision, DecideOptions } from '../execute/decide.ts';
import type { BalanceIntent, BalanceMemory, ObservedCluster } from '../execute/observed.ts';
import type { BalanceStep } from '../execute/steps.ts';
import type { BalancedKafka, KafkaPlace } from '../kafka/balanced-kafka.ts';
import { LEAST_SPAN_MS, SECOND_LOOK_MS } from '../kafka/broker-meter.ts';
import { balanceReport, isNews, remainingOf, unreachableReport } from './balance-report.ts';
import { DrainProof } from './drain-proof.ts';
import { MoveRate } from './move-rate.ts';
import { balancedBrokers, capacityOf, intentOf, storedMemory } from './psc-intent.ts';

export interface BalancedPscSettings {
  readonly kafka: BalancedKafka;
  /** Stores the balancer's part of the status. @returns the PSC as it is stored then; @throws ConflictError */
  readonly store: (psc: StoredPsc, balance: BalanceStatus) => Promise<StoredPsc>;
  /** Told of each call to Kafka before it is made. */
  readonly onStep: (psc: string, step: BalanceStep) => void;
  readonly wallMs: () => number;
  readonly options?: DecideOptions;
}

export interface BalanceResult {
  readonly outcome: 'measuring' | 'unreachable' | 'balanced' | 'moving' | 'paused' | 'blocked';
  readonly lookAgainMs: number;
  /** As it is stored, or would be with the next news. */
  readonly balance: BalanceStatus;
  readonly cluster?: ObservedCluster;
}

/** From one pass to the next, by how the last one ended. */
const LOOK_AGAIN_MS = {
  moving: 3_000,
  blocked: 10_000,
  paused: 60_000,
  balanced: 60_000,
  unreachable: 10_000,
  /** While brokers are being emptied and are not proven to be. */
  proving: 5_000,
} as const;
/** Figures of a plan that goes on are stored so often. */
const FIGURES_EVERY_MS = 10_000;
/** A cluster that does not answer for a moment is nothing to say. */
const UNREACHABLE_AFTER_MS = 30_000;

interface Seen {
  readonly cluster: ObservedCluster;
  readonly intent: BalanceIntent;
  readonly place: KafkaPlace;
}

/** What this process knows and does of one PSC. */
export class BalancedPsc {
  readonly #settings: BalancedPscSettings;
  readonly #proof: DrainProof;
  readonly #rate = new MoveRate();
  #psc: StoredPsc;
  #left: BalanceMemory['left'];
  #firstLookAtMs: number | undefined;
  #unansweredSinceMs: number | undefined;
  #storedAtMs = -Infinity;

  constructor(psc: StoredPsc, settings: BalancedPscSettings) {
    this.#settings = settings;
    this.#psc = psc;
    this.#proof = new DrainProof((psc.status?.balance?.drained ?? []).map(ordinalOf));
  }

  /** Of which PSC it is: one that is made anew under the same name is another one. */
  get uid(): string {
    return this.#psc.metadata.uid;
  }

  close(): void {
    this.#settings.kafka.close();
  }

  /**
   * One pass over the PSC as it is stored now.
   *
   * @throws ConflictError when it has changed meanwhile, and whatever a call to Kafka fails with
   */
  async pass(psc: StoredPsc, kafka: KafkaSpec, isLeader: () => boolean): Promise<BalanceResult> {
    this.#psc = psc;
    const intent = intentOf(psc, this.#settings.wallMs());
    const place = { name: psc.metadata.name, brokers: balancedBrokers(psc), capacity: capacityOf(kafka) };
    let cluster: ObservedCluster;
    try {
      cluster = await this.#settings.kafka.look(place);
    } catch (error) {
      return await this.#unanswered(unreachableReason(error), isLeader);
    }
    this.#unansweredSinceMs = undefined;
    this.#firstLookAtMs ??= cluster.atMs;
    // One look shows no rates: a plan without them would be unmade by the next one.
    if (cluster.atMs - this.#firstLookAtMs < LEAST_SPAN_MS && intent.mode === 'on') {
      return { outcome: 'measuring', lookAgainMs: SECOND_LOOK_MS, balance: psc.status?.balance ?? {}, cluster };
    }
    return await this.#decideAndAct({ cluster, intent, place }, isLeader);
  }

  async #decideAndAct({ cluster, intent, place }: Seen, isLeader: () => boolean): Promise<BalanceResult> {
    const { kafka, onStep, wallMs, options } = this.#settings;
    const drained = this.#proof.proven(cluster, intent.drain).map((id) => `kafka-${id}`);
    let balance: BalanceStatus = {};
    const report = (decision: Decision): void => {
      const remaining = remainingOf(cluster, decision);
      balance = balanceReport({
        decision,
        remaining,
        before: this.#psc.status?.balance,
        bytesPerSecond: this.#rate.after(cluster.atMs, remaining.bytes),
        drained,
        nowMs: cluster.atMs,
      });
    };
    const decision = await balancePass(
      {
        observe: () =>
          Promise.resolve({
            cluster,
            intent,
            memory: { ...storedMemory(this.#psc), ...(this.#left === undefined ? {} : { left: this.#left }) },
          }),
        decided: (decided) => {
          this.#left = decided.memory.left;
          report(decided);
        },
        remember: async () => {
          await this.#store(balance);
        },
        carryOut: async (step) => {
          onStep(place.name, step);
          await kafka.carryOut(step, place);
        },
        nowMs: wallMs,
        isLeader,
      },
      options,
    );
    await this.#tell(balance, isLeader);
    const outcome = OUTCOMES[decision.state];
    const isProving = drained.length < intent.drain.length && outcome !== 'paused';
    const lookAgainMs = isProving ? Math.min(LOOK_AGAIN_MS.proving, LOOK_AGAIN_MS[outcome]) : LOOK_AGAIN_MS[outcome];
    return { outcome, lookAgainMs, balance, cluster };
  }

  async #unanswered(reason: string, isLeader: () => boolean): Promise<BalanceResult> {
    const nowMs = this.#settings.wallMs();
    this.#unansweredSinceMs ??= nowMs;
    const before = this.#psc.status?.balance;
    const balance = unreachableReport(before, reason);
    const isLong = nowMs - this.#unansweredSinceMs >= UNREACHABLE_AFTER_MS;
    if (isLong && isLeader() && isNews(before, balance)) await this.#store(balance);
    return { outcome: 'unreachable', lookAgainMs: LOOK_AGAIN_MS.unreachable, balance };
  }

  /** Stores a report that is news, or whose figures are old. */
  async #tell(balance: BalanceStatus, isLeader: () => boolean): Promise<void> {
    const isDue = balance.state === 'Moving' && this.#settings.wallMs() - this.#storedAtMs >= FIGURES_EVERY_MS;
    if (isLeader() && (isDue || isNews(this.#psc.status?.balance, balance))) await this.#store(balance);
  }

  async #store(balance: BalanceStatus): Promise<void> {
    this.#psc = await this.#settings.store(this.#psc, balance);
    this.#storedAtMs = this.#settings.wallMs();
  }
}

const OUTCOMES = { Balanced: 'balanced', Moving: 'moving', Paused: 'paused', Blocked: 'blocked' } as const;
