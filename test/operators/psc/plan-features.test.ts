import { describe, expect, it } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import { featuresOf, METADATA_VERSION } from '../../../operators/psc/kafka-releases.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import type { Plan } from '../../../operators/psc/plan.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { afterPass, edited, HOLDER, NOW_MS, plan, runningCluster, withKafka, withPods } from './observed-cluster.ts';
import { kafka, reasons, templateHash } from './plan-parts.ts';

const OLDER = { ...featuresOf('4.2.1') };
const HOUR_MS = 3_600_000;

/** Every pod runs 4.3.1, of which nothing is finished. */
const upgraded = (soakMinutes?: number): Observed => {
  const running = withKafka(runningCluster(examplePsc('aws')), () => ({ features: OLDER }));
  const unsaid = { ...running, psc: { ...running.psc, status: { ...running.psc.status, features: {} } } };
  return edited(unsaid, soakMinutes === undefined ? {} : { kafka: { ...kafka({}), featureSoakMinutes: soakMinutes } });
};
const later = (observed: Observed, ms: number): Observed => ({ ...observed, nowMs: observed.nowMs + ms });
const finished = ({ writes }: Plan): unknown => writes.find(({ kind }) => kind === 'finish-features');

describe('what a Kafka version brings', () => {
  it('is left open for a day from when every pod runs it, and the status says until when', () => {
    const { status, writes } = plan(upgraded());
    expect(status.features).toEqual({
      metadataLevel: 29,
      version: '4.3.1',
      settledAt: new Date(NOW_MS).toISOString(),
      finishedAt: new Date(NOW_MS + 24 * HOUR_MS).toISOString(),
    });
    expect(writes).toEqual([]);
  });

  it('is finished after that: the status says it first, then Kafka is told, once', () => {
    const soaked = later(afterPass(upgraded()), 24 * HOUR_MS);
    const announced = plan(soaked);
    expect(finished(announced)).toBeUndefined();
    expect(announced.status.features?.metadataLevel).toBe(30);
    const next = plan(afterPass(soaked));
    expect(finished(next)).toEqual({ kind: 'finish-features', features: { [METADATA_VERSION]: 30 } });
    expect(checkPlan(next, afterPass(soaked), HOLDER)).toEqual([]);
    const done = withKafka(afterPass(soaked), () => ({ features: { ...featuresOf('4.3.1') } }));
    expect(plan(done).writes).toEqual([]);
    expect(plan(done).status.features).toMatchObject({ metadataLevel: 30, version: '4.3.1' });
    expect(plan(done).status.features?.finishedAt).toBeUndefined();
  });

  it('is left open for as long as the PSC says', () => {
    const soaked = later(afterPass(upgraded(10)), 10 * 60_000);
    expect(plan(later(soaked, -1)).status.features?.metadataLevel).toBe(29);
    expect(plan(soaked).status.features?.metadataLevel).toBe(30);
  });

  it.each<[string, (observed: Observed) => Observed]>([
    ['a pod is to be replaced', (observed) => edited(observed, { kafka: kafka({ image: 'b' }) })],
    ['a pod runs something else', (observed) => withPods(observed, () => ({ templateHash: 'other' }))],
    [
      'a broker is behind',
      (observed) =>
        withKafka(observed, ({ partitions }) => ({
          partitions: partitions.map((each, index) => (index > 0 ? each : { ...each, isr: each.isr.slice(0, 2) })),
        })),
    ],
    ['the PSC is paused', (observed) => edited(observed, { maintenance: { paused: true } })],
    ['Kafka cannot be asked', (observed) => ({ ...observed, kafka: { state: 'unreachable', reason: 'silence' } })],
  ])('is not finished while %s', (_what, change) => {
    const soaked = change(later(afterPass(upgraded()), 48 * HOUR_MS));
    expect(finished(plan(soaked))).toBeUndefined();
    expect(plan(soaked).status.features?.metadataLevel).toBe(29);
  });

  it('is left open anew where a pod has run something else meanwhile, although no status said so', () => {
    const settled = later(afterPass(upgraded()), 12 * HOUR_MS);
    const other = withPods(settled, ({ name, templateHash: hash }) =>
      name === 'kafka-1' ? { templateHash: `not ${hash}`, createdAtMs: NOW_MS + HOUR_MS } : undefined,
    );
    expect(plan(other).status.features).toEqual({ metadataLevel: 29 });
    const back = afterPass({ ...afterPass(other), pods: settled.pods });
    expect(back.psc.status?.features?.settledAt).toBe(new Date(NOW_MS + 12 * HOUR_MS).toISOString());
    expect(plan(later(back, 24 * HOUR_MS - 1)).status.features?.metadataLevel).toBe(29);
  });

  it('is left open anew where an operator that knows nothing of it has dropped since when it was', () => {
    const settled = later(afterPass(upgraded()), 23 * HOUR_MS);
    const dropped = { ...settled, psc: { ...settled.psc, status: omit(settled.psc.status ?? {}, 'features') } };
    const found = later(afterPass(dropped), 24 * HOUR_MS);
    expect(plan(later(found, -1)).status.features?.metadataLevel).toBe(29);
    expect(plan(found).status.features?.metadataLevel).toBe(30);
  });

  it('is judged once more by one who shares nothing with the planner', () => {
    const said = afterPass(later(afterPass(upgraded()), 24 * HOUR_MS));
    const next = plan(said);
    const unlike = withPods(said, ({ name }) => (name === 'kafka-1' ? { templateHash: 'other' } : undefined));
    expect(checkPlan(next, { ...said, freshness: 'cached' }, HOLDER)).toEqual([expect.stringMatching(/caches/)]);
    expect(checkPlan(next, unlike, HOLDER)).toEqual([expect.stringMatching(/pods differ/)]);
    const unsaid = { ...said, psc: { ...said.psc, status: {} } };
    expect(checkPlan(next, unsaid, HOLDER)).toEqual([expect.stringMatching(/before the stored status/)]);
  });
});

describe('the way back to an older Kafka', () => {
  const older = { ...kafka({ image: 'b' }), version: '4.2.1' };

  it('is a roll while nothing is finished', () => {
    const next = plan(edited(afterPass(upgraded()), { kafka: older }));
    expect(templateHash(next)).toBeDefined();
    expect(reasons(next)).toMatchObject({ Stalled: 'NotStalled' });
    expect(next.status.features).toEqual({ metadataLevel: 29 });
  });

  it.each<[string, (observed: Observed) => Observed]>([
    ['Kafka has agreed upon it', (observed) => withKafka(observed, () => ({ features: { [METADATA_VERSION]: 30 } }))],
    [
      'Kafka has agreed upon it, and an older operator has dropped what the status said',
      (observed) => {
        const { psc } = observed;
        const silent = { ...observed, psc: { ...psc, status: omit(psc.status ?? {}, 'features') } };
        return withKafka(silent, () => ({ features: { [METADATA_VERSION]: 30 } }));
      },
    ],
    [
      'the status says that it is next',
      (observed) => ({
        ...observed,
        psc: { ...observed.psc, status: { ...observed.psc.status, features: { metadataLevel: 30 } } },
        kafka: { state: 'unreachable', reason: 'silence' },
      }),
    ],
  ])('is refused once %s, and no pod is made of it', (_what, change) => {
    const next = plan(change(edited(afterPass(upgraded()), { kafka: older })));
    expect(templateHash(next)).toBeUndefined();
    expect(reasons(next)).toMatchObject({ Stalled: 'RollStopped' });
    expect(next.conditions.find(({ type }) => type === 'Stalled')?.message).toMatch(
      /Kafka 4\.2\.1 knows metadata\.version 29 at most, and 30 is finished/,
    );
  });

  it('is nobody’s matter for versions that are not known here', () => {
    const next = plan(edited(afterPass(upgraded()), { kafka: { ...older, version: '9.9.9' } }));
    expect(reasons(next)).toMatchObject({ Stalled: 'NotStalled' });
    expect(finished(next)).toBeUndefined();
  });
});
