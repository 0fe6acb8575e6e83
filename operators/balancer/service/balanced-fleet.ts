import type { LookupFunction } from 'node:net';
import { PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { PSC_OBJECT } from '../../psc/kubernetes/kinds.ts';
import { readPlatformCredentials, secretStore } from '../../psc/kubernetes/secret-store.ts';
import type { StoredPsc } from '../../psc/observed.ts';
import { ConflictError } from '../../psc/ports.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import type { EventRecorder } from '../../runtime/event-recorder.ts';
import type { ObjectCache } from '../../runtime/object-cache.ts';
import type { DecideOptions } from '../execute/decide.ts';
import { balancedKafka } from '../kafka/balanced-kafka.ts';
import { BalancedPsc, type BalanceResult } from './balanced-psc.ts';
import type { BalancerMetrics } from './balancer-metrics.ts';
import { describeStep } from './describe-step.ts';
import { newsBetween } from './balance-news.ts';
import { statusStore } from './status-store.ts';

export interface BalancedFleetOptions {
  readonly api: ApiServer;
  readonly cache: Pick<ObjectCache<StoredPsc>, 'objectsOf' | 'assume'>;
  readonly events: EventRecorder;
  readonly metrics: BalancerMetrics;
  readonly log: (line: string) => void;
  readonly wallMs: () => number;
  /** Asked before every write. */
  readonly mayWrite: () => boolean;
  /** How names of brokers become addresses. @default the system's own way */
  readonly lookup?: LookupFunction;
  readonly decide?: DecideOptions;
}

/** All PSCs of a Kubernetes cluster, in the hands of the balancer that leads. */
export class BalancedFleet {
  readonly #options: BalancedFleetOptions;
  readonly #balanced = new Map<string, BalancedPsc>();

  constructor(options: BalancedFleetOptions) {
    this.#options = options;
  }

  /** One pass over one PSC. @throws whatever a call to Kafka or the API server fails with; it was told to people */
  async pass(name: string): Promise<{ readonly lookAgainMs?: number }> {
    const { cache, metrics, log, wallMs, mayWrite } = this.#options;
    const [psc] = cache.objectsOf(name);
    const kafka = psc === undefined ? undefined : servedKafka(psc);
    if (psc === undefined || kafka === undefined) {
      this.#forget(name);
      return {};
    }
    const startedMs = wallMs();
    const ended = (outcome: BalanceResult['outcome'] | 'conflict' | 'failed'): void => {
      metrics.passEnded((wallMs() - startedMs) / SECOND_MS, outcome);
    };
    try {
      const result = await this.#of(psc).pass(psc, kafka, mayWrite);
      ended(result.outcome);
      metrics.reported(name, result.balance);
      return { lookAgainMs: result.lookAgainMs };
    } catch (error) {
      // The newer PSC is on its way to the cache.
      if (error instanceof ConflictError) {
        ended('conflict');
        return { lookAgainMs: CONFLICT_RETRY_MS };
      }
      ended('failed');
      log(`${name}: the pass failed and is tried again: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }

  forgetAll(): void {
    for (const name of [...this.#balanced.keys()]) this.#forget(name);
    this.#options.metrics.forgetAll();
  }

  #forget(name: string): void {
    this.#balanced.get(name)?.close();
    this.#balanced.delete(name);
    this.#options.metrics.reported(name, undefined);
  }

  #of(psc: StoredPsc): BalancedPsc {
    const { name, uid } = psc.metadata;
    const found = this.#balanced.get(name);
    if (found?.uid === uid) return found;
    found?.close();
    const made = this.#make(psc);
    this.#balanced.set(name, made);
    return made;
  }

  #make(stored: StoredPsc): BalancedPsc {
    const { api, cache, metrics, log, wallMs, lookup, decide } = this.#options;
    const secrets = secretStore(api);
    const store = statusStore(api, wallMs);
    const { name: psc } = stored.metadata;
    const kafka = balancedKafka({
      credentials: async () => await readPlatformCredentials(secrets, psc, PLATFORM_USERS.balancer),
      wallMs,
      ...(lookup === undefined ? {} : { lookup }),
    });
    return new BalancedPsc(stored, {
      kafka,
      store: async (before, balance) => {
        const after = keptPsc(await store(before, balance));
        cache.assume(PSC_OBJECT.kind, after);
        await this.#tell(before, after);
        return after;
      },
      onStep: (name, step) => {
        metrics.stepMade(step);
        log(`${name}: ${describeStep(step)}`);
      },
      wallMs,
      ...(decide === undefined ? {} : { options: decide }),
    });
  }

  async #tell(before: StoredPsc, after: StoredPsc): Promise<void> {
    const { apiVersion, kind, metadata } = after;
    const { name, namespace = '', uid } = metadata;
    for (const { reason, message } of newsBetween(before.status?.balance, after.status?.balance)) {
      this.#options.log(`${name}: ${reason}: ${message}`);
      await this.#options.events.record(
        { apiVersion, kind, namespace, name, uid },
        { type: 'Normal', reason, message },
      );
    }
  }
}

const SECOND_MS = 1000;
const CONFLICT_RETRY_MS = 500;

/** What is kept of a PSC as the API server sends it: items of a list do not say what they are, and nobody reads who wrote what. */
export function keptPsc(raw: StoredPsc): StoredPsc {
  const metadata = Object.fromEntries(Object.entries(raw.metadata).filter(([key]) => key !== 'managedFields'));
  const { apiVersion, kind } = PSC_OBJECT;
  return { ...raw, apiVersion, kind, metadata: metadata as StoredPsc['metadata'] };
}

/** The Kafka of a PSC that is looked after: one that is being deleted, or is to be left alone, is not. */
function servedKafka({ metadata, spec }: StoredPsc): StoredPsc['spec']['kafka'] {
  const isLeftAlone = metadata.annotations?.[ANNOTATIONS.ignore] !== undefined;
  return isLeftAlone || metadata.deletionTimestamp !== undefined ? undefined : spec.kafka;
}
