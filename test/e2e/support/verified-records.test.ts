import { describe, expect, test } from '@jest/globals';
import { VerifiedRecords } from './verified-records.ts';

describe('the account of Kafka’s verifiable tools', () => {
  test('names what was acknowledged and not read, in whatever order both are told', () => {
    const records = new VerifiedRecords();
    records.add(read('2'));
    for (const value of ['1', '2', '3']) records.add(acknowledged(value, 0, 0));
    records.add(read('1'));
    expect(records.isAllRead).toBe(false);
    expect(records.report()).toEqual({ acknowledged: 3, failed: 0, lost: ['3'], failure: '' });
    records.add(read('3'));
    records.add(read('3'));
    expect(records.isAllRead).toBe(true);
    expect(records.report().lost).toEqual([]);
  });

  test('does not miss what was given up', () => {
    const records = new VerifiedRecords();
    records.add({ name: 'producer_send_error', timestamp: 0, value: '1', message: 'Expiring 1 record(s)' });
    expect(records.report()).toEqual({ acknowledged: 0, failed: 1, lost: [], failure: 'Expiring 1 record(s)' });
  });

  test('takes the longest pause of any partition, however the others do, once', () => {
    const records = new VerifiedRecords();
    for (let ms = 0; ms <= 5_000; ms += 100) records.add(acknowledged(`a${ms}`, 0, ms));
    for (const ms of [0, 200, 3_200, 3_300]) records.add(acknowledged(`b${ms}`, 1, ms));
    expect(records.takeLongestPauseMs()).toBe(3_000);
    expect(records.takeLongestPauseMs()).toBe(0);
    records.add(acknowledged('late', 1, 9_300));
    expect(records.takeLongestPauseMs()).toBe(6_000);
  });

  test('passes over what says nothing of records', () => {
    const records = new VerifiedRecords();
    records.add({ name: 'partitions_revoked', timestamp: 0 });
    expect(records.report()).toEqual({ acknowledged: 0, failed: 0, lost: [], failure: '' });
  });
});

function acknowledged(value: string, partition: number, timestamp: number) {
  return { name: 'producer_send_success', timestamp, value, partition };
}

function read(value: string) {
  return { name: 'record_data', timestamp: 0, value, partition: 0 };
}
