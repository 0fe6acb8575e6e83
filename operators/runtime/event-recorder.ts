import { randomBytes } from 'node:crypto';
import { type ApiServer, ApiServerError } from './api-server.ts';
import { microTime } from './micro-time.ts';

/** The object that an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** In one word, as in `RollStopped`. */
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorderOptions {
  readonly api: ApiServer;
  /** As in `flotilla.dev/operator`. */
  readonly controller: string;
  /** Name of the pod that speaks. */
  readonly instance: string;
  readonly wallMs: () => number;
  /** Called when an event cannot be written. It is lost: nothing depends on events. */
  readonly onTrouble: (error: ApiServerError) => void;
}

/** Events (events.k8s.io/v1) for what a person would ask. */
export interface EventRecorder {
  /**
   * The same event again is counted in the first one, as a series; of one object and reason no more than
   * {@link MAX_NOTES_PER_REASON} are made in a window, the rest is left out.
   */
  readonly record: (subject: EventSubject, note: EventNote) => Promise<void>;
}

export const MAX_NOTES_PER_REASON = 5;
export const EVENT_WINDOW_MS = 6 * 60_000;

export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  const series = new Map<string, Series>();
  const made = new Map<string, { count: number; readonly sinceMs: number }>();
  return {
    record: async (subject, note) => {
      const nowMs = options.wallMs();
      forget(series, ({ lastMs }) => nowMs - lastMs >= EVENT_WINDOW_MS);
      forget(made, ({ sinceMs }) => nowMs - sinceMs >= EVENT_WINDOW_MS);
      const reasonKey = JSON.stringify([subject.uid, note.type, note.reason]);
      const key = JSON.stringify([reasonKey, note.message]);
      const known = series.get(key);
      const budget = made.get(reasonKey) ?? { count: 0, sinceMs: nowMs };
      if (known === undefined && (budget.count >= MAX_NOTES_PER_REASON || series.size >= MAX_SERIES)) return;
      try {
        if (known === undefined) {
          budget.count += 1;
          made.set(reasonKey, budget);
          const name = `${subject.name}.${randomBytes(NAME_BYTES).toString('hex')}`;
          // Before the write, so that the same event meanwhile counts.
          series.set(key, { name, count: 1, lastMs: nowMs, writtenMs: nowMs });
          await create(options, subject, note, { name, nowMs });
        } else {
          known.count += 1;
          known.lastMs = nowMs;
          if (nowMs - known.writtenMs < SERIES_WRITE_INTERVAL_MS) return;
          known.writtenMs = nowMs;
          await count(options, subject, known);
        }
      } catch (error) {
        series.delete(key);
        if (!(error instanceof ApiServerError)) throw error;
        options.onTrouble(error);
      }
    },
  };
}

interface Series {
  readonly name: string;
  count: number;
  lastMs: number;
  writtenMs: number;
}

/** Of each series, at most one write in this time. */
const SERIES_WRITE_INTERVAL_MS = 30_000;
const MAX_SERIES = 5_000;
const NAME_BYTES = 8;
/** The API server's limit. */
const MAX_NOTE_LENGTH = 1024;
const CALL_TIMEOUT_MS = 10_000;

async function create(
  { api, controller, instance }: EventRecorderOptions,
  { namespace, ...subject }: EventSubject,
  { type, reason, message }: EventNote,
  { name, nowMs }: { readonly name: string; readonly nowMs: number },
): Promise<void> {
  await api.write({
    method: 'POST',
    path: eventsPath(namespace),
    body: {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name },
      eventTime: microTime(nowMs),
      reportingController: controller,
      reportingInstance: instance,
      // What was done is in the reason; the API asks for both.
      action: reason,
      reason,
      regarding: { namespace, ...subject },
      type,
      note: message.length <= MAX_NOTE_LENGTH ? message : `${message.slice(0, MAX_NOTE_LENGTH - 1)}…`,
    },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
}

async function count({ api }: EventRecorderOptions, { namespace }: EventSubject, series: Series): Promise<void> {
  await api.write({
    method: 'PATCH',
    path: `${eventsPath(namespace)}/${series.name}`,
    contentType: 'application/merge-patch+json',
    body: { series: { count: series.count, lastObservedTime: microTime(series.lastMs) } },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
}

function eventsPath(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
}

function forget<T>(map: Map<string, T>, isOver: (value: T) => boolean): void {
  for (const [key, value] of map) if (isOver(value)) map.delete(key);
}
