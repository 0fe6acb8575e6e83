import { runDemo } from '../../../cli/local/demo.ts';
import type { DemoReport } from '../../../cli/local/demo-meter.ts';
import type { KafkaAccess } from '../../../cli/local/kafka-access.ts';
import { eventually } from '../../local/eventually.ts';

/** `flotilla demo` under the hands of a test: an idempotent producer, and a consumer that compares. */
export interface DemoRun {
  /** Resolves when records of three lines in a row arrived that were told after the call. */
  readonly flows: () => Promise<void>;
  /** Ends it, once: what was lost or doubled. */
  readonly stop: () => Promise<DemoReport>;
}

const FLOWS_MAX_MS = 5 * 60_000;

export function startDemo(access: KafkaAccess): DemoRun {
  const stop = new AbortController();
  const lines: string[] = [];
  const ended = runDemo(access, {
    recordsPerSecond: 50,
    recordBytes: 128,
    signal: stop.signal,
    onLine: (line) => lines.push(line),
  });
  return {
    flows: async () => {
      const start = lines.length;
      await eventually(
        () => lines.slice(start).filter((line) => /received [1-9]/.test(line)).length,
        (count) => count >= 3,
        FLOWS_MAX_MS,
      );
    },
    stop: async () => {
      stop.abort();
      return await ended;
    },
  };
}
