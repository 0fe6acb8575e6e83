import { SCRAM_MECHANISM } from '../../constructs/kubernetes/kafka/listeners.ts';
import { REGION_LOOPBACK } from '../../local/region/forwarder-addresses.ts';
import { hostsLines } from './region-names.ts';

export interface ClientFilesOptions {
  readonly tenant: string;
  /** Folder that the files will be in. */
  readonly folder: string;
  /** `host:port`. */
  readonly bootstrapServer: string;
  /** PEM of the cluster's authority. */
  readonly authority: string;
  readonly user: string;
  readonly password: string;
  /** Names that lead into the region. */
  readonly names: readonly string[];
  /** Content of this machine's own hosts file. */
  readonly machineHosts: string;
}

/** Files of a client, by what they are. */
export const CLIENT_FILES = {
  authority: 'ca.crt',
  properties: 'client.properties',
  kcat: 'kcat.conf',
  hosts: 'hosts',
  example: 'example.mjs',
} as const;

/** Content of each of {@link CLIENT_FILES}. */
export function clientFiles(options: ClientFilesOptions): ReadonlyMap<string, string> {
  return new Map([
    [CLIENT_FILES.authority, options.authority],
    [CLIENT_FILES.properties, properties(options)],
    [CLIENT_FILES.kcat, kcatConfig(options)],
    [CLIENT_FILES.hosts, `${options.machineHosts.trimEnd()}\n${hostsLines(options.names)}`],
    [CLIENT_FILES.example, nodeExample(options)],
  ]);
}

/** What `connect` prints: where the files are, and a first command for each kind of client. */
export function connectText({ tenant, folder, bootstrapServer, user }: ClientFilesOptions): string {
  const file = (name: keyof typeof CLIENT_FILES): string => `${folder}/${CLIENT_FILES[name]}`;
  return `Kafka of ${tenant}
  bootstrap server  ${bootstrapServer}
  CA certificate    ${file('authority')}
  user              ${user}, its password is in the next file
  client properties ${file('properties')}

Names of the region mean ${REGION_LOOPBACK} on this machine, where a forwarder takes connections to the gateway. No name
server knows them, so a client needs one of these:
  any program       sudo ./flotilla connect ${tenant} --exec -- COMMAND   runs it with a hosts file of its own
  Java              -Djdk.net.hosts.file=${file('hosts')}
  Node              a lookup function, as in ${file('example')}

Kafka's own tools (of 4.2 or newer), with the host names given to Java:
  export KAFKA_OPTS=-Djdk.net.hosts.file=${file('hosts')}
${kafkaToolLines(bootstrapServer, file('properties'))}

kcat (with a librdkafka of 2.6.1 or newer, see kcat -V: brokers since Kafka 4.0 refuse the SCRAM of older ones):
  echo 'hello from kcat' | sudo ./flotilla connect ${tenant} --exec -- \\
    kcat -F ${file('kcat')} -P -t ${EXAMPLE_TOPIC}
  sudo ./flotilla connect ${tenant} --exec -- \\
    kcat -F ${file('kcat')} -C -t ${EXAMPLE_TOPIC} -o beginning -e

@platformatic/kafka (run it from a folder that has the package):
  node ${file('example')}
`;
}

/** Topic of the examples. */
export const EXAMPLE_TOPIC = 'hello';
const EXAMPLE_PARTITIONS = 3;

/** Each a command by itself: a variable for what they share would be one word in zsh and several in bash. */
function kafkaToolLines(bootstrapServer: string, propertiesFile: string): string {
  const topic = `--topic ${EXAMPLE_TOPIC}`;
  return [
    `kafka-topics.sh ... --create --if-not-exists ${topic} --partitions ${EXAMPLE_PARTITIONS}`,
    `kafka-console-producer.sh ... ${topic}`,
    `kafka-console-consumer.sh ... ${topic} --from-beginning`,
    `kafka-verifiable-producer.sh ... ${topic} --max-messages 1000 --acks -1`,
    `kafka-producer-perf-test.sh ... ${topic} --num-records 10000 --record-size 100 --throughput -1`,
    `kafka-consumer-perf-test.sh ... ${topic} --num-records 10000`,
    `kafka-topics.sh ... --delete ${topic}`,
  ]
    .map((line) => {
      const [tool, rest = ''] = line.split(' ... ');
      return `  ${tool} --bootstrap-server ${bootstrapServer} \\\n    --command-config ${propertiesFile} ${rest}`;
    })
    .join('\n');
}

/** Kafka's own clients (kafka.apache.org/documentation, security). The password needs no quoting: see newPassword. */
function properties({ folder, bootstrapServer, user, password }: ClientFilesOptions): string {
  return `bootstrap.servers=${bootstrapServer}
security.protocol=SASL_SSL
sasl.mechanism=${SCRAM_MECHANISM}
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";
ssl.truststore.type=PEM
ssl.truststore.location=${folder}/${CLIENT_FILES.authority}
`;
}

/** librdkafka's names of the same. */
function kcatConfig({ folder, bootstrapServer, user, password }: ClientFilesOptions): string {
  return `bootstrap.servers=${bootstrapServer}
security.protocol=SASL_SSL
sasl.mechanism=${SCRAM_MECHANISM}
sasl.username=${user}
sasl.password=${password}
ssl.ca.location=${folder}/${CLIENT_FILES.authority}
`;
}

/** Makes the topic, produces a record with acks=all, and reads it back from where it went. */
function nodeExample({ folder, bootstrapServer, user, password }: ClientFilesOptions): string {
  const text = (value: string): string => JSON.stringify(value);
  return `import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// From the folder that this was started in, wherever this file is.
const require = createRequire(join(process.cwd(), 'package.json'));
const kafka = await import(require.resolve('@platformatic/kafka'));

const address = { address: ${text(REGION_LOOPBACK)}, family: 4 };
const client = {
  clientId: 'example',
  bootstrapBrokers: [${text(bootstrapServer)}],
  tls: {
    ca: readFileSync(${text(`${folder}/${CLIENT_FILES.authority}`)}),
    lookup: (name, { all }, done) => (all ? done(null, [address]) : done(null, address.address, address.family)),
  },
  tlsServerName: true,
  sasl: { mechanism: ${text(SCRAM_MECHANISM)}, username: ${text(user)}, password: ${text(password)} },
};
const topic = ${text(EXAMPLE_TOPIC)};

const admin = new kafka.Admin(client);
if (!(await admin.listTopics()).includes(topic)) await admin.createTopics({ topics: [topic], partitions: ${EXAMPLE_PARTITIONS} });
await admin.close();

const { stringSerializers: serializers, stringDeserializers: deserializers } = kafka;
const producer = new kafka.Producer({ ...client, serializers });
const messages = [{ topic, key: 'from', value: 'hello from Node' }];
const { offsets } = await producer.send({ messages, acks: kafka.ProduceAcks.ALL });
await producer.close();

const consumer = new kafka.Consumer({ ...client, deserializers, groupId: 'example-' + process.pid });
const ends = await consumer.listOffsets({ topics: [topic] });
const from = ends.get(topic).map((offset, partition) => ({ topic, partition, offset }));
for (const { partition, offset } of offsets) from[partition].offset = offset;
const stream = await consumer.consume({ topics: [topic], mode: 'manual', offsets: from, autocommit: false });
for await (const { value, partition, offset } of stream) {
  console.log(\`\${value}, read from partition \${partition} at offset \${offset}\`);
  break;
}
await consumer.close(true);
`;
}
