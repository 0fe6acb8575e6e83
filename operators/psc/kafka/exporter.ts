import { type IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import { PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { SCRAPE_ANNOTATIONS } from '../../../constructs/kubernetes/kafka/metrics.ts';

/** One value of one metric. */
export interface Sample {
  readonly name: string;
  /** As they stand between the braces; empty where there are none. */
  readonly labels: string;
  readonly value: number;
}

export interface ExporterCall {
  readonly lookup?: LookupFunction;
  readonly signal: AbortSignal;
}

/** Far above what the exporter's rules let a broker show. */
const MAX_BODY_LENGTH = 16 * 1024 * 1024;

/**
 * Asks one broker's exporter for metrics by name. The answer is read line by line and never kept whole.
 *
 * @throws Error when it does not answer
 */
export async function* readSamples(
  host: string,
  names: ReadonlySet<string>,
  { lookup, signal }: ExporterCall,
): AsyncGenerator<Sample, void> {
  // The exporter shows only metrics that are asked for by name, where any are.
  const path = `${SCRAPE_ANNOTATIONS['prometheus.io/path']}?${[...names].map((name) => `name%5B%5D=${name}`).join('&')}`;
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
  yield* samplesIn(linesOf(response, host), names);
}

const OK = 200;

/** Samples of these metrics in the exposition format. */
export async function* samplesIn(
  lines: AsyncIterable<string> | Iterable<string>,
  names: ReadonlySet<string>,
): AsyncGenerator<Sample, void> {
  for await (const line of lines) {
    const [, name = '', labels = '', text = ''] = SAMPLE.exec(line) ?? [];
    const value = Number(text);
    if (names.has(name) && text !== '' && Number.isFinite(value)) yield { name, labels, value };
  }
}

/** A line of the exposition format: name, labels if any, value, time if any. */
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)/;

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
