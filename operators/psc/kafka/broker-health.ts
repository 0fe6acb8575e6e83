import type { LookupFunction } from 'node:net';
import type { BrokerDisk, RegisteredBroker } from '../observed.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { readBrokerMetrics } from './broker-metrics.ts';
import { describeLogDirs } from './log-dirs.ts';
import { Slots } from '../../runtime/slots.ts';

/** What each broker says of itself. What one does not say in time is absent. */
export type BrokerHealth = Pick<RegisteredBroker, 'metrics' | 'disk'>;

/** All brokers together have this long: a zone that answers nothing must not hold up the rest. */
export const HEALTH_MAX_MS = 4_000;
const AT_A_TIME = 32;

/** Answers that are on their way. */
export interface HealthRead {
  /** Resolves with what there is when all of these brokers have answered or their time is over. Never rejects. */
  readonly whenKnown: (ids: ReadonlySet<number>) => Promise<ReadonlyMap<number, BrokerHealth>>;
}

/** Asks all brokers at once for their metrics and disks. */
export function readHealth(
  brokers: readonly BrokerPlace[],
  connections: BrokerConnections,
  lookup: LookupFunction | undefined,
): HealthRead {
  const slots = new Slots(AT_A_TIME);
  const found = new Map<number, BrokerHealth>();
  const late = Promise.withResolvers<undefined>();
  const aborted = new AbortController();
  const timer = setTimeout(() => {
    aborted.abort();
    late.resolve(undefined);
  }, HEALTH_MAX_MS);
  const add = (id: number, part: BrokerHealth): void => {
    found.set(id, { ...found.get(id), ...part });
  };
  const { signal } = aborted;
  const asked = brokers.map((broker) => ({
    id: broker.id,
    done: slots.run(async () => {
      // What does not answer leaves its part absent, and the planner decides what that means.
      await Promise.allSettled([
        readBrokerMetrics(broker.host, { signal, ...(lookup === undefined ? {} : { lookup }) }).then((metrics) => {
          add(broker.id, { metrics });
        }),
        readDisk(broker, connections, signal).then((disk) => {
          add(broker.id, { disk });
        }),
      ]);
    }),
  }));
  void Promise.all(asked.map(({ done }) => done)).then(() => {
    clearTimeout(timer);
  });
  return {
    whenKnown: async (ids) => {
      const needed = asked.filter(({ id }) => ids.has(id)).map(({ done }) => done);
      await Promise.race([Promise.all(needed), late.promise]);
      // What is still under way must not change what was given out.
      return new Map(found);
    },
  };
}

async function readDisk(broker: BrokerPlace, connections: BrokerConnections, signal: AbortSignal): Promise<BrokerDisk> {
  signal.throwIfAborted();
  const asked = broker.isLeaving === true ? 'all' : 'none';
  const [directory] = await connections.call(broker, (connection) => describeLogDirs(connection, asked));
  if (directory === undefined) throw new Error(`${broker.pod} has no log directory`);
  return {
    totalBytes: Number(directory.totalBytes),
    usableBytes: Number(directory.usableBytes),
    isCordoned: directory.isCordoned,
    ...(asked === 'all' ? { logs: directory.logs } : {}),
  };
}
