import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type WorkQueue, workQueue, type WorkQueueOptions } from '../../../operators/runtime/work-queue.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

const OPTIONS = { workers: 2, minIntervalMs: 100, firstRetryMs: 1_000, maxRetryMs: 8_000 } as const;

describe('a work queue', () => {
  it('runs a key once for all that came before it began, and once more for what came while it ran', async () => {
    const { queue, time, log, finish } = queueWith();
    queue.add('a');
    queue.add('a');
    await time.advance(0);
    expect(log).toEqual(['a']);
    queue.add('a');
    queue.add('a');
    await time.advance(1_000);
    expect(log).toEqual(['a']);
    finish('a');
    await time.advance(1_000);
    expect(log).toEqual(['a', 'a']);
    finish('a');
    await time.advance(60_000);
    expect(log).toEqual(['a', 'a']);
    expect(queue.depth()).toEqual({ waiting: 0, running: 0, later: 0 });
  });

  it('runs no more keys at once than it has workers, and takes them in their order', async () => {
    const { queue, time, log, finish } = queueWith();
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await time.advance(0);
    expect(log).toEqual(['a', 'b']);
    expect(queue.depth()).toEqual({ waiting: 2, running: 2, later: 0 });
    // One that is never quiet must not come before those that wait.
    await time.advance(500);
    queue.add('a');
    finish('a');
    await time.advance(0);
    expect(log).toEqual(['a', 'b', 'c']);
    finish('b');
    finish('c');
    await time.advance(0);
    expect(log).toEqual(['a', 'b', 'c', 'd', 'a']);
  });

  it('keeps the interval between two starts of a key, however often it changes', async () => {
    const { queue, time, starts } = queueWith({ run: async () => await Promise.resolve({}) });
    for (let at = 0; at < 1_000; at += 10) {
      queue.add('a');
      await time.advance(10);
    }
    for (const [index, startMs] of starts.entries())
      if (index > 0) expect(startMs - (starts[index - 1] ?? 0)).toBeGreaterThanOrEqual(100);
    expect(starts.length).toBeGreaterThanOrEqual(9);
  });

  it('looks again when it is told to, at the earliest of all times', async () => {
    const { queue, time, starts } = queueWith({
      run: async () => await Promise.resolve(starts.length === 1 ? { lookAgainMs: 5_000 } : {}),
    });
    queue.add('a');
    await time.advance(1_000);
    queue.addAfter('a', 10_000);
    await time.advance(60_000);
    expect(starts).toEqual([0, 5_000]);
  });

  it('tries what failed again, each time later up to a limit, and at once again after a success', async () => {
    let failures = 6;
    const errors: unknown[] = [];
    const { queue, time, starts } = queueWith({
      run: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error(`failure ${failures}`);
        return await Promise.resolve({});
      },
      onError: (key, error) => errors.push([key, String(error)]),
    });
    queue.add('a');
    await time.advance(120_000);
    expect(starts.map((startMs, index) => startMs - (starts[index - 1] ?? 0))).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
    ]);
    expect(errors).toHaveLength(6);
    failures = 1;
    queue.add('a');
    await time.advance(1_000);
    expect(starts).toHaveLength(9);
  });

  it('starts nothing after it was stopped, and has stopped when nothing runs', async () => {
    const { queue, time, log, finish } = queueWith();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await time.advance(0);
    let isStopped = false;
    const stopping = queue.stop().then(() => (isStopped = true));
    queue.add('d');
    finish('a');
    await time.advance(10_000);
    expect(isStopped).toBe(false);
    finish('b');
    await stopping;
    expect(log).toEqual(['a', 'b']);
  });

  it('never runs a key twice at once, and never forgets a change, whatever comes when', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      waitMs: fc.nat({ max: 300 }),
      takesMs: fc.nat({ max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const time = virtualTime();
        const running = new Set<string>();
        const changedAt = new Map<string, number>();
        const startedAt = new Map<string, number>();
        let last = 0;
        const order = (): number => (last += 1);
        let takesMs = 0;
        const queue = workQueue({
          ...OPTIONS,
          timers: time,
          onError: () => undefined,
          run: async (key) => {
            if (running.has(key) || running.size >= OPTIONS.workers) throw new Error('twice at once');
            running.add(key);
            startedAt.set(key, order());
            await time.wait(takesMs);
            running.delete(key);
            return {};
          },
        });
        for (const { key, waitMs, takesMs: next } of steps) {
          takesMs = next;
          changedAt.set(key, order());
          queue.add(key);
          await time.advance(waitMs);
        }
        await time.advance(60_000);
        for (const [key, at] of changedAt) expect(startedAt.get(key)).toBeGreaterThan(at);
        expect(queue.depth()).toEqual({ waiting: 0, running: 0, later: 0 });
      }),
      { numRuns: 30 },
    );
  });
});

interface TestQueue {
  readonly queue: WorkQueue;
  readonly time: VirtualTime;
  /** Keys in the order of their starts. */
  readonly log: string[];
  readonly starts: number[];
  readonly finish: (key: string) => void;
}

function queueWith(given: Partial<Pick<WorkQueueOptions, 'run' | 'onError'>> = {}): TestQueue {
  const time = virtualTime();
  const [log, starts]: [string[], number[]] = [[], []];
  const ends = new Map<string, () => void>();
  const wait = async (key: string): Promise<object> => {
    await new Promise<void>((resolve) => ends.set(key, resolve));
    return {};
  };
  const queue = workQueue({
    ...OPTIONS,
    timers: time,
    onError: given.onError ?? (() => undefined),
    run: async (key) => {
      log.push(key);
      starts.push(time.nowMs());
      return await (given.run ?? wait)(key);
    },
  });
  return { queue, time, log, starts, finish: (key) => ends.get(key)?.() };
}
