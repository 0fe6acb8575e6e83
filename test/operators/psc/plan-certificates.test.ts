import { describe, expect, test } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import { CERTIFICATE_PATIENCE_MS } from '../../../operators/psc/plan-certificates.ts';
import type { HeldCertificate, HeldCertificates } from '../../../operators/psc/credentials/held-certificates.ts';
import { AUTHORITY_RENEWAL_DAYS, DAY_MS, FORMER_AUTHORITY_DAYS } from '../../../operators/psc/credentials/validity.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import type { Plan } from '../../../operators/psc/plan.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { edited, HOLDER, NOW_MS, OPTIONS, runningCluster } from './observed-cluster.ts';

/** Of pods' certificates. */
const MADE_AT_MS = NOW_MS - 60_000;
const PODS = ['kafka-0', 'kafka-1', 'kafka-2', 'controller-0', 'controller-1', 'controller-2'];

describe('certificates that were issued anew', () => {
  test('are waited for until every pod that answers shows its own', () => {
    const late = planPsc(
      clusterOf({ certificates: held(), shown: shownAs({ 'kafka-1': 'former', 'controller-2': 'former' }) }),
      OPTIONS,
    );
    expect(late.waits).toMatchObject([{ task: 'certificates', reason: 'WaitingForCertificates' }]);
    expect(late.waits[0]?.message).toMatch(/^controller-2, kafka-1: /);
    expect(late.writes).toEqual([]);
    expect(reconciling(late)).toBe('Reconciling');
  });

  test('are not waited for at pods that do not answer: others say why', () => {
    const silent = new Map([...shownAs({})].filter(([pod]) => pod !== 'kafka-1'));
    expect(planPsc(clusterOf({ certificates: held(), shown: silent }), OPTIONS).waits).toEqual([]);
  });

  test('are in the status with the first of them to end, those that are still shown included', () => {
    const shown = shownAs({});
    shown.set('kafka-2', { fingerprint: 'former', endMs: NOW_MS + DAY_MS });
    expect(planPsc(clusterOf({ certificates: held(), shown }), OPTIONS).status.certificates).toEqual({
      authorityEnds: time(NOW_MS + 3000 * DAY_MS),
      firstPodEnds: time(NOW_MS + DAY_MS),
    });
  });

  test('stay in the status as they were while nobody has looked', () => {
    const before = clusterOf({ certificates: held(), shown: shownAs({}) });
    const { certificates } = planPsc(before, OPTIONS).status;
    const after = {
      ...before,
      psc: { ...before.psc, status: { ...before.psc.status, ...{ certificates } } },
    } as Observed;
    const unseen = { ...after, credentials: { state: 'whole' } } as const;
    expect(planPsc(unseen, OPTIONS).status.certificates).toEqual(certificates);
  });
});

describe('a pod that takes no notice of its files', () => {
  const deaf = (change: Partial<Observed>): Observed => ({
    ...clusterOf({ certificates: held(), shown: shownAs({ 'kafka-1': 'former' }) }),
    ...change,
  });

  test('is replaced once it has had its time, by the rules of every roll', () => {
    const inTime = deaf({ nowMs: MADE_AT_MS + CERTIFICATE_PATIENCE_MS });
    expect(fencedPods(withFreshKafka(inTime))).toEqual([]);
    const late = deaf({ nowMs: MADE_AT_MS + CERTIFICATE_PATIENCE_MS + 1 });
    expect(fencedPods(withFreshKafka(late))).toEqual(['kafka-1']);
  });

  test('is not replaced for it again', () => {
    const late = withFreshKafka(deaf({ nowMs: MADE_AT_MS + 2 * CERTIFICATE_PATIENCE_MS }));
    const pods = late.pods.map((pod) => (pod.name === 'kafka-1' ? { ...pod, createdAtMs: MADE_AT_MS + 1 } : pod));
    expect(fencedPods({ ...late, pods })).toEqual([]);
  });
});

describe('an authority', () => {
  test('is left alone until a year before its end, and replaced then', () => {
    const lastMs = AUTHORITY_RENEWAL_DAYS * DAY_MS;
    expect(step(clusterOf({ certificates: held({ endMs: NOW_MS + lastMs }) }))).toBeUndefined();
    expect(step(clusterOf({ certificates: held({ endMs: NOW_MS + lastMs - 1 }) }))).toBe('replace');
  });

  test('is replaced when somebody asks who has not been answered yet', () => {
    const cluster = clusterOf({ certificates: held() });
    expect(step(wishing(cluster, NOW_MS - 1_000))).toBe('replace');
    // Made since.
    expect(step(wishing(cluster, NOW_MS - 10 * DAY_MS))).toBeUndefined();
    // By a clock that is ahead: later.
    expect(step(wishing(cluster, NOW_MS + 60_000))).toBeUndefined();
  });

  test('is not touched in a pause', () => {
    const paused = edited(clusterOf({ certificates: held() }), {
      maintenance: { paused: true, authorityRequestedAt: time(NOW_MS - 1_000) },
    });
    expect(step(paused)).toBeUndefined();
  });

  test('holds nothing that is rolled in the same pass', () => {
    const plan = planPsc(wishing(clusterOf({ certificates: held() }), NOW_MS - 1_000), OPTIONS);
    expect(plan.writes.map(({ kind }) => kind)).toEqual(['rotate-authority', 'event']);
    expect(plan.writes[0]).toMatchObject({ rotation: { step: 'replace', mark: 'mark' } });
  });
});

describe('a former authority', () => {
  const agedMs = FORMER_AUTHORITY_DAYS * DAY_MS;

  test('is trusted for its time, and goes when every pod shows what it was given last', () => {
    expect(step(clusterOf({ certificates: replaced(NOW_MS - agedMs + 1) }))).toBeUndefined();
    expect(step(clusterOf({ certificates: replaced(NOW_MS - agedMs) }))).toBe('retire');
  });

  test('goes at its own end at the latest', () => {
    expect(step(clusterOf({ certificates: { ...replaced(NOW_MS - DAY_MS), former: { endMs: NOW_MS } } }))).toBe(
      'retire',
    );
  });

  test.each([
    ['shows an older certificate', shownAs({ 'controller-1': 'former' })],
    ['does not answer', new Map([...shownAs({})].filter(([pod]) => pod !== 'kafka-0'))],
  ])('stays while a pod %s, whatever its time and who asks, and the judge thinks so too', (_, shown) => {
    const cluster = wishing(clusterOf({ certificates: replaced(NOW_MS - agedMs), shown }), NOW_MS - 1_000);
    expect(step(cluster)).toBeUndefined();
    const rotation = { step: 'retire', mark: 'mark' } as const;
    const forced: Plan = { ...planPsc(cluster, OPTIONS), writes: [{ kind: 'rotate-authority', rotation }] };
    expect(checkPlan(forced, cluster, HOLDER)).toEqual([expect.stringContaining('may still lean on it')]);
  });

  test('goes before its time when somebody asks for yet another', () => {
    const cluster = clusterOf({ certificates: replaced(NOW_MS - DAY_MS) });
    expect(step(wishing(cluster, NOW_MS - 2 * DAY_MS))).toBeUndefined();
    expect(step(wishing(cluster, NOW_MS - 1_000))).toBe('retire');
  });

  test('is not judged by what caches say', () => {
    const cluster = { ...clusterOf({ certificates: replaced(NOW_MS - agedMs) }), freshness: 'cached' } as const;
    expect(checkPlan(planPsc(cluster, OPTIONS), cluster, HOLDER)).toEqual([
      'an authority is retired on what caches say',
    ]);
  });

  test('is in the status with its end', () => {
    const { status } = planPsc(clusterOf({ certificates: replaced(NOW_MS - DAY_MS) }), OPTIONS);
    expect(status.certificates?.formerAuthorityUntil).toBe(time(NOW_MS - DAY_MS + agedMs));
  });
});

function fencedPods(cluster: Observed): readonly string[] {
  return planPsc(cluster, OPTIONS).status.fence?.members?.map(({ name }) => name) ?? [];
}

/** Read at the moment of the pass. */
function withFreshKafka(cluster: Observed): Observed {
  return { ...cluster, kafka: { ...cluster.kafka, readAtMs: cluster.nowMs } as Observed['kafka'] };
}

function clusterOf({
  certificates,
  shown = shownAs({}),
}: {
  readonly certificates: HeldCertificates;
  readonly shown?: Observed['shown'];
}): Observed {
  return { ...runningCluster(examplePsc('aws')), credentials: { state: 'whole', certificates }, shown };
}

function held(authority: Partial<HeldCertificates['authority']> = {}): HeldCertificates {
  return {
    mark: 'mark',
    authority: { madeAtMs: NOW_MS - 2 * DAY_MS, endMs: NOW_MS + 3000 * DAY_MS, maker: 'operator', ...authority },
    pods: new Map(PODS.map((pod): [string, HeldCertificate] => [pod, certificateOf(pod, 'present')])),
  };
}

function replaced(atMs: number): HeldCertificates {
  return { ...held({ madeAtMs: atMs }), former: { endMs: NOW_MS + 300 * DAY_MS } };
}

/** All that they were given last, but for some. */
function shownAs(
  others: Readonly<Record<string, string>>,
): Map<string, Pick<HeldCertificate, 'fingerprint' | 'endMs'>> {
  return new Map(PODS.map((pod) => [pod, certificateOf(pod, others[pod] ?? 'present')]));
}

function certificateOf(pod: string, which: string): HeldCertificate {
  return { fingerprint: `${which} of ${pod}`, madeAtMs: MADE_AT_MS, endMs: NOW_MS + 60 * DAY_MS };
}

function wishing(cluster: Observed, atMs: number): Observed {
  return edited(cluster, { maintenance: { authorityRequestedAt: time(atMs) } });
}

function step(cluster: Observed): string | undefined {
  const write = planPsc(cluster, OPTIONS).writes.find(({ kind }) => kind === 'rotate-authority');
  return write?.kind === 'rotate-authority' ? write.rotation.step : undefined;
}

function reconciling({ conditions }: Plan): string | undefined {
  return conditions.find(({ type }) => type === 'Reconciling')?.reason;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
