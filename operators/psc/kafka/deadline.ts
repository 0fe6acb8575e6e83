/** What was asked did not answer in its time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Waits for a promise, but not for longer than its time. What it stands for goes on, and its end is nobody's business then.
 *
 * @throws DeadlineError
 */
export async function within<T>(timeMs: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new DeadlineError(`${what} did not answer within ${timeMs} ms`));
  }, timeMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
