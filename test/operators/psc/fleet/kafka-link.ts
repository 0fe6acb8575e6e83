import type { Features } from '../../../../operators/psc/kafka-releases.ts';
import type { QuorumVoter } from '../../../../operators/psc/plan.ts';
import type { KafkaView } from '../../../../operators/psc/observed.ts';
import type { KafkaPortOptions, RealKafkaPort } from '../../../../operators/psc/kafka/kafka-port.ts';
import { REST_MS, WATCH_MS, type Attention } from '../../../../operators/psc/kafka/psc-kafka.ts';
import { isSameView } from '../../../../operators/psc/kafka/same-view.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { Slots } from '../../../../operators/runtime/slots.ts';

/** What an operator asks the models of Kafka in another process; each is answered with the view after it. */
export type KafkaQuestion =
  | { readonly kind: 'look' }
  | {
      readonly kind: 'alter-settings';
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  | { readonly kind: 'alter-quota'; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'set-cordon'; readonly broker: number; readonly cordon: 'present' | 'absent' }
  | { readonly kind: 'unregister'; readonly broker: number }
  | { readonly kind: 'finish-features'; readonly features: Features }
  | { readonly kind: 'add-voter' | 'remove-voter'; readonly voter: QuorumVoter }
  | { readonly kind: 'elect'; readonly partitions: readonly { readonly topic: string; readonly partition: number }[] };

export interface KafkaRequest {
  readonly id: number;
  readonly psc: string;
  readonly question: KafkaQuestion;
}

export type KafkaResponse =
  | { readonly id: number; readonly view: KafkaView }
  /** What could not be done, and why. */
  | { readonly id: number; readonly problem: string };

/** How questions get to the models. */
export type AskKafka = (psc: string, question: KafkaQuestion) => Promise<KafkaView>;

/** Asks by messages to the process that started this one. */
export function askParent(): AskKafka {
  const waiting = new Map<number, PromiseWithResolvers<KafkaView>>();
  let last = 0;
  process.on('message', (response: KafkaResponse) => {
    const asked = waiting.get(response.id);
    waiting.delete(response.id);
    if ('view' in response) asked?.resolve(response.view);
    else asked?.reject(new Error(response.problem));
  });
  return async (psc, question) => {
    last += 1;
    const answer = Promise.withResolvers<KafkaView>();
    waiting.set(last, answer);
    process.send?.({ id: last, psc, question } satisfies KafkaRequest);
    return await answer.promise;
  };
}

/** The operator's Kafka port with models at the other end; looks in the background as often as the real one does. */
export function linkedKafkaPort(options: KafkaPortOptions, ask: AskKafka): RealKafkaPort {
  const slots = new Slots(LOOKS_AT_A_TIME);
  const known = new Map<string, LinkedKafka>();
  const of = (psc: StoredPsc): LinkedKafka => {
    const { name } = psc.metadata;
    const found = known.get(name) ?? new LinkedKafka(psc, { ...options, ask, slots });
    known.set(name, found);
    return found;
  };
  return {
    cached: (psc) => of(psc).view,
    fresh: async (psc) => await of(psc).look(),
    // As it was given: the models have no handshakes.
    shownCertificates: (_psc, held) => Promise.resolve(held.pods),
    // The models know no passwords.
    loginAnswers: () => Promise.resolve(new Map()),
    alterLogins: () => Promise.resolve(),
    alterClusterSettings: async (psc, set, remove) => {
      await of(psc).change({ kind: 'alter-settings', set, remove });
    },
    alterDefaultQuota: async (psc, values) => {
      await of(psc).change({ kind: 'alter-quota', values });
    },
    electPreferred: async (psc, partitions) => {
      await of(psc).change({ kind: 'elect', partitions });
    },
    setCordon: async (psc, broker, cordon) => {
      await of(psc).change({ kind: 'set-cordon', broker, cordon });
    },
    unregisterBroker: async (psc, broker) => {
      await of(psc).change({ kind: 'unregister', broker });
    },
    finishFeatures: async (psc, features) => {
      await of(psc).change({ kind: 'finish-features', features });
    },
    addVoter: async (psc, voter) => {
      await of(psc).change({ kind: 'add-voter', voter });
    },
    removeVoter: async (psc, voter) => {
      await of(psc).change({ kind: 'remove-voter', voter });
    },
    setAttention: (psc, attention) => {
      known.get(psc)?.attend(attention);
    },
    // There is no cluster that would be a client of these.
    grantUser: () => Promise.resolve(),
    revokeUser: () => Promise.resolve(),
    userAnswers: () => Promise.resolve(new Map()),
    // The models have no consumer groups.
    consumerLag: () => Promise.resolve(undefined),
    forget: (psc) => {
      known.get(psc)?.stop();
      known.delete(psc);
    },
    stop: () => {
      for (const each of known.values()) each.stop();
      known.clear();
    },
  };
}

/** As many as the real port has at a time. */
const LOOKS_AT_A_TIME = 8;

interface LinkedKafkaSettings extends KafkaPortOptions {
  readonly ask: AskKafka;
  readonly slots: Slots;
}

class LinkedKafka {
  readonly #psc: StoredPsc;
  readonly #settings: LinkedKafkaSettings;
  #view: KafkaView = { state: 'unreachable', reason: 'it has not been asked yet' };
  #attention: Attention = 'rest';
  #hasCredentials = false;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isStopped = false;

  constructor(psc: StoredPsc, settings: LinkedKafkaSettings) {
    this.#psc = psc;
    this.#settings = settings;
    this.#lookIn(0);
  }

  get view(): KafkaView {
    return this.#view;
  }

  attend(attention: Attention): void {
    const isCloser = attention === 'watch' && this.#attention === 'rest';
    this.#attention = attention;
    if (isCloser) this.#lookIn(0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Never rejects. */
  async look(): Promise<KafkaView> {
    try {
      // Whoever has none cannot get in.
      if (!this.#hasCredentials) await this.#settings.credentialsOf(this.#psc);
      this.#hasCredentials = true;
      this.#view = await this.#settings.ask(this.#psc.metadata.name, { kind: 'look' });
    } catch (error) {
      this.#view = { state: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
    }
    return this.#view;
  }

  async change(question: KafkaQuestion): Promise<void> {
    this.#view = await this.#settings.ask(this.#psc.metadata.name, question);
  }

  #lookIn(delayMs: number): void {
    if (this.#isStopped || this.#isLooking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isLooking = true;
      void this.#settings.slots.run(async () => {
        const before = this.#view;
        const after = await this.look();
        this.#isLooking = false;
        if (!this.#isStopped && !isSameView(before, after)) this.#settings.onChange?.(this.#psc.metadata.name);
        this.#lookIn(this.#attention === 'watch' ? WATCH_MS : REST_MS);
      });
    }, delayMs);
  }
}
