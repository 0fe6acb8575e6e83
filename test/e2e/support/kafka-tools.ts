import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaHome } from '../../support/kafka-jars.ts';
import { inShell } from './shell.ts';

/** Kafka's command-line tools, on the pinned jars. */
export interface KafkaTools {
  /** Folder to put before PATH: the tools under the names that a Kafka distribution gives them. */
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** The jars come without Kafka's own scripts, which start these classes and pass KAFKA_OPTS on to Java, as these do. */
export async function kafkaTools(): Promise<KafkaTools> {
  const home = await kafkaHome();
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-kafka-tools-'));
  const logging = join(folder, 'log4j2.yaml');
  await writeFile(logging, LOGGING);
  for (const [name, mainClass] of Object.entries(TOOLS)) {
    await executable(
      join(folder, name),
      `exec java ${JAVA_OPTIONS} -Dlog4j2.configurationFile=${logging} $KAFKA_OPTS -cp '${home}/libs/*' ${mainClass} "$@"`,
    );
  }
  // Tests of the region are root's already, and a machine need not have it.
  if (process.getuid?.() === 0) await executable(join(folder, 'sudo'), 'exec "$@"');
  return {
    folder,
    remove: async () => {
      await rm(folder, { recursive: true });
    },
  };
}

/** Files by which a client in Java comes to a cluster. */
export interface JavaClientFiles {
  /** Client properties with address, authority and user. */
  readonly properties: string;
  /** Hosts file by which Java finds the region's names. */
  readonly hosts: string;
}

export interface ToolCall extends JavaClientFiles {
  readonly tools: KafkaTools;
  readonly timeoutMs: number;
}

/**
 * What one of the tools prints, without white space around it.
 *
 * @throws Error with what it said when it fails
 */
export async function askTool(
  { tools, properties, hosts, timeoutMs }: ToolCall,
  tool: keyof typeof TOOLS,
  ...args: readonly string[]
): Promise<string> {
  const address = `--bootstrap-server ${await bootstrapServerOf(properties)} --command-config ${properties}`;
  const { code, out, err } = await inShell(
    `KAFKA_OPTS=-Djdk.net.hosts.file=${hosts} ${tool} ${address} ${args.join(' ')}`,
    { folders: [tools.folder], timeoutMs },
  );
  if (code !== 0) throw new Error(`${err}${out}`);
  return out.trim();
}

/** `host:port` that a file of client properties names. */
export async function bootstrapServerOf(properties: string): Promise<string> {
  const found = /^bootstrap\.servers=(.+)$/m.exec(await readFile(properties, 'utf8'));
  if (found?.[1] === undefined) throw new Error(`${properties} names no bootstrap server`);
  return found[1];
}

const TOOLS = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer.sh': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-features.sh': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-verifiable-producer.sh': 'org.apache.kafka.tools.VerifiableProducer',
  'kafka-verifiable-consumer.sh': 'org.apache.kafka.tools.VerifiableConsumer',
  'kafka-producer-perf-test.sh': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-consumer-perf-test.sh': 'org.apache.kafka.tools.ConsumerPerformance',
  'kafka-get-offsets.sh': 'org.apache.kafka.tools.GetOffsetShell',
} as const;

/** Short runs: a JVM that compiles little starts faster. */
const JAVA_OPTIONS = '-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1';

/** On standard error, where tools write what is not their answer. */
const LOGGING = `Configuration:
  Appenders: { Console: { name: err, target: SYSTEM_ERR, PatternLayout: { pattern: '%p %m%n' } } }
  Loggers: { Root: { level: '\${sys:tools.level:-warn}', AppenderRef: { ref: err } } }
`;

async function executable(file: string, command: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${command}\n`);
  await chmod(file, 0o755);
}
