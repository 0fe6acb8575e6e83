import type { LookupFunction } from 'node:net';
import type { ReachableKafka, StoredPsc } from '../observed.ts';
import { type Clock, ConflictError, type KafkaPort, type KafkaUsersPort, type PlatformLogins } from '../ports.ts';
import { alterClusterSettings, alterDefaultUserQuota, electPreferred } from './alter-kafka.ts';
import { setCordon, unregisterBroker } from './alter-brokers.ts';
import type { KafkaCredentials } from './broker-connections.ts';
import type { ConsumerLag } from './consumer-lag.ts';
import { finishFeatures } from './features.ts';
import { addVoter, removeVoter } from './quorum-voters.ts';
import { grantLogins, grantUser, revokeLogins, revokeUser } from './kafka-users.ts';
import { type Attention, PscKafka } from './psc-kafka.ts';
import { Slots } from '../../runtime/slots.ts';

export interface KafkaPortOptions {
  /** Asked when a connection is opened and none are known, or those known are refused. */
  readonly credentialsOf: (psc: StoredPsc) => Promise<KafkaCredentials>;
  /** Those of the platform that are not in use, read anew. @default - no logins are ever replaced */
  readonly otherLoginsOf?: (psc: StoredPsc) => Promise<PlatformLogins>;
  readonly clock: Clock;
  /** Called when a look in the background finds a PSC's Kafka changed. @default nobody is told */
  readonly onChange?: (psc: string) => void;
  /** How host names become addresses. @default the system's own way */
  readonly lookup?: LookupFunction;
}

/** A {@link KafkaPort} that asks real clusters. A PSC is looked at in the background from when it is first asked for. */
export interface RealKafkaPort extends KafkaPort, KafkaUsersPort {
  /** How closely to look at a PSC in the background. @default rest */
  readonly setAttention: (psc: string, attention: Attention) => void;
  /** How far behind consumer groups are; undefined of a cluster that is not known or cannot be asked. Rejects when nobody answers. */
  readonly consumerLag: (psc: string) => Promise<ConsumerLag | undefined>;
  /** For a PSC that is gone: closes its connections. */
  readonly forget: (psc: string) => void;
  /** Closes everything; who asks afterwards finds every cluster unreachable. */
  readonly stop: () => void;
}

/** Looks in the background that go on at the same time, over all PSCs. */
const LOOKS_AT_A_TIME = 8;

/** The operator's way to the Kafka of every PSC, as the platform's user over the internal listener. */
export function realKafkaPort(options: KafkaPortOptions): RealKafkaPort {
  const { credentialsOf, clock, onChange, lookup } = options;
  const slots = new Slots(LOOKS_AT_A_TIME);
  const known = new Map<string, PscKafka>();
  let isStopped = false;
  const of = (psc: StoredPsc): PscKafka => {
    const { name, uid } = psc.metadata;
    const found = known.get(name);
    if (found?.uid === uid) {
      found.psc = psc;
      return found;
    }
    found?.stop();
    const made = new PscKafka({
      psc,
      credentialsOf,
      lookup,
      nowMs: clock.nowMs,
      slots,
      onChange: () => onChange?.(name),
    });
    if (isStopped) made.stop();
    else known.set(name, made);
    return made;
  };
  return {
    cached: (psc) => of(psc).view,
    fresh: (psc) => of(psc).fresh(),
    shownCertificates: (psc, held, freshness) => of(psc).shownCertificates(held, freshness),
    alterClusterSettings: async (psc, set, remove) => {
      await of(psc).alter(
        (broker, connections) => alterClusterSettings(broker, connections, set, remove),
        (view) => ({ ...view, clusterSettings: { ...without(view.clusterSettings, remove), ...set } }),
      );
    },
    alterDefaultQuota: async (psc, values) => {
      await of(psc).alter(
        (broker, connections) => alterDefaultUserQuota(broker, connections, values),
        (view) => ({ ...view, defaultUserQuota: { ...view.defaultUserQuota, ...values } }),
      );
    },
    electPreferred: async (psc, partitions) => {
      await of(psc).alter((broker, connections) => electPreferred(broker, connections, partitions), UNSEEN);
    },
    ...loginsOf(of, options),
    ...usersOf(of),
    ...leavingOf(of),
    ...featuresIn(of),
    ...votersIn(of),
    setAttention: (psc, attention) => {
      const found = known.get(psc);
      if (found !== undefined) found.attention = attention;
    },
    consumerLag: async (psc) => await known.get(psc)?.consumerLag(),
    forget: (psc) => {
      known.get(psc)?.stop();
      known.delete(psc);
    },
    stop: () => {
      isStopped = true;
      for (const each of known.values()) each.stop();
      known.clear();
    },
  };
}

/** Of a change that no view shows. */
const UNSEEN = (view: ReachableKafka): ReachableKafka => view;

/** The platform's own logins, as their Secret has them at the moment. */
function loginsOf(
  of: (psc: StoredPsc) => PscKafka,
  { otherLoginsOf }: KafkaPortOptions,
): Pick<KafkaPort, 'loginAnswers' | 'alterLogins'> {
  const read = async (psc: StoredPsc): Promise<PlatformLogins> => {
    if (otherLoginsOf === undefined) throw new Error('nobody replaces logins here');
    return await otherLoginsOf(psc);
  };
  return {
    loginAnswers: async (psc) => {
      try {
        return await of(psc).loginAnswers(await read(psc));
      } catch {
        return new Map();
      }
    },
    alterLogins: async (psc, change, mark) => {
      const logins = await read(psc);
      if (logins.mark !== mark) throw new ConflictError('the logins of the platform are others by now');
      await of(psc).alter(async (broker, connections) => {
        if (change === 'grant') await grantLogins(broker, connections, logins.other);
        else
          await revokeLogins(
            broker,
            connections,
            logins.other.map(({ name }) => name),
          );
      }, UNSEEN);
    },
  };
}

function usersOf(of: (psc: StoredPsc) => PscKafka): KafkaUsersPort {
  return {
    grantUser: async (kafka, user, password) => {
      await of(kafka).alter((broker, connections) => grantUser(broker, connections, user, password), UNSEEN);
    },
    revokeUser: async (kafka, user) => {
      await of(kafka).alter((broker, connections) => revokeUser(broker, connections, user), UNSEEN);
    },
    userAnswers: async (kafka, login, ca) => await of(kafka).loginAnswers({ other: [login], ca }),
  };
}

function without(
  settings: Readonly<Record<string, string>>,
  removed: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !removed.includes(key)));
}

/** What the cluster agrees upon for good. */
function featuresIn(of: (psc: StoredPsc) => PscKafka): Pick<KafkaPort, 'finishFeatures'> {
  return {
    finishFeatures: async (psc, features) => {
      await of(psc).alter(
        (place, connections) => finishFeatures(place, connections, features),
        (view) => ({ ...view, features: { ...view.features, ...features } }),
      );
    },
  };
}

/** Who of the controllers has a vote; whoever asks next sees it by itself. */
function votersIn(of: (psc: StoredPsc) => PscKafka): Pick<KafkaPort, 'addVoter' | 'removeVoter'> {
  return {
    addVoter: async (psc, voter) => {
      await of(psc).alter((place, connections) => addVoter(place, connections, psc.metadata.name, voter), UNSEEN);
    },
    removeVoter: async (psc, voter) => {
      await of(psc).alter((place, connections) => removeVoter(place, connections, voter), UNSEEN);
    },
  };
}

/** What brokers that leave are told, and what is told of them. */
function leavingOf(of: (psc: StoredPsc) => PscKafka): Pick<KafkaPort, 'setCordon' | 'unregisterBroker'> {
  return {
    setCordon: (psc, broker, cordon) =>
      of(psc).alterBroker(broker, (place, connections) => setCordon(place, connections, cordon)),
    unregisterBroker: async (psc, broker) => {
      await of(psc).alter(
        (place, connections) => unregisterBroker(place, connections, broker),
        (view) => ({ ...view, brokers: new Map([...view.brokers].filter(([id]) => id !== broker)) }),
      );
    },
  };
}
