/** How often what failed was started again, and when it may be again. */
export interface Restarts {
  readonly restarts: number;
  readonly restartAfterMs: number;
}

/** Wait after the first restart of what fails; doubles with each further one. */
export const FIRST_WAIT_MS = 10_000;
export const LONGEST_WAIT_MS = 600_000;
/** How long something runs well until nobody counts any longer what was before. */
export const HEALED_AFTER_MS = 600_000;
/** Restarts that did not help, after which a person is to look: five minutes. */
export const HOPELESS_AFTER = 5;

/** What becomes of the count, and whether to start again now. */
export interface RestartDecision {
  readonly next: Restarts | undefined;
  readonly isDue: boolean;
}

/**
 * When to start again what fails: at once the first time, then each time twice as late.
 *
 * @param how `failing`; `settling`: it is just being shared out or started again, so that nothing is known of it; `well`
 */
export function decideRestart(
  how: 'failing' | 'settling' | 'well',
  stored: Restarts | undefined,
  nowMs: number,
): RestartDecision {
  if (how === 'well') {
    const isHealed = stored !== undefined && nowMs >= stored.restartAfterMs + HEALED_AFTER_MS;
    return { next: isHealed ? undefined : stored, isDue: false };
  }
  if (how === 'settling' || (stored !== undefined && nowMs < stored.restartAfterMs)) {
    return { next: stored, isDue: false };
  }
  const restarts = (stored?.restarts ?? 0) + 1;
  return { next: { restarts, restartAfterMs: nowMs + waitMs(restarts) }, isDue: true };
}

function waitMs(restarts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (restarts - 1), LONGEST_WAIT_MS);
}
