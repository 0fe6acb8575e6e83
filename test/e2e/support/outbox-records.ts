/** A row of the outbox as it came out of its topic. */
export interface OutboxRecord {
  readonly key: string;
  /** From 0 on, for each key. */
  readonly sequence: number;
  /** When the broker appended it, in milliseconds since 1970. */
  readonly appendedMs: number;
}

export interface OutboxJudgement {
  readonly records: number;
  /** Rows that are in the topic not at all, as `key sequence`. */
  readonly missing: readonly string[];
  /** Rows that are there more than once. */
  readonly doubled: readonly string[];
  /** Rows that came after a later one of their key. */
  readonly outOfOrder: readonly string[];
  /** The longest time between two records, in milliseconds, and the sequence numbers before and after it. */
  readonly longestPause: { readonly ms: number; readonly after: number; readonly before: number };
}

/** Records that the console consumer printed with their times and keys; what is none is left out. */
export function parseRecords(out: string): readonly OutboxRecord[] {
  return [...out.matchAll(/^LogAppendTime:(\d+)\t(\S+)\t(\d+)$/gm)].map(([, time, key = '', sequence]) => ({
    key,
    sequence: Number(sequence),
    appendedMs: Number(time),
  }));
}

/** Holds records, as they were read, to what was written: `rows` of each of `keys`. */
export function judgeRecords(records: readonly OutboxRecord[], keys: readonly string[], rows: number): OutboxJudgement {
  const seen = new Map<string, Set<number>>(keys.map((key) => [key, new Set()]));
  const highest = new Map<string, number>();
  const [doubled, outOfOrder]: [string[], string[]] = [[], []];
  for (const { key, sequence } of records) {
    const ofKey = seen.get(key) ?? new Set();
    seen.set(key, ofKey);
    if (ofKey.has(sequence)) doubled.push(`${key} ${sequence}`);
    else if (sequence < (highest.get(key) ?? -1)) outOfOrder.push(`${key} ${sequence}`);
    ofKey.add(sequence);
    highest.set(key, Math.max(highest.get(key) ?? -1, sequence));
  }
  const numbers = Array.from({ length: rows }, (_, index) => index);
  const missing = keys.flatMap((key) =>
    numbers.filter((number) => seen.get(key)?.has(number) !== true).map((number) => `${key} ${number}`),
  );
  return { records: records.length, missing, doubled, outOfOrder, longestPause: longestPause(records) };
}

/** Partitions are read one after the other: by time, not as they were read. */
function longestPause(records: readonly OutboxRecord[]): OutboxJudgement['longestPause'] {
  const byTime = [...records].sort((a, b) => a.appendedMs - b.appendedMs || a.sequence - b.sequence);
  let longest = { ms: 0, after: 0, before: 0 };
  for (const [index, record] of byTime.entries()) {
    const former = byTime[index - 1];
    if (former === undefined) continue;
    const ms = record.appendedMs - former.appendedMs;
    if (ms > longest.ms) longest = { ms, after: former.sequence, before: record.sequence };
  }
  return longest;
}
