import { describe, expect, it } from '@jest/globals';
import { paletteFor } from '../../cli/terminal.ts';

describe('a palette', () => {
  it.each([
    { where: 'a terminal', isTTY: true, env: {}, colored: true },
    { where: 'a pipe', isTTY: false, env: {}, colored: false },
    { where: 'a terminal with NO_COLOR', isTTY: true, env: { NO_COLOR: '1' }, colored: false },
    { where: 'a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, colored: false },
    { where: 'a pipe with FORCE_COLOR', isTTY: false, env: { FORCE_COLOR: '1' }, colored: true },
  ])('paints on $where: $colored', ({ isTTY, env, colored }) => {
    expect(paletteFor({ isTTY }, env).red('x')).toBe(colored ? '\u001b[31mx\u001b[39m' : 'x');
  });
});
