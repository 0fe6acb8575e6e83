import { type ExporterCall, readSamples, type Sample, samplesIn } from '../../psc/kafka/exporter.ts';

/** What a broker has counted since it started, and what it holds back now. */
export interface BrokerCounters {
  /** Bytes from producers and to consumers, by topic; followers' are in neither. */
  readonly bytesIn: ReadonlyMap<string, number>;
  readonly bytesOut: ReadonlyMap<string, number>;
  /** Of the whole process. */
  readonly cpuSeconds: number;
  /** How long a request handler, on the average of all, has had nothing to do. */
  readonly idleNanos: number;
  /** Requests that wait for a handler. */
  readonly queuedRequests: number;
}

/** Names that the exporter's rules give to them (constructs/kubernetes/kafka/metrics.ts). */
const METRICS = {
  bytesIn: 'kafka_server_brokertopicmetrics_bytesinpersec_total',
  bytesOut: 'kafka_server_brokertopicmetrics_bytesoutpersec_total',
  cpuSeconds: 'process_cpu_seconds_total',
  idleNanos: 'kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_total',
  queuedRequests: 'kafka_network_requestchannel_requestqueuesize',
} as const satisfies Record<keyof BrokerCounters, string>;

const NAMES: ReadonlySet<string> = new Set(Object.values(METRICS));

/** @throws Error when the broker's exporter does not answer, or does not show all of them yet */
export async function readBrokerCounters(host: string, call: ExporterCall): Promise<BrokerCounters> {
  return await countersOf(readSamples(host, NAMES, call));
}

/** The same from an exporter's answer. @throws Error naming what is missing */
export async function parseBrokerCounters(lines: Iterable<string>): Promise<BrokerCounters> {
  return await countersOf(samplesIn(lines, NAMES));
}

async function countersOf(samples: AsyncIterable<Sample>): Promise<BrokerCounters> {
  const values = new Map<string, number>();
  const byTopic = { bytesIn: new Map<string, number>(), bytesOut: new Map<string, number>() };
  for await (const { name, labels, value } of samples) {
    const [, topic] = TOPIC.exec(labels) ?? [];
    if (topic === undefined) values.set(name, value);
    else if (name === METRICS.bytesIn) byTopic.bytesIn.set(topic, value);
    else if (name === METRICS.bytesOut) byTopic.bytesOut.set(topic, value);
  }
  const valueOf = (name: string): number => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`the metrics have no ${name}`);
    return value;
  };
  return {
    ...byTopic,
    cpuSeconds: valueOf(METRICS.cpuSeconds),
    idleNanos: valueOf(METRICS.idleNanos),
    queuedRequests: valueOf(METRICS.queuedRequests),
  };
}

const TOPIC = /topic="([^"]*)"/;
