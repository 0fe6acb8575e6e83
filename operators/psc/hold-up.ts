import { nextWindow } from '../../contracts/maintenance-windows.ts';
import type { Member } from './classify.ts';
import type { Context } from './context.ts';
import type { Wait } from './plan.ts';

/** Nothing that works is replaced before the next maintenance window. */
export const OUTSIDE_WINDOW = 'OutsideMaintenanceWindow';

/**
 * Why these pods may not begin to be replaced now, however safe it is. What does not work is repaired at any time; what stalls, or
 * is on a node that somebody empties, waits for no window, but for what it could not come back without.
 */
export function holdUp(
  { observed: { psc, nowMs, credentials }, rules }: Context,
  pods: readonly Member[],
): Wait | undefined {
  if (pods.every(({ isDead, state }) => isDead || state === 'Starting')) return undefined;
  if (credentials.state === 'lost') return { task: 'roll', reason: 'CredentialsLost', message: credentials.reason };
  const windows = psc.spec.maintenanceWindows ?? [];
  if (pods.every(({ isStalled, isEvicted }) => isStalled || isEvicted) || rules.isMaintenanceTime(windows, nowMs))
    return undefined;
  const message = `pods that work are replaced from ${nextWindow(windows, nowMs) ?? ''} on`;
  return { task: 'roll', reason: OUTSIDE_WINDOW, message };
}
