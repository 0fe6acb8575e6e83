import { describe, expect, it } from '@jest/globals';
import { familyOf, pidsOfPod, processTable, proportionalSetBytes } from '../../local/processes/process-table.ts';

const entry = (pid: number, parentPid: number, cgroups = ''): { pid: number; parentPid: number; cgroups: string } => ({
  pid,
  parentPid,
  cgroups,
});

describe('the table of processes', () => {
  it('gives a process with all that it started, at any depth, and no other', () => {
    const table = [entry(1, 0), entry(10, 1), entry(11, 10), entry(12, 11), entry(20, 1), entry(21, 20)];
    expect(familyOf(table, 10).map(({ pid }) => pid)).toEqual([10, 11, 12]);
    expect(familyOf(table, 99)).toEqual([]);
  });

  it("finds a pod's processes by its control group, on both versions of control groups", () => {
    const table = [
      entry(1, 0, '4:memory:/flotilla-1-local-a/kubepods/burstable/podu1/c1\n0::/'),
      entry(2, 0, '0::/flotilla-1-local-a/kubepods/podu1/c2\n'),
      entry(3, 0, '4:memory:/flotilla-1-local-a/kubepods/podu12/c3'),
      entry(4, 0, '0::/podu1'),
    ];
    expect(pidsOfPod(table, 'u1')).toEqual([1, 2, 4]);
    expect(pidsOfPod(table, 'u1', ['c2', 'c3'])).toEqual([2]);
  });

  it('sees this process, its parent and its memory', async () => {
    const own = (await processTable()).find(({ pid }) => pid === process.pid);
    expect(own?.parentPid).toBe(process.ppid);
    expect(await proportionalSetBytes(process.pid)).toBeGreaterThan(2 ** 20);
    expect(await proportionalSetBytes(2 ** 22 + 1)).toBe(0);
  });
});
