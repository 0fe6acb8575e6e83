/** Time that a stage of `up` took, as `up` said. */
export interface StageTime {
  readonly title: string;
  readonly seconds: number;
}

/** Stages in the order in which they ended, from what `up` printed where no terminal was. */
export function stageTimes(printed: string): readonly StageTime[] {
  return [...printed.matchAll(/^✔ (.+) \[([^\]]+)\]$/gm)].map(([, title = '', time = '']) => ({
    title,
    seconds: secondsOf(time),
  }));
}

const SECONDS_PER: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Of `1m4s`, `0.6s` or `48s`. */
function secondsOf(time: string): number {
  const parts = [...time.matchAll(/([\d.]+)(ms|[smh])/g)];
  if (parts.map(([part]) => part).join('') !== time) throw new RangeError(`${time} is no time`);
  return parts.reduce((total, [, amount, unit = '']) => total + Number(amount) * (SECONDS_PER[unit] ?? NaN), 0);
}
