import type { LookupFunction } from 'node:net';
import { PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { BrokerConnections, type KafkaCredentials } from '../../psc/kafka/broker-connections.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { within } from '../../psc/kafka/deadline.ts';
import type { ObservedCluster } from '../execute/observed.ts';
import type { BalanceStep } from '../execute/steps.ts';
import type { Resource } from '../model/cluster-model.ts';
import { readBrokerCounters } from './broker-counters.ts';
import { carryOut } from './carry-out.ts';
import { newMeters, observeCluster } from './observe-cluster.ts';

/** Where a cluster is to be found, and what each of its brokers can carry. */
export interface KafkaPlace {
  readonly name: string;
  readonly brokers: readonly BrokerPlace[];
  readonly capacity: Readonly<Record<Resource, number>>;
}

/** One cluster's Kafka as the balancer needs it. */
export interface BalancedKafka {
  /** Everything, asked now. @throws Error when it cannot be asked in time */
  readonly look: (place: KafkaPlace) => Promise<ObservedCluster>;
  /** @throws Error when Kafka cannot be reached, or refuses; a part may have taken effect */
  readonly carryOut: (step: BalanceStep, place: KafkaPlace) => Promise<void>;
  readonly close: () => void;
}

export interface BalancedKafkaOptions {
  /** Of the balancer's own user. */
  readonly credentials: () => Promise<KafkaCredentials>;
  readonly wallMs: () => number;
  /** How names of brokers become addresses. @default the system's own way */
  readonly lookup?: LookupFunction;
}

const LOOK_MAX_MS = 8_000;

/** A {@link BalancedKafka} that asks a real cluster, and remembers from look to look what its brokers have counted. */
export function balancedKafka({ credentials, wallMs, lookup }: BalancedKafkaOptions): BalancedKafka {
  const meters = newMeters();
  const own = lookup === undefined ? {} : { lookup };
  const connections = new BrokerConnections({ credentials, user: PLATFORM_USERS.balancer, ...own });
  return {
    look: async ({ name, brokers, capacity }) => {
      const context = {
        brokers,
        connections,
        capacity,
        meters,
        readCounters: (broker: BrokerPlace, signal: AbortSignal) => readBrokerCounters(broker.host, { signal, ...own }),
        nowMs: wallMs,
      };
      return await within(LOOK_MAX_MS, `Kafka of PSC ${name}`, observeCluster(context));
    },
    carryOut: async (step, { brokers }) => {
      await carryOut(step, { brokers, connections });
    },
    close: () => {
      connections.close();
    },
  };
}
