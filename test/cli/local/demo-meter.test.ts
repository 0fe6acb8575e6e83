import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DemoMeter, percentile } from '../../../cli/local/demo-meter.ts';
import { decodeRecord, encodeRecord, MIN_RECORD_BYTES } from '../../../cli/local/demo-record.ts';

describe('the meter of the demo', () => {
  it('calls what was acknowledged and not received missing, whichever was told first', () => {
    const meter = new DemoMeter();
    meter.received(1, '0:10', 5);
    for (const sequence of [1, 2, 3]) meter.acknowledged(sequence);
    meter.received(2, '0:11', 5);
    expect(meter.report()).toEqual({ acknowledged: 3, received: 2, duplicated: 0, missing: 1, failed: 0 });
  });

  it('tells a record that is in the log twice from one that was read twice', () => {
    const meter = new DemoMeter();
    meter.acknowledged(1);
    meter.received(1, '0:10', 5);
    meter.received(1, '0:10', 900);
    expect(meter.report().duplicated).toBe(0);
    meter.received(1, '0:12', 5);
    expect(meter.report()).toMatchObject({ received: 1, duplicated: 1 });
  });

  it('shows rates and latencies of the time since the last line only', () => {
    const meter = new DemoMeter();
    for (let sequence = 0; sequence < 200; sequence += 1) {
      meter.acknowledged(sequence);
      meter.received(sequence, `0:${sequence}`, sequence < 198 ? 4 : 80);
    }
    expect(meter.line(2_000)).toBe('sent 100/s, received 100/s, latency p50 4 ms, p99 4 ms, on the way 0');
    meter.acknowledged(200);
    meter.failed(3);
    expect(meter.line(1_000)).toBe('sent 1/s, received 0/s, latency -, on the way 1, failed 3');
  });

  it('gives a percentile that is one of the values and has at least its share below or at it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = values.toSorted((one, other) => one - other);
          const value = percentile(sorted, share);
          expect(sorted).toContain(value);
          expect(sorted.filter((each) => each <= value).length).toBeGreaterThanOrEqual(
            Math.ceil(sorted.length * share),
          );
        },
      ),
    );
  });
});

describe('a record of the demo', () => {
  it('has the size that was asked for and is read as it was written', () => {
    const record = { run: 2 ** 46 + 1, sequence: 123_456_789, sentAtMs: 1_800_000_000_123 };
    expect(encodeRecord(record, 512).length).toBe(512);
    expect(encodeRecord(record, 1).length).toBe(MIN_RECORD_BYTES);
    expect(decodeRecord(encodeRecord(record, 512))).toEqual(record);
    expect(decodeRecord(Buffer.from('not ours'))).toBeUndefined();
  });
});
