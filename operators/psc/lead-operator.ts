import type { DataPlane } from '../../contracts/data-plane.ts';
import { leadByQueue } from '../runtime/lead-by-queue.ts';
import type { Leadership } from '../runtime/leader-lease.ts';
import { UNFOLLOWED } from '../runtime/steps.ts';
import type { Timers } from '../runtime/timers.ts';
import type { QueueDepth } from '../runtime/work-queue.ts';
import { reconcileKind, type KindPorts } from './reconcile-kind.ts';
import type { ReconcileResult } from './reconcile.ts';

export interface LeadOptions {
  readonly ports: Omit<KindPorts, 'isLeader'>;
  readonly dataPlane: DataPlane;
  readonly timers: Timers;
  /** Every PSC that the caches know. */
  readonly known: () => Iterable<string>;
  /** Calls back with each PSC that something has changed of, until the returned function is called. */
  readonly onChange: (changed: (psc: string) => void) => () => void;
  readonly observer: PassObserver;
}

/** Is told how each pass over a PSC ended, in whatever order they end. */
export interface PassObserver {
  /** The queue of this term; gone when the term is over. */
  readonly began: (depth: () => QueueDepth) => void;
  readonly ended: (psc: string, result: ReconcileResult, tookMs: number) => void;
  readonly failed: (psc: string, error: unknown, tookMs: number) => void;
  readonly over: () => void;
}

/**
 * The work of the operator that leads: passes over every PSC, whenever something of it changes and from time to time. Resolves
 * when the leadership has ended and no pass runs any longer; a pass that is under way ends after the write that it is at.
 */
export async function leadOperator(options: LeadOptions, leadership: Leadership): Promise<void> {
  const { ports, dataPlane, timers, observer } = options;
  const mayWrite = (): boolean => leadership.isLeader() && !leadership.signal.aborted;
  await leadByQueue(
    {
      ...options,
      workers: WORKERS,
      began: observer.began,
      over: observer.over,
      pass: async (psc) => {
        const startedMs = timers.nowMs();
        try {
          const result = await followed(psc, { ...ports, isLeader: mayWrite }, dataPlane);
          observer.ended(psc, result, timers.nowMs() - startedMs);
          // What is gone is added again when it comes back.
          return result.outcome === 'gone' ? {} : { lookAgainMs: result.lookAgainMs };
        } catch (error) {
          observer.failed(psc, error, timers.nowMs() - startedMs);
          throw error;
        }
      },
    },
    leadership,
  );
}

/** One pass as a step of its own, which says how it ended and what it waits for. */
async function followed(psc: string, ports: KindPorts, dataPlane: DataPlane): Promise<ReconcileResult> {
  const { steps = UNFOLLOWED } = ports;
  return await steps.run('reconcile', async (inner) => {
    inner.note({ 'flotilla.psc': psc });
    try {
      const result = await reconcileKind(psc, { ...ports, steps: inner }, { dataPlane });
      const [wait] = result.waits;
      inner.note({
        'flotilla.outcome': result.outcome,
        ...(wait === undefined ? {} : { 'flotilla.task': wait.task, 'flotilla.reason': wait.reason }),
      });
      return result;
    } catch (error) {
      inner.note({ 'flotilla.outcome': 'failed' });
      throw error;
    }
  });
}

/** Passes at once: each waits for the API server and for Kafka most of its time. */
const WORKERS = 16;
