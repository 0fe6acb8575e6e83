import type { BrokerMetrics, RemoteCopy } from '../observed.ts';
import { type ExporterCall, readSamples, type Sample, samplesIn } from './exporter.ts';

/** Names that the exporter's rules give to the gauges that matter here (constructs/kubernetes/kafka/metrics.ts). */
const METRICS = {
  underReplicatedPartitions: 'kafka_server_replicamanager_underreplicatedpartitions',
  underMinIsrPartitions: 'kafka_server_replicamanager_underminisrpartitioncount',
  offlineLogDirectories: 'kafka_log_logmanager_offlinelogdirectorycount',
  brokerState: 'kafka_server_kafkaserver_brokerstate',
} as const satisfies Record<keyof Omit<BrokerMetrics, 'remoteCopy'>, string>;

/** Of brokers with Infinite Storage; with a topic they are of that topic, without of all. */
const COPY_METRICS = {
  lagBytes: 'kafka_server_brokertopicmetrics_remotecopylagbytes',
  errorsPerSecond: 'kafka_server_brokertopicmetrics_remotecopyerrors_five_minute_rate',
} as const satisfies Record<keyof RemoteCopy, string>;

/**
 * Asks one broker's exporter.
 *
 * @throws Error when it does not answer, or shows not all of them: a broker that is starting has not all of them yet
 */
export async function readBrokerMetrics(host: string, call: ExporterCall): Promise<BrokerMetrics> {
  return await metricsOf(readSamples(host, NAMES, call));
}

/** @throws Error naming what is missing */
export async function parseBrokerMetrics(lines: AsyncIterable<string> | Iterable<string>): Promise<BrokerMetrics> {
  return await metricsOf(samplesIn(lines, NAMES));
}

async function metricsOf(samples: AsyncIterable<Sample>): Promise<BrokerMetrics> {
  const values = new Map<string, number>();
  // A sample of one topic is not the broker's.
  for await (const { name, labels, value } of samples) if (!labels.includes('topic=')) values.set(name, value);
  const valueOf = (name: string): number => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`the metrics have no ${name}`);
    return value;
  };
  const lagBytes = values.get(COPY_METRICS.lagBytes);
  const errorsPerSecond = values.get(COPY_METRICS.errorsPerSecond);
  return {
    underReplicatedPartitions: valueOf(METRICS.underReplicatedPartitions),
    underMinIsrPartitions: valueOf(METRICS.underMinIsrPartitions),
    offlineLogDirectories: valueOf(METRICS.offlineLogDirectories),
    brokerState: valueOf(METRICS.brokerState),
    ...(lagBytes === undefined || errorsPerSecond === undefined ? {} : { remoteCopy: { lagBytes, errorsPerSecond } }),
  };
}

const NAMES: ReadonlySet<string> = new Set([...Object.values(METRICS), ...Object.values(COPY_METRICS)]);
