const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Time since an RFC 3339 time in one unit, as kubectl writes ages: `45s`, `12m`, `5h`, `3d`; `?` for what is no time. */
export function age(time: string | undefined, nowMs: number): string {
  const sinceMs = Math.max(0, nowMs - Date.parse(time ?? ''));
  if (Number.isNaN(sinceMs)) return '?';
  if (sinceMs < 2 * MINUTE_MS) return `${Math.floor(sinceMs / SECOND_MS)}s`;
  if (sinceMs < 2 * HOUR_MS) return `${Math.floor(sinceMs / MINUTE_MS)}m`;
  if (sinceMs < 2 * DAY_MS) return `${Math.floor(sinceMs / HOUR_MS)}h`;
  return `${Math.floor(sinceMs / DAY_MS)}d`;
}
