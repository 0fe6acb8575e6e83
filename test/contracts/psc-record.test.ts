import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PscRecordSchema } from '../../contracts/gen/flotilla/psc/v1/psc_pb.js';
import {
  fromRecord,
  fromStatusRecord,
  parsePsc,
  PSC_API_VERSION,
  PSC_KIND,
  toRecord,
  toStatusRecord,
  type Parsed,
  type PscRecord,
} from '../../contracts/psc.ts';
import { arbitraryName, arbitrarySpec, arbitraryStatus } from './arbitrary-psc.ts';
import { edited, kafkaPsc } from './example-pscs.ts';

describe('records of desired state', () => {
  it('come back from the wire as they were written, for every valid spec', () => {
    fc.assert(
      fc.property(arbitraryName(), arbitrarySpec(), (name, spec) => {
        const record = { name, revision: spec.revision, deleted: false, spec } as const;
        expect(fromRecord(toRecord(record))).toEqual({ ok: true, value: record });
      }),
    );
  });

  it('carry just the specs that the API server would accept', () => {
    fc.assert(
      fc.property(arbitraryName(), arbitrarySpec(), (name, spec) => {
        const psc = { apiVersion: PSC_API_VERSION, kind: PSC_KIND, metadata: { name }, spec };
        expect(parsePsc(psc)).toEqual({ ok: true, value: psc });
      }),
    );
  });

  it('keep a revision beyond what a double can hold', () => {
    const record = recordOf({ 'spec.revision': '900719925474099301' });
    expect(fromRecord(toRecord(record))).toMatchObject({ value: { spec: { revision: '900719925474099301' } } });
  });

  it('keep every entry of a map, whatever its key', () => {
    const config = { constructor: 'a', toString: 'b', 'log.retention.ms': 'c' };
    const read = fromRecord(toRecord(recordOf({ 'spec.kafka.config': config })));
    expect(read).toMatchObject({ value: { spec: { kafka: { config } } } });
  });

  it('keep required fields at zero and drop optional ones, which the wire does not tell from absent ones', () => {
    const zeros = { 'spec.revision': '0', 'spec.deletionProtection': false, 'spec.kafka.brokers.storage.iops': 0 };
    const absent = {
      'spec.revision': '0',
      'spec.deletionProtection': undefined,
      'spec.kafka.brokers.storage.iops': undefined,
    };
    expect(fromRecord(toRecord(recordOf(zeros)))).toEqual({ ok: true, value: recordOf(absent) });
  });

  it('say that a PSC is deleted with a revision and nothing else', () => {
    const tombstone = { name: 'orders', revision: '8', deleted: true } as const;
    expect(fromRecord(toRecord(tombstone))).toEqual({ ok: true, value: tombstone });
  });

  it.each([
    ['bytes that are no record', new Uint8Array([255, 255, 255]), ''],
    ['an empty record', new Uint8Array(), 'name'],
    [
      'a record without a spec',
      toBinary(PscRecordSchema, create(PscRecordSchema, { name: 'a', revision: 1n })),
      'spec',
    ],
    [
      'a tombstone with a bad name',
      toBinary(PscRecordSchema, create(PscRecordSchema, { name: 'a.b', revision: 1n, deleted: true })),
      'name',
    ],
  ])('are refused when they are %s', (_, bytes, path) => {
    expect(pathsOf(fromRecord(bytes))).toContain(path);
  });

  it.each([
    ['whose revision is not that of its spec', { ...recordOf({}), revision: '8' }],
    ['that writes maintenance, which is not the control plane’s', recordOf({ 'spec.maintenance': { paused: true } })],
    ['that is deleted and has a spec', { ...recordOf({}), deleted: true }],
    ['with a broker in two zones', recordOf({ 'spec.kafka.placement.zone-a.pods': ['kafka-1'] })],
  ])('are not written for a record %s', (_, record) => {
    expect(() => toRecord(record as PscRecord)).toThrow(/flotilla.psc.v1.PscRecord/);
  });
});

describe('records of observed state', () => {
  it('come back from the wire as they were written, for every valid status', () => {
    fc.assert(
      fc.property(arbitraryName(), arbitraryStatus(), (name, status) => {
        const record = { name, revision: '7', deleted: false, status } as const;
        expect(fromStatusRecord(toStatusRecord(record))).toEqual({ ok: true, value: record });
      }),
    );
  });

  it('carry times in UTC', () => {
    const status = { fence: { zone: 'zone-a', since: '2026-11-22T10:00:00.5+02:00' } };
    const record = { name: 'orders', revision: '7', deleted: false, status } as const;
    expect(fromStatusRecord(toStatusRecord(record))).toMatchObject({
      value: { status: { fence: { since: '2026-11-22T08:00:00.500Z' } } },
    });
  });
});

function recordOf(edits: Readonly<Record<string, unknown>>): PscRecord {
  const { spec } = edited(kafkaPsc(), edits) as unknown as ReturnType<typeof kafkaPsc>;
  return { name: 'orders', revision: spec.revision, deleted: false, spec };
}

function pathsOf(parsed: Parsed<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.violations.map(({ path }) => path);
}
