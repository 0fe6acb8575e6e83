import { type IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import { PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { SCRAPE_ANNOTATIONS } from '../../../constructs/kubernetes/kafka/metrics.ts';
import type { BrokerMetrics, RemoteCopy } from '../observed.ts';

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

/** Far above what the exporter's rules let a broker show. */
const MAX_BODY_LENGTH = 16 * 1024 * 1024;

/**
 * Asks one broker's exporter, whose answer is read line by line and never kept whole.
 *
 * @throws Error when it does not answer, or shows not all of them: a broker that is starting has not all of them yet
 */
export async function readBrokerMetrics(
  host: string,
  { lookup, signal }: { readonly lookup?: LookupFunction; readonly signal: AbortSignal },
): Promise<BrokerMetrics> {
  // The exporter shows only metrics that are asked for by name, where any are.
  const path = `${SCRAPE_ANNOTATIONS['prometheus.io/path']}?${[...NAMES]
    .map((name) => `name%5B%5D=${name}`)
    .join('&')}`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const own = lookup === undefined ? {} : { lookup };
    const sent = request({ host, port: PORTS.metrics, path, agent: false, signal, ...own }, resolve);
    sent.once('error', reject);
    sent.end();
  });
  if (response.statusCode !== OK) {
    response.destroy();
    throw new Error(`the metrics of ${host} answer with status ${response.statusCode ?? 0}`);
  }
  return await parseBrokerMetrics(linesOf(response, host));
}

const OK = 200;

async function* linesOf(response: IncomingMessage, host: string): AsyncGenerator<string, void> {
  response.setEncoding('utf8');
  let rest = '';
  let length = 0;
  for await (const part of response) {
    const text = part as string;
    length += text.length;
    if (length > MAX_BODY_LENGTH) throw new Error(`${host} shows more than ${MAX_BODY_LENGTH} characters of metrics`);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}

/** @throws Error naming what is missing */
export async function parseBrokerMetrics(lines: AsyncIterable<string> | Iterable<string>): Promise<BrokerMetrics> {
  const values = new Map<string, number>();
  for await (const line of lines) {
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    // A sample of one topic is not the broker's.
    if (NAMES.has(name) && !labels.includes('topic=') && Number.isFinite(Number(value)))
      values.set(name, Number(value));
  }
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

/** A line of the exposition format: name, labels if any, value, time if any. */
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)/;

const NAMES: ReadonlySet<string> = new Set([...Object.values(METRICS), ...Object.values(COPY_METRICS)]);
