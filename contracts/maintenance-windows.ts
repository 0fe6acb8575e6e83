import type { MaintenanceWindow } from './gen/psc-types.ts';

/** As windows name them. */
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = DAYS.length * DAY_MINUTES;

/** Clock of windows that name none. */
const DEFAULT_ZONE = 'UTC';

/** Whether a name is one of the IANA's time zones, as this program knows them. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether one of the windows is open. It goes by the clock on the wall: where that is set forward or back, a window is an hour
 * shorter or longer. Where there are no windows, it is always maintenance time.
 *
 * @throws RangeError for a time zone that is none
 */
export function isMaintenanceTime(windows: readonly MaintenanceWindow[], nowMs: number): boolean {
  return windows.length === 0 || windows.some((window) => minutesSinceOpening(window, nowMs) < window.durationMinutes);
}

/** The window that opens next, in words, as in `Saturday 02:00 Europe/Berlin`; undefined where there are none. */
export function nextWindow(windows: readonly MaintenanceWindow[], nowMs: number): string | undefined {
  const [first] = windows
    .flatMap((window) =>
      openings(window).map((minute) => ({ window, minute, inMinutes: until(minute, window, nowMs) })),
    )
    .sort((one, other) => one.inMinutes - other.inMinutes);
  if (first === undefined) return undefined;
  const { window, minute } = first;
  return `${DAYS[Math.floor(minute / DAY_MINUTES)] ?? ''} ${window.start} ${window.timeZone ?? DEFAULT_ZONE}`;
}

function minutesSinceOpening(window: MaintenanceWindow, nowMs: number): number {
  const now = minuteOfWeek(window, nowMs);
  return Math.min(...openings(window).map((minute) => (now - minute + WEEK_MINUTES) % WEEK_MINUTES));
}

function until(minute: number, window: MaintenanceWindow, nowMs: number): number {
  return (minute - minuteOfWeek(window, nowMs) + WEEK_MINUTES) % WEEK_MINUTES;
}

/** Minutes of the week at which it opens, from Monday's midnight on. */
function openings({ days = [], start }: MaintenanceWindow): readonly number[] {
  const [hour = 0, minute = 0] = start.split(':').map(Number);
  return DAYS.flatMap((day, index) =>
    days.length === 0 || days.includes(day) ? [index * DAY_MINUTES + hour * 60 + minute] : [],
  );
}

function minuteOfWeek({ timeZone = DEFAULT_ZONE }: MaintenanceWindow, nowMs: number): number {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(nowMs)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAYS.findIndex((name) => name === parts.get('weekday'));
  return day * DAY_MINUTES + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/** Making one costs more than asking it a thousand times. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  CLOCKS.set(timeZone, made);
  return made;
}
