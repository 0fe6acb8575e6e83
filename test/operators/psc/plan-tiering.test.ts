import { describe, expect, test } from '@jest/globals';
import type { Observed, RemoteCopy } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import { COPY_ERRORS, COPY_LAG_SHARE } from '../../../operators/psc/plan-tiering.ts';
import { statusAfter } from '../../../operators/psc/status-after.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { afterPass, NOW_MS, OPTIONS, runningCluster, withKafka, withPods } from './observed-cluster.ts';

const TIERED = { bucket: 'acme-orders', prefix: 'orders', localRetentionMs: '3600000' };
const TOTAL_BYTES = 1000;
const WELL = { lagBytes: 10, errorsPerSecond: 0 };
const FAILING = { lagBytes: 10, errorsPerSecond: COPY_ERRORS.begins };
const LAGGING = { lagBytes: TOTAL_BYTES * COPY_LAG_SHARE.begins, errorsPerSecond: 0 };

const cluster = runningCluster(examplePsc('aws', { kafka: { tieredStorage: TIERED } }));

describe('the condition StorageTiered', () => {
  test('says of a cluster without Infinite Storage that it was not asked for', () => {
    expect(said(runningCluster(examplePsc('aws')))).toEqual(['False', 'NotRequested']);
  });

  test('is true while all brokers copy, and names the bucket', () => {
    const well = showing(WELL, WELL, WELL);
    expect(said(well)).toEqual(['True', 'Tiered']);
    expect(conditionIn(well)?.message).toContain('acme-orders');
  });

  test.each([
    ['copies fail', FAILING, 'CopiesFailing'],
    ['segments wait', LAGGING, 'CopyLagging'],
    ['both', { ...LAGGING, ...FAILING, lagBytes: TOTAL_BYTES }, 'CopiesFailing'],
  ])('is false as soon as one broker shows it: %s', (_, copy, reason) => {
    expect(said(showing(WELL, copy, WELL))).toEqual(['False', reason]);
    expect(conditionIn(showing(WELL, copy, WELL))?.message).toContain('acme-orders');
  });

  test('is not known while no broker shows its metrics, or none can be asked', () => {
    expect(said(showing(undefined, undefined, undefined))).toEqual(['Unknown', 'MetricsUnreadable']);
    const kafka = { state: 'unreachable', reason: 'no broker answers' } as const;
    expect(said({ ...showing(WELL, WELL, WELL), kafka })).toEqual(['Unknown', 'KafkaUnreachable']);
  });

  test('stays as it was between the marks where a trouble begins and where it ends, from either side', () => {
    const between = {
      lagBytes: (TOTAL_BYTES * (COPY_LAG_SHARE.begins + COPY_LAG_SHARE.ends)) / 2,
      errorsPerSecond: (COPY_ERRORS.begins + COPY_ERRORS.ends) / 2,
    };
    expect(said(showing(WELL, between, WELL))).toEqual(['True', 'Tiered']);
    for (const copy of [FAILING, LAGGING]) {
      const inTrouble = afterPass(showing(WELL, copy, WELL));
      expect(said(showing(WELL, between, WELL, inTrouble))).toEqual(said(inTrouble));
      expect(said(showing(WELL, WELL, WELL, inTrouble))).toEqual(['True', 'Tiered']);
    }
  });

  test('is true again only once every broker that serves shows that it copies', () => {
    const inTrouble = afterPass(showing(WELL, FAILING, WELL));
    expect(said(showing(WELL, undefined, WELL, inTrouble))).toEqual(['False', 'CopiesFailing']);
    expect(said(showing(WELL, WELL, WELL, inTrouble))).toEqual(['True', 'Tiered']);
  });

  test('speaks of the brokers that serve: one that is down says nothing, and asks for no write', () => {
    const well = afterPass(showing(WELL, WELL, WELL));
    const without = withPods(showing(WELL, undefined, WELL, well), ({ name }) =>
      name === 'kafka-1' ? { container: { state: 'waiting', reason: 'ContainerCreating', restarts: 0 } } : undefined,
    );
    expect(said(without)).toEqual(['True', 'Tiered']);
  });

  test('writes nothing for numbers that change, in trouble or not', () => {
    for (const copy of [WELL, FAILING, LAGGING]) {
      const settled = afterPass(afterPass(showing(copy, copy, copy)));
      const other = { lagBytes: copy.lagBytes * 1.01, errorsPerSecond: copy.errorsPerSecond * 1.01 };
      const next = showing(other, copy, other, settled);
      expect(statusAfter(next.psc, planPsc(next, OPTIONS), { end: 'done', done: 0 }, new Date(NOW_MS))).toBeUndefined();
    }
  });
});

/** Brokers 0, 1 and 2 with what they show of their copies. */
function showing(
  first: RemoteCopy | undefined,
  second: RemoteCopy | undefined,
  third: RemoteCopy | undefined,
  of: Observed = cluster,
): Observed {
  const copies = [first, second, third];
  return withKafka(of, ({ brokers }) => ({
    brokers: new Map(
      [...brokers].map(([id, broker]) => {
        const copy = copies[id];
        const disk = { totalBytes: TOTAL_BYTES, usableBytes: TOTAL_BYTES, isCordoned: false };
        return [id, { ...broker, disk, metrics: { ...STARTED, ...(copy === undefined ? {} : { remoteCopy: copy }) } }];
      }),
    ),
  }));
}

const STARTED = { underReplicatedPartitions: 0, underMinIsrPartitions: 0, offlineLogDirectories: 0, brokerState: 3 };

function conditionIn(observed: Observed): ReturnType<typeof planPsc>['conditions'][number] | undefined {
  return planPsc(observed, OPTIONS).conditions.find(({ type }) => type === 'flotilla.dev/StorageTiered');
}

function said(observed: Observed): readonly (string | undefined)[] {
  const condition = conditionIn(observed);
  return [condition?.status, condition?.reason];
}
