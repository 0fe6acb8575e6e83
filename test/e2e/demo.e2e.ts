import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { testRegion, UP_MAX_MS } from './region.ts';
import { inShell } from './support/shell.ts';

const TEST_MAX_MS = 120_000;
const OPTIONS = { timeoutMs: 60_000 };
const LINE = /^sent \d+\/s, received \d+\/s, latency p50 \d+ ms, p99 \d+ ms, on the way \d+/;

jest.setTimeout(TEST_MAX_MS);

describe('the demo', () => {
  beforeAll(async () => {
    await testRegion();
  }, UP_MAX_MS);

  it('tells rate and latency while it runs, and what became of the records when Ctrl-C ends it', async () => {
    const { code, out, err } = await inShell('./flotilla demo --rate 50', {
      ...OPTIONS,
      isEnough: (soFar) => soFar.split('\n').length > 2,
    });
    expect(err).toBe('');
    const lines = out.trimEnd().split('\n');
    for (const line of lines.slice(0, -1)) expect(line).toMatch(LINE);
    const report = /^acknowledged (\d+), received (\d+), lost 0, twice 0, failed to send 0$/.exec(lines.at(-1) ?? '');
    expect(Number(report?.[1])).toBeGreaterThan(50);
    expect(report?.[2]).toBe(report?.[1]);
    expect(code).toBe(0);
  });

  it('keeps one line up to date on a terminal, each second', async () => {
    const { code, out } = await inShell(
      'script --quiet --return --command "./flotilla demo --seconds 4" /dev/null',
      OPTIONS,
    );
    const shown = out.split('\r\u001b[2K').filter((line) => LINE.test(line));
    expect(shown.length).toBeGreaterThanOrEqual(2);
    expect(shown.every((line) => !line.includes('\n'))).toBe(true);
    expect(out).toMatch(/lost 0, twice 0, failed to send 0/);
    expect(code).toBe(0);
  });

  it('says that the region is down and what to do', async () => {
    const { code, out, err } = await inShell('FLOTILLA_STATE=/var/empty/flotilla ./flotilla demo', OPTIONS);
    expect(err).toMatch(
      /^error: no API server of a region in \/var\/empty\/flotilla runs\nwhat to do: run \.\/flotilla up/,
    );
    expect([code, out]).toEqual([3, '']);
  });
});
