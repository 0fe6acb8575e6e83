/** What goes wrong at the moment. Rates are probabilities per call, times are in milliseconds. */
export interface Weather {
  readonly cacheLagMs: number;
  readonly errorRate: number;
  readonly lostResponseRate: number;
  readonly crashRate: number;
  /** Writes that are on their way for long, as those of a process that was paused while it sent. */
  readonly longFlightRate: number;
  /** Requests during which the process stands still for longer than its lease may hold. */
  readonly pauseRate: number;
  readonly kafka: 'reachable' | 'unreachable' | 'without-metrics';
  /** While it is away, brokers count no failures (RLMCopyTask). */
  readonly objectStore: 'takes' | 'refuses' | 'is-away';
  /** By how much longer replicas take to catch up. */
  readonly catchUpFactor: number;
}

/** Nothing goes wrong. */
export const FAIR_WEATHER: Weather = {
  cacheLagMs: 50,
  errorRate: 0,
  lostResponseRate: 0,
  crashRate: 0,
  longFlightRate: 0,
  pauseRate: 0,
  kafka: 'reachable',
  objectStore: 'takes',
  catchUpFactor: 1,
};
