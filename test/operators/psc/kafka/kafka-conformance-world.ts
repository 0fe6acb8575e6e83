import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import type { KafkaPort } from '../../../../operators/psc/ports.ts';

/** A Kafka cluster of three brokers and three controllers, all of them well, and the hands of everybody but the operator. */
export interface KafkaConformanceWorld {
  readonly port: KafkaPort;
  readonly psc: StoredPsc;
  /** @param replicas of each partition, the preferred leader first */
  readonly createTopic: (
    name: string,
    replicas: readonly (readonly number[])[],
    options?: { readonly minIsr: number },
  ) => Promise<void>;
  /** A topic whose replicas Kafka places. Rejects where it finds too few brokers. */
  readonly placeTopic: (name: string, partitions: number, factor: number) => Promise<void>;
  /** Starts to move one partition. */
  readonly reassign: (topic: string, partition: number, replicas: readonly number[]) => Promise<void>;
  /** Ends the process in order; resolves when it has ended. */
  readonly stopBroker: (id: number) => Promise<void>;
  /** Ends the process at once. */
  readonly killBroker: (id: number) => Promise<void>;
  /** Starts the process on its volume; resolves when clients can connect. */
  readonly startBroker: (id: number) => Promise<void>;
  readonly killController: (id: number) => Promise<void>;
  readonly startController: (id: number) => Promise<void>;
  /** Nobody answers any longer, until the function that this resolves with is called. */
  readonly silence: () => Promise<() => Promise<void>>;
  /** Of the clock that the brokers live by. */
  readonly nowMs: () => number;
  /** Lets time pass until `look` gives something; rejects after a bound. */
  readonly eventually: <T>(what: string, look: () => Promise<T | undefined>) => Promise<T>;
  readonly stop: () => Promise<void>;
}
