import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  Admin,
  ConfigResourceTypes,
  Consumer,
  type BaseOptions,
  type Connection,
  IncrementalAlterConfigOperationTypes,
  kGetBootstrapConnection,
  Producer,
  SASLMechanisms,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import * as kafka from '@platformatic/kafka';
import { brokerProperties } from '../../../../constructs/kubernetes/kafka/broker-config.ts';
import { viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { dynamicLimits } from '../../../../constructs/kubernetes/kafka/dynamic-limits.ts';
import { PORTS } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { PLATFORM_USERS } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import { TENANT_SETTINGS } from '../../../../constructs/kubernetes/kafka/tenant-settings.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { startKafka, type RunningKafka } from '../../../support/kafka-processes.ts';
import { eventually } from '../../../support/kafka-wait.ts';

const psc = examplePsc('local', { kafka: { config: { 'log.retention.hours': '72' } } });
const dataPlane = exampleDataPlane('local');
const view = viewCluster(psc, dataPlane);
const bootstrap = `bootstrap.orders.${dataPlane.domain}:${PORTS.external}`;
const START_MAX_MS = 180_000;
const TEST_MAX_MS = 60_000;

jest.setTimeout(TEST_MAX_MS);

/** Kafka's error 44, as the client nests it. */
const POLICY_VIOLATION = { errors: [{ errors: [{ apiId: 'POLICY_VIOLATION' }] }] };

let running: RunningKafka;
let admin: Admin;
/** What was started, last first. */
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  running = await startKafka(psc, dataPlane);
  stops.unshift(() => running.stop());
  admin = new Admin(clientOptions());
  stops.unshift(() => admin.close());
  await eventually({ what: 'three brokers in the metadata', withinMs: TEST_MAX_MS }, async () => {
    const { brokers } = await admin.metadata({ topics: [] });
    return brokers.size === 3 ? true : undefined;
  });
}, START_MAX_MS);

afterAll(async () => {
  for (const stop of stops) await stop();
}, START_MAX_MS);

describe('a cluster that runs from nothing but its rendered objects', () => {
  test('has a quorum of the three controllers that it was formatted with', async () => {
    const quorum = await call((connection) =>
      kafka.describeQuorumV2.api.async(connection, [
        { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] },
      ]),
    );
    const voters = quorum.topics[0]?.partitions[0]?.currentVoters ?? [];
    expect(voters.map(({ replicaId }) => replicaId).sort()).toEqual([1000, 1001, 1002]);
    // Kafka's all-zero id would mean a quorum of the old, static kind.
    expect(new Set(voters.map(({ replicaDirectoryId }) => replicaDirectoryId)).size).toBe(3);
  });

  test('has the cluster id of the PSC, and brokers whose rack is the zone of their volume', async () => {
    const cluster = await call((connection) =>
      kafka.describeClusterV1.api.async(connection, false, kafka.DescribeClusterEndpointTypes.BROKERS),
    );
    expect(cluster.clusterId).toBe(view.kafka.clusterId);
    const racks = cluster.brokers.map(({ brokerId, rack }) => ({ brokerId, rack }));
    expect(racks.sort((a, b) => a.brokerId - b.brokerId)).toEqual(
      view.brokers.map(({ ordinal, zone }) => ({ brokerId: ordinal, rack: zone })),
    );
  });

  test('refuses topics that need all of their replicas, made so or changed so', async () => {
    const make = async (topic: string, replicas: number, minIsr: string): Promise<unknown> =>
      await admin.createTopics({
        topics: [topic],
        partitions: 1,
        replicas,
        configs: [{ name: 'min.insync.replicas', value: minIsr }],
      });
    await expect(make('rigid', 3, '3')).rejects.toMatchObject(POLICY_VIOLATION);
    await expect(make('single', 1, '1')).rejects.toMatchObject(POLICY_VIOLATION);
    await make('supple', 3, '2');
    const change = async (value: string): Promise<void> => {
      await admin.incrementalAlterConfigs({
        resources: [
          {
            resourceType: ConfigResourceTypes.TOPIC,
            resourceName: 'supple',
            configs: [
              {
                name: 'min.insync.replicas',
                configOperation: IncrementalAlterConfigOperationTypes.SET,
                value,
              },
            ],
          },
        ],
      });
    };
    await expect(change('3')).rejects.toMatchObject(POLICY_VIOLATION);
    await change('1');
  });

  test('advertises to outside clients the names that lead through the gateway', async () => {
    const { brokers } = await admin.metadata({ topics: [] });
    const names = [...brokers.values()].map(({ host, port }) => `${host}:${port}`).sort();
    expect(names).toEqual([0, 1, 2].map((ordinal) => `kafka-${ordinal}.orders.${dataPlane.domain}:9094`));
  });
});

describe('a fresh topic without settings of its own', () => {
  const topic = 'fresh';

  beforeAll(async () => {
    // -1: the cluster's own default.
    await admin.createTopics({ topics: [topic], partitions: 6, replicas: -1 });
  }, TEST_MAX_MS);

  test('has three replicas, each in another zone', async () => {
    const partitions = await partitionsOf(topic);
    expect(partitions).toHaveLength(6);
    for (const replicas of partitions) expect(replicas).toEqual([0, 1, 2]);
  });

  test('needs two replicas in sync, and never elects one that is not', async () => {
    const settings = await settingsOf(ConfigResourceTypes.TOPIC, topic);
    expect(settings.get('min.insync.replicas')).toBe('2');
    expect(settings.get('unclean.leader.election.enable')).toBe('false');
  });

  test("follows the PSC's own broker settings", async () => {
    const settings = await settingsOf(ConfigResourceTypes.TOPIC, topic);
    expect(settings.get('retention.ms')).toBe(String(72 * 3_600_000));
  });

  test(
    'takes records from outside and gives them back',
    async () => {
      const values = Array.from({ length: 200 }, (_, index) => `value-${index}`);
      const producer = new Producer({ ...clientOptions(), serializers: stringSerializers, idempotent: true });
      await producer.send({ acks: -1, messages: values.map((value, index) => ({ topic, key: `${index}`, value })) });
      await producer.close();
      expect((await consume(topic, values.length)).sort()).toEqual(values.sort());
    },
    TEST_MAX_MS,
  );

  test(
    'takes a transaction',
    async () => {
      const producer = new Producer({
        ...clientOptions(),
        serializers: stringSerializers,
        idempotent: true,
        transactionalId: 'transfer',
      });
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, key: 'k', value: 'in a transaction' }] });
      await transaction.commit();
      await producer.close();
    },
    TEST_MAX_MS,
  );

  test.each(['__consumer_offsets', '__transaction_state'])('makes %s of three replicas', async (internal) => {
    const partitions = await partitionsOf(internal);
    expect(partitions).toHaveLength(6);
    for (const replicas of partitions) expect(replicas).toEqual([0, 1, 2]);
    const settings = await settingsOf(ConfigResourceTypes.TOPIC, internal);
    expect(settings.get('min.insync.replicas')).toBe('2');
  });
});

describe('every broker', () => {
  test.each([0, 1, 2])('%i runs with the settings of its file', async (broker) => {
    const settings = await settingsOf(ConfigResourceTypes.BROKER, String(broker));
    const file = brokerProperties(view)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
    const plain = file.filter(([key, value]) => !value.includes('${env:') && !key.endsWith('jaas.config'));
    const known = plain.filter(([key]) => settings.has(key));
    expect(Object.fromEntries(known.map(([key]) => [key, settings.get(key)]))).toEqual(Object.fromEntries(known));
    expect(known.map(([key]) => key)).toEqual(
      expect.arrayContaining([
        'default.replication.factor',
        'offsets.topic.replication.factor',
        'transaction.state.log.replication.factor',
        'transaction.state.log.min.isr',
        'share.coordinator.state.topic.replication.factor',
        'auto.create.topics.enable',
        'auto.leader.rebalance.enable',
        'authorizer.class.name',
        'unclean.leader.election.enable',
      ]),
    );
    expect(settings.get('broker.rack')).toBe(view.brokers[broker]?.zone);
    expect(settings.get('min.insync.replicas')).toBe('2');
  });

  test('knows every setting that a tenant may change', async () => {
    const settings = await settingsOf(ConfigResourceTypes.BROKER, '0');
    expect(Object.keys(TENANT_SETTINGS).filter((name) => !settings.has(name))).toEqual([]);
  });

  test.each([0, 1, 2])('%i answers the liveness probe and shows its metrics', async (broker) => {
    const address = running.pods.find(({ name }) => name === `kafka-${broker}`)?.address ?? '';
    const healthy = await fetch(`http://${address}:${PORTS.metrics}/-/healthy`);
    expect(healthy.status).toBe(200);
    const metrics = await (await fetch(`http://${address}:${PORTS.metrics}/metrics`)).text();
    expect(metrics).toMatch(/^kafka_server_replicamanager_underreplicatedpartitions 0\.0$/m);
    expect(metrics).toMatch(/^kafka_server_kafkaserver_brokerstate 3\.0$/m);
  });

  test('takes the dynamic limits and quotas that its PSC asks for', async () => {
    const { brokerDefaults, clientQuotas } = dynamicLimits(view);
    await admin.incrementalAlterConfigs({
      validateOnly: false,
      resources: [
        {
          resourceType: ConfigResourceTypes.BROKER,
          resourceName: '',
          configs: Object.entries(brokerDefaults).map(([name, value]) => ({
            name,
            value,
            configOperation: IncrementalAlterConfigOperationTypes.SET,
          })),
        },
      ],
    });
    await admin.alterClientQuotas({
      validateOnly: false,
      entries: clientQuotas.map(({ entity, values }) => ({
        entities: [{ entityType: 'user', entityName: entity.user }],
        ops: Object.entries(values).map(([key, value]) => ({
          key: key as keyof typeof values,
          value,
          remove: false as const,
        })),
      })),
    });
    await eventually({ what: 'the limits on broker 2', withinMs: TEST_MAX_MS }, async () => {
      const settings = await settingsOf(ConfigResourceTypes.BROKER, '2');
      return settings.get('listener.name.external.max.connections') === '12000' ? true : undefined;
    });
  });
});

describe('a client', () => {
  test('does not make a topic by asking for it', async () => {
    const asked = call((connection) => kafka.metadataV12.api.async(connection, ['never-made'], true, false));
    await expect(asked).rejects.toThrow();
    expect(await admin.listTopics()).not.toContain('never-made');
  });

  test('with a wrong password is refused', async () => {
    await expect(metadataAs({ password: 'wrong' })).rejects.toThrow();
  });

  test('without TLS is refused', async () => {
    const options = clientOptions();
    delete options.tls;
    await expect(metadataWith(options)).rejects.toThrow();
  });

  test('that trusts another authority refuses the brokers', async () => {
    await expect(metadataWith({ ...clientOptions(), tls: { lookup } })).rejects.toThrow();
  });

  test('without ACLs is known, and allowed nothing', async () => {
    await makeUser('stranger', 'a-password');
    const stranger = new Admin(clientOptions('stranger', 'a-password'));
    await expect(stranger.createTopics({ topics: ['forbidden'], partitions: 1, replicas: 3 })).rejects.toThrow();
    await stranger.close();
    expect(await admin.listTopics()).not.toContain('forbidden');
  });
});

describe('the init container', () => {
  test('refuses to start a broker outside of the zone that it is placed in', async () => {
    const { exitCode, output } = await running.prepareInZone('kafka-0', 'local-b');
    expect(exitCode).toBe(1);
    expect(output).toContain('kafka-0 is placed in local-a but runs on node node-local-b in local-b');
  });

  test('leaves no password, salted or plain, in the log', async () => {
    const log = await running.preparation('controller-0');
    expect(log).toContain('controller-0 is node 1000 in local-a, storage ready');
    for (const password of Object.values(running.passwords)) expect(log).not.toContain(password);
    expect(log).not.toMatch(/salt|UserScram/i);
  });
});

/** A SCRAM user as a tenant's API keys are. */
async function makeUser(name: string, password: string): Promise<void> {
  const salt = randomBytes(16);
  const iterations = 4096;
  const saltedPassword = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  await call((connection) =>
    kafka.alterUserScramCredentialsV0.api.async(
      connection,
      [],
      [{ name, mechanism: SCRAM_SHA_512, iterations, salt, saltedPassword }],
    ),
  );
}

/** Its number in the protocol. */
const SCRAM_SHA_512 = 2;

function clientOptions(user: string = PLATFORM_USERS.operator, password = running.passwords[user] ?? ''): BaseOptions {
  return {
    clientId: 'test',
    bootstrapBrokers: [bootstrap],
    retries: 2,
    timeout: 10_000,
    tls: { ca: running.ca, lookup },
    tlsServerName: true,
    sasl: { mechanism: SASLMechanisms.SCRAM_SHA_512, username: user, password },
  };
}

/** Stands for DNS and the gateway: every advertised name leads to its pod. */
const lookup: LookupFunction = (host, options, callback) => {
  const address = running.addresses.get(host);
  if (address === undefined) {
    callback(new Error(`nobody is called ${host}`), '', 4);
  } else if (options.all === true) {
    callback(null, [{ address, family: 4 }]);
  } else {
    callback(null, address, 4);
  }
};

/** A call that the client library knows only by its protocol. */
async function call<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await new Promise<Connection>((resolve, reject) => {
    admin[kGetBootstrapConnection]((error, found) => {
      if (found === undefined) reject(error ?? new Error('no connection'));
      else resolve(found);
    });
  });
  return request(connection);
}

/** Ids of the replicas of each partition, sorted. */
async function partitionsOf(topic: string): Promise<readonly (readonly number[])[]> {
  // A broker learns of a new topic a moment after the controllers have made it.
  return eventually({ what: `partitions of ${topic}`, withinMs: TEST_MAX_MS }, async () => {
    const { topics } = await call((connection) => kafka.metadataV12.api.async(connection, [topic], false, false));
    return topics[0]?.partitions.map(({ replicaNodes }) => [...replicaNodes].sort());
  });
}

async function settingsOf(
  resourceType: (typeof ConfigResourceTypes)['TOPIC' | 'BROKER'],
  resourceName: string,
): Promise<ReadonlyMap<string, string | null | undefined>> {
  const [found] = await admin.describeConfigs({ resources: [{ resourceType, resourceName }] });
  // Kafka hides the values of settings that it has no definition of, such as those of the authorizer.
  const shown = found?.configs.filter(({ isSensitive }) => !isSensitive) ?? [];
  return new Map(shown.map(({ name, value }) => [name, value]));
}

async function consume(topic: string, count: number): Promise<string[]> {
  const consumer = new Consumer({ ...clientOptions(), deserializers: stringDeserializers, groupId: 'readers' });
  const values: string[] = [];
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true });
  for await (const { value } of stream) {
    values.push(value);
    if (values.length === count) break;
  }
  await consumer.close(true);
  return values;
}

async function metadataAs({ password }: { readonly password: string }): Promise<void> {
  await metadataWith(clientOptions(PLATFORM_USERS.operator, password));
}

async function metadataWith(options: BaseOptions): Promise<void> {
  const stranger = new Admin({ ...options, retries: 0 });
  try {
    await stranger.metadata({ topics: [] });
  } finally {
    await stranger.close();
  }
}
