import { describe, expect, test } from '@jest/globals';
import { judgeRecords, type OutboxRecord, parseRecords } from './outbox-records.ts';

const line = (key: string, sequence: number, time = 1000): string => `LogAppendTime:${time}\t${key}\t${sequence}\n`;
const judged = (lines: readonly string[], keys: readonly string[], rows: number) =>
  judgeRecords(parseRecords(lines.join('')), keys, rows);

describe('what became of the rows of the outbox', () => {
  test('is nothing where each came once and in order', () => {
    expect(judged([line('a', 0, 10), line('a', 1, 30), line('b', 0, 20), line('b', 1, 90)], ['a', 'b'], 2)).toEqual({
      records: 4,
      missing: [],
      doubled: [],
      outOfOrder: [],
      longestPause: { ms: 60, after: 1, before: 1 },
    });
  });

  test('names rows that are missing, doubled and out of order', () => {
    const lines = [line('a', 0), line('a', 2), line('a', 1), line('a', 2), line('b', 0)];
    expect(judged(lines, ['a', 'b', 'c'], 3)).toMatchObject({
      missing: ['b 1', 'b 2', 'c 0', 'c 1', 'c 2'],
      doubled: ['a 2'],
      outOfOrder: ['a 1'],
    });
  });

  test('counts rows that nobody wrote', () => {
    expect(judged([line('stranger', 0)], ['a'], 0).records).toBe(1);
  });

  test('reads nothing else that a consumer prints, nor half a line', () => {
    const text = `Processed a total of 1 messages\n${line('a', 7, 5)}LogAppendTime:6\ta`;
    expect(parseRecords(text)).toEqual([{ key: 'a', sequence: 7, appendedMs: 5 }] satisfies OutboxRecord[]);
  });
});
