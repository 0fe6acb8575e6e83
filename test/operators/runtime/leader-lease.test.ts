import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ApiServer, ApiServerError } from '../../../operators/runtime/api-server.ts';
import { type Leadership, takePartInElection } from '../../../operators/runtime/leader-lease.ts';
import { leaseClock, type VirtualTime, virtualTime } from './virtual-time.ts';

const TIMES = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

describe('the election of a leader', () => {
  it('has a leader at once, who stays one', async () => {
    const { time, start } = election();
    const a = start('a');
    await time.advance(0);
    const b = start('b');
    for (let minute = 0; minute < 5; minute += 1) {
      await time.advance(60_000);
      expect([a.isLeader(), b.isLeader()]).toEqual([true, false]);
    }
    expect([a.terms(), b.terms()]).toEqual([1, 0]);
  });

  it('has another leader soon after one hands over, and not before his work has ended', async () => {
    const { time, start } = election();
    const a = start('a', { endsAfterMs: 7_000 });
    await time.advance(0);
    const b = start('b');
    await time.advance(5_000);
    a.stop();
    await time.advance(6_900);
    expect([a.isLeader(), b.isLeader()]).toEqual([true, false]);
    await time.advance(100 + TIMES.retryMs);
    expect([a.isLeader(), b.isLeader()]).toEqual([false, true]);
  });

  it('has another leader when one does not answer any longer, who has stopped to be one before', async () => {
    const { time, start, cut } = election();
    const a = start('a');
    await time.advance(0);
    const b = start('b');
    await time.advance(10_000);
    cut('a');
    await time.advance(TIMES.renewDeadlineMs);
    expect([a.isLeader(), b.isLeader()]).toEqual([false, false]);
    await time.advance(TIMES.durationMs - TIMES.renewDeadlineMs + 2 * TIMES.retryMs);
    expect([a.isLeader(), b.isLeader()]).toEqual([false, true]);
    cut();
    await time.advance(60_000);
    expect([a.isLeader(), b.isLeader()]).toEqual([false, true]);
  });

  it('believes the clock that says that more time has passed: a machine that stood still leads no longer', async () => {
    const drift = { standStillMs: 0 };
    const { time, start, cut } = election();
    const a = start('a', { drift });
    await time.advance(1_000);
    expect(a.isLeader()).toBe(true);
    cut('a');
    // Eleven seconds of the world, none of which the machine has counted.
    drift.standStillMs = 11_000;
    await time.advance(11_000);
    expect(a.isLeader()).toBe(false);
  });

  it('takes answers that were lost for neither a success nor the end', async () => {
    const { time, start, loseAnswers } = election();
    const a = start('a');
    await time.advance(3_000);
    loseAnswers(3);
    await time.advance(30_000);
    expect([a.isLeader(), a.terms()]).toEqual([true, 1]);
  });

  it('never has two leaders, whatever is cut off, lost or stopped', async () => {
    const step = fc.record({
      who: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('cut', 'heal', 'lose', 'stop', 'start', 'slow'),
      waitMs: fc.nat({ max: 20_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const world = election();
        const all = new Map(['a', 'b', 'c'].map((name) => [name, world.start(name)]));
        let served = 0;
        const advance = async (timeMs: number): Promise<void> => {
          for (let at = 0; at < timeMs; at += 500) {
            await world.time.advance(500);
            const leaders = [...all.values()].filter(({ isLeader }) => isLeader());
            expect(leaders.length).toBeLessThan(2);
            served += leaders.length;
          }
        };
        for (const { who, what, waitMs } of steps) {
          if (what === 'cut') world.cut(who);
          else if (what === 'heal') world.cut();
          else if (what === 'lose') world.loseAnswers(1);
          else if (what === 'slow') world.slow(waitMs / 5);
          else if (what === 'stop') all.get(who)?.stop();
          else if (all.get(who)?.isOver() === true) all.set(who, world.start(who));
          await advance(waitMs);
        }
        world.cut();
        world.slow(0);
        for (const [name, each] of all) if (each.isOver()) all.set(name, world.start(name));
        served = 0;
        await advance(60_000);
        expect(served).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});

interface Candidate {
  readonly isLeader: () => boolean;
  readonly terms: () => number;
  readonly stop: () => void;
  readonly isOver: () => boolean;
}

interface StartOptions {
  readonly endsAfterMs?: number;
  readonly drift?: { standStillMs: number };
}

interface World {
  readonly time: VirtualTime;
  readonly start: (name: string, options?: StartOptions) => Candidate;
  /** Nothing of this process reaches the API server; without a name, all do again. */
  readonly cut: (name?: string) => void;
  /** The next writes take effect, and their answers do not come back. */
  readonly loseAnswers: (count: number) => void;
  readonly slow: (latencyMs: number) => void;
}

function election(): World {
  const time = virtualTime();
  const faults: Faults = { cut: '', lost: 0, latencyMs: 0 };
  const lease = leaseOf(faults, time);
  let processes = 0;
  return {
    time,
    start: (name, { endsAfterMs = 0, drift = { standStillMs: 0 } } = {}) => {
      const stop = new AbortController();
      const state = { isOver: false, terms: 0 };
      let leadership: Leadership | undefined;
      processes += 1;
      const over = takePartInElection({
        api: lease(name),
        namespace: 'flotilla-system',
        name: 'operator',
        identity: `${name}_${processes}`,
        times: TIMES,
        clock: leaseClock(time, drift),
        lead: async (given) => {
          leadership = given;
          state.terms += 1;
          await new Promise((resolve) => {
            given.signal.addEventListener('abort', resolve, { once: true });
          });
          await time.wait(endsAfterMs);
        },
        onTrouble: () => undefined,
        signal: stop.signal,
      });
      void over.then(() => (state.isOver = true));
      return {
        isLeader: () => leadership?.isLeader() === true,
        terms: () => state.terms,
        stop: () => {
          stop.abort();
        },
        isOver: () => state.isOver,
      };
    },
    cut: (name = '') => (faults.cut = name),
    loseAnswers: (count) => (faults.lost = count),
    slow: (latencyMs) => (faults.latencyMs = latencyMs),
  };
}

interface Faults {
  cut: string;
  lost: number;
  /** Of each way, there and back. */
  latencyMs: number;
}

/** One Lease in an API server, as one process reaches it. */
function leaseOf(faults: Faults, time: VirtualTime): (name: string) => ApiServer {
  let stored: { readonly resourceVersion: string; readonly spec: object } | undefined;
  const answer = (): unknown => ({ metadata: { resourceVersion: stored?.resourceVersion }, spec: stored?.spec });
  return (name) => {
    const reach = async (): Promise<void> => {
      await time.wait(faults.latencyMs);
      if (faults.cut === name) throw new ApiServerError('no route', { status: 0 });
    };
    return {
      get: async () => {
        await reach();
        if (stored === undefined) throw new ApiServerError('not found', { status: 404 });
        const body = answer();
        await time.wait(faults.latencyMs);
        return body;
      },
      write: async ({ method, body }) => {
        await reach();
        const { metadata, spec } = body as {
          readonly metadata: { readonly resourceVersion?: string };
          readonly spec: object;
        };
        const isNewest =
          method === 'POST' ? stored === undefined : stored?.resourceVersion === metadata.resourceVersion;
        if (!isNewest) throw new ApiServerError('conflict', { status: 409 });
        stored = {
          resourceVersion: String(Number(stored?.resourceVersion ?? '0') + 1),
          spec: { ...stored?.spec, ...spec },
        };
        if (faults.lost > 0) {
          faults.lost -= 1;
          throw new ApiServerError('the answer was lost', { status: 0 });
        }
        const written = answer();
        await time.wait(faults.latencyMs);
        return written;
      },
      // eslint-disable-next-line require-yield
      lines: async function* () {
        await reach();
        throw new Error('a lease is not watched');
      },
    };
  };
}
