/** Paints text for a terminal; paints nothing elsewhere, so that logs and pipes stay clean. */
export interface Palette {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

interface Output {
  readonly isTTY?: boolean;
}

/** Colour only on a terminal, never where NO_COLOR is set (no-color.org), always where FORCE_COLOR is. */
export function paletteFor(output: Output, env: NodeJS.ProcessEnv): Palette {
  return usesColor(output, env) ? COLORED : PLAIN;
}

function usesColor(output: Output, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

const unchanged = (text: string): string => text;
export const PLAIN: Palette = { red: unchanged, yellow: unchanged, green: unchanged, bold: unchanged, dim: unchanged };

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;
const COLORED: Palette = {
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  green: sgr(32, 39),
  bold: sgr(1, 22),
  dim: sgr(2, 22),
};
