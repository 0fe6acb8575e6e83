import type { Timers } from '../runtime/timers.ts';
import type { ConsumerLag } from './kafka/consumer-lag.ts';

export interface LagRoundsOptions {
  readonly timers: Timers;
  /** Every PSC that is looked after. */
  readonly known: () => Iterable<string>;
  /** Rejects where Kafka does not answer. */
  readonly read: (psc: string) => Promise<ConsumerLag | undefined>;
  /** Undefined where nothing is known: what was known before is out of date. */
  readonly onLag: (psc: string, lag: ConsumerLag | undefined) => void;
}

/** From the end of one round to the next. */
export const LAG_ROUND_MS = 60_000;

/**
 * Reads the consumer lag of one PSC after the other, again and again, until the returned function is called. On its own and
 * never as a part of a pass: nothing that the operator decides rests on it.
 */
export function startLagRounds({ timers, known, read, onLag }: LagRoundsOptions): () => void {
  let isOver = false;
  let cancel: () => void = () => undefined;
  const ask = async (psc: string): Promise<void> => {
    const lag = await read(psc).catch(() => undefined);
    if (!isOver) onLag(psc, lag);
  };
  const round = async (): Promise<void> => {
    for (const psc of [...known()]) if (!isOver) await ask(psc);
    if (!isOver) next();
  };
  const next = (): void => {
    cancel = timers.after(LAG_ROUND_MS, () => {
      void round();
    });
  };
  next();
  return () => {
    isOver = true;
    cancel();
  };
}
