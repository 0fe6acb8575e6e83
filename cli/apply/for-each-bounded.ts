/** Runs `work` for every item, at most `limit` at a time; after a rejection no further item is begun. */
export async function forEachBounded<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const controller = new AbortController();
  const worker = async (): Promise<void> => {
    // The workers share one iterator: each item is taken once.
    for (const item of queue) {
      if (controller.signal.aborted) return;
      try {
        await work(item);
      } catch (error) {
        controller.abort();
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const result of settled) {
    if (result.status === 'rejected') throw result.reason;
  }
}
