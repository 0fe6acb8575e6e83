import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  type BaseOptions,
  ConfigResourceTypes,
  describeConfigsV4,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
  metadataV12,
  ResourcePatternTypes,
  ResourceTypes,
  SASLMechanisms,
} from '@platformatic/kafka';
import { PORTS } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { PLATFORM_USERS } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import { BrokerConnections } from '../../../../operators/psc/kafka/broker-connections.ts';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { refusalsIn } from '../../../../operators/psc/kafka/kafka-error.ts';
import { realKafkaPort, type RealKafkaPort } from '../../../../operators/psc/kafka/kafka-port.ts';
import type { KafkaView, PartitionView, ReachableKafka, StoredPsc } from '../../../../operators/psc/observed.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { type RunningKafka, startKafka, type StartOptions } from '../../../support/kafka-processes.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import type { ObjectStore } from '../../../support/object-store.ts';
import { tierJars } from '../../../support/tier-jars.ts';

/** Longest time that any change of the cluster takes until it can be seen. */
export const CHANGE_MAX_MS = 90_000;

const example = examplePsc('local');
export const psc: StoredPsc = {
  ...example,
  metadata: { ...example.metadata, uid: 'uid-of-orders', resourceVersion: '1', generation: 1 },
};

export const BUCKET = 'acme-orders';

/** Ways in which a port may differ from the operator's own. */
export interface PortOverrides {
  readonly password?: () => string;
  readonly ca?: string;
  readonly onChange?: (psc: string) => void;
}

/** A running cluster of three controllers and three brokers, and the operator's port to it. */
export class OrdersCluster {
  readonly kafka: RunningKafka;
  readonly admin: Admin;
  readonly port: RealKafkaPort;
  readonly #others: RealKafkaPort[] = [];

  private constructor(kafka: RunningKafka) {
    this.kafka = kafka;
    this.admin = new Admin(this.clientOptions());
    this.port = this.#newPort({});
  }

  /** For clients inside of the cluster, as the platform's own user. */
  clientOptions(): BaseOptions {
    return {
      clientId: 'test',
      bootstrapBrokers: brokerPlaces(psc).map(({ host }) => `${host}:${PORTS.internal}`),
      retries: 3,
      timeout: 10_000,
      tls: { ca: this.kafka.ca, lookup: this.lookup },
      tlsServerName: true,
      sasl: {
        mechanism: SASLMechanisms.SCRAM_SHA_512,
        username: PLATFORM_USERS.operator,
        password: this.password,
      },
    };
  }

  /** @param options how it may differ from a cluster of its own certificates and of the image's Kafka */
  static async start(options: Pick<StartOptions, 'tls' | 'home'> = {}): Promise<OrdersCluster> {
    return new OrdersCluster(await startKafka(example, exampleDataPlane('local'), options));
  }

  /** With Infinite Storage in a store that need not be there yet. */
  static async startTiered({ port, credentials }: ObjectStore): Promise<OrdersCluster> {
    const tieredStorage = {
      bucket: BUCKET,
      prefix: 'orders',
      localRetentionMs: '3600000',
      endpoint: `http://127.0.0.1:${port}`,
    };
    const tiered = examplePsc('local', { kafka: { tieredStorage } });
    const tier = { jars: join(await tierJars(), 'tier'), keys: credentials };
    return new OrdersCluster(await startKafka(tiered, exampleDataPlane('local'), { tier }));
  }

  async stop(): Promise<void> {
    this.closePorts();
    this.port.stop();
    await this.admin.close();
    await this.kafka.stop();
  }

  get password(): string {
    return this.kafka.passwords[PLATFORM_USERS.operator] ?? '';
  }

  /** Stands for DNS: every advertised name leads to its pod. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    const address = this.kafka.addresses.get(host);
    if (address === undefined) callback(new Error(`nobody is called ${host}`), '', 4);
    else if (options.all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };

  /** A port of a single test, until {@link closePorts}. */
  newPort(overrides: PortOverrides = {}): RealKafkaPort {
    const made = this.#newPort(overrides);
    this.#others.push(made);
    return made;
  }

  closePorts(): void {
    for (const other of this.#others.splice(0)) other.stop();
  }

  async fresh(): Promise<ReachableKafka> {
    return reachable(await this.port.fresh(psc));
  }

  async freshWhere(what: string, isSo: (view: ReachableKafka) => boolean): Promise<ReachableKafka> {
    return await eventually({ what, withinMs: CHANGE_MAX_MS / 2 }, async () => {
      const view = await this.fresh();
      return isSo(view) ? view : undefined;
    });
  }

  /** A client that knows this authority only (PEM) comes to every broker. @throws Error where one refuses it, or is refused by it */
  async newcomerWith(ca: string): Promise<void> {
    const newcomer = this.connectionsWith(ca);
    try {
      for (const broker of brokerPlaces(psc)) {
        const { brokers } = await newcomer.call(broker, (connection) =>
          metadataV12.api.async(connection, [], false, false),
        );
        if (brokers.length === 0) throw new Error(`${broker.host} knows of no brokers`);
      }
    } finally {
      newcomer.close();
    }
  }

  /** Of the platform's own user, who knows this authority only (PEM). */
  connectionsWith(ca: string): BrokerConnections {
    return new BrokerConnections({
      credentials: () => Promise.resolve({ password: this.password, ca }),
      lookup: this.lookup,
    });
  }

  /** Number of ACLs of a user. */
  async aclsOf(user: string): Promise<number> {
    const resources = await this.admin.describeAcls({
      filter: {
        resourceType: ResourceTypes.ANY,
        resourceName: null,
        host: null,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: `User:${user}`,
        operation: AclOperations.ANY,
        permissionType: AclPermissionTypes.ANY,
      },
    });
    return resources.reduce((sum, { acls }) => sum + acls.length, 0);
  }

  async setTopic(topic: string, name: string, value: string): Promise<void> {
    const configs = [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }];
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs };
    await this.admin.incrementalAlterConfigs({ resources: [resource], validateOnly: false });
  }

  /** Those of the settings that Kafka lets nobody set for all brokers, though their value is the one in force. */
  async refusedForAllBrokers(names: readonly string[]): Promise<readonly string[]> {
    const [broker] = brokerPlaces(psc);
    if (broker === undefined) throw new Error('the example has no brokers');
    const connections = new BrokerConnections({
      credentials: () => Promise.resolve({ password: this.password, ca: this.kafka.ca }),
      lookup: this.lookup,
    });
    const own = { resourceType: ConfigResourceTypes.BROKER, resourceName: '0' };
    try {
      const { results } = await connections.call(broker, (connection) =>
        describeConfigsV4.api.async(connection, [own], false, false),
      );
      const values = new Map(results[0]?.configs.map(({ name, value }) => [name, value]));
      const refused: string[] = [];
      for (const name of names) {
        const value = values.get(name);
        // No value would mean anything for one that has none.
        if (value === undefined || value === null) continue;
        const configs = [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }];
        const resource = { resourceType: ConfigResourceTypes.BROKER, resourceName: '', configs };
        const sent = connections.call(broker, (connection) =>
          incrementalAlterConfigsV1.api.async(connection, [resource], true),
        );
        await sent.catch((error: unknown) => refused.push(`${name}: ${JSON.stringify(refusalsIn(error))}`));
      }
      return refused;
    } finally {
      connections.close();
    }
  }

  #newPort({ password, ca, onChange }: PortOverrides): RealKafkaPort {
    return realKafkaPort({
      credentialsOf: () => Promise.resolve({ password: password?.() ?? this.password, ca: ca ?? this.kafka.ca }),
      clock: { nowMs: Date.now },
      lookup: this.lookup,
      ...(onChange === undefined ? {} : { onChange }),
    });
  }
}

export function reachable(view: KafkaView): ReachableKafka {
  if (view.state === 'unreachable') throw new Error(view.reason);
  return view;
}

/** What a port keeps, once it has seen the cluster. */
export async function eventuallyKept(of: RealKafkaPort): Promise<ReachableKafka> {
  return await eventually({ what: 'a kept view', withinMs: CHANGE_MAX_MS / 2 }, () => {
    const view = of.cached(psc);
    return Promise.resolve(view.state === 'reachable' ? view : undefined);
  });
}

export function minIsrOf(partitions: readonly PartitionView[], name: string): ReadonlySet<number> {
  return new Set(partitions.filter(({ topic }) => topic === name).map(({ minIsr }) => minIsr));
}
