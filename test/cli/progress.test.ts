import { describe, expect, it } from '@jest/globals';
import { Progress } from '../../cli/progress.ts';

function recorded({ isTTY }: { readonly isTTY: boolean }): {
  readonly written: string[];
  readonly clock: { nowMs: number };
  readonly progress: Progress;
} {
  const written: string[] = [];
  const clock = { nowMs: 1_000 };
  const progress = new Progress({ isTTY, write: (text: string) => written.push(text) }, () => clock.nowMs);
  return { written, clock, progress };
}

describe('progress', () => {
  it('says nothing about work that takes less than two seconds', () => {
    const { written, clock, progress } = recorded({ isTTY: true });
    for (let step = 0; step < 19; step += 1) {
      clock.nowMs += 100;
      progress.update(() => 'working');
    }
    progress.done();
    expect(written).toEqual([]);
  });

  it('keeps one live line on a terminal and takes it away at the end', () => {
    const { written, clock, progress } = recorded({ isTTY: true });
    clock.nowMs += 2_000;
    progress.update(() => '10 files');
    progress.update(() => 'too soon to show');
    clock.nowMs += 200;
    progress.update(() => '20 files');
    progress.done();
    expect(written).toEqual(['\r\u001b[2K10 files (2 s)', '\r\u001b[2K20 files (2 s)', '\r\u001b[2K']);
  });

  it('writes now and then a whole line where there is no terminal', () => {
    const { written, clock, progress } = recorded({ isTTY: false });
    clock.nowMs += 2_000;
    progress.update(() => '10 files');
    clock.nowMs += 4_999;
    progress.update(() => 'too soon to show');
    clock.nowMs += 1;
    progress.update(() => '30 files');
    progress.done();
    expect(written).toEqual(['10 files (2 s)\n', '30 files (7 s)\n']);
  });
});
