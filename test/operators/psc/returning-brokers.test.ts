import { describe, expect, it } from '@jest/globals';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { RETURN_PATIENCE_MS } from '../../../operators/psc/returning-brokers.ts';
import { statusAfter } from '../../../operators/psc/status-after.ts';
import { examplePlacement, examplePsc, EXAMPLE_PLACES } from '../../support/example-psc.ts';
import { edited, HOLDER, NOW_MS, runningCluster, plan } from './observed-cluster.ts';
import { kafka, reasons } from './plan-parts.ts';
import {
  ALL,
  emptied,
  leaving,
  LONG_AGO,
  own,
  settled,
  shrinking,
  SINCE,
  withoutPods,
  withSet,
} from './shrinking-cluster.ts';

describe('volumes of brokers that are gone', () => {
  /** Three brokers, and the claim of a fourth that is gone. */
  function kept(hoursAgo: number, change: Partial<Observed['claims'][number]> = {}): Observed {
    const running = runningCluster(examplePsc('aws'));
    const claim = {
      ...running.claims[0],
      name: 'data-kafka-3',
      uid: 'claim-kafka-3',
      volume: 'volume-of-kafka-3',
      ...change,
    };
    const goneAt = new Date(NOW_MS - hoursAgo * 3_600_000).toISOString();
    const entry = {
      pod: 'kafka-3',
      zone: 'us-west-2a',
      emptySince: SINCE,
      claimUid: 'claim-kafka-3',
      volume: 'volume-of-kafka-3',
      goneAt,
    };
    return leaving({ ...running, claims: [...running.claims, claim as Observed['claims'][number]] }, [entry]);
  }

  it('are kept for a day where the PSC does not say, and the condition says until when', () => {
    const next = plan(kept(23));
    expect(next.writes).toEqual([]);
    expect(next.conditions).toContainEqual(
      expect.objectContaining({
        type: 'flotilla.dev/ClusterResizing',
        status: 'False',
        reason: 'KeepingVolumes',
        message: expect.stringContaining('kafka-3 until'),
      }),
    );
    expect(reasons(next)['Reconciling']).toBe('UpToDate');
  });

  it('are marked, then deleted by exactly the claim that was recorded, then let go of', () => {
    const [mark] = plan(kept(25)).writes;
    expect(mark).toMatchObject({
      kind: 'apply',
      object: { metadata: { name: 'data-kafka-3', annotations: { [ANNOTATIONS.ending]: 'claim-kafka-3' } } },
    });
    const ending = kept(25, { isEnding: true, resourceVersion: '7' });
    expect(own(plan(ending))).toEqual([
      { kind: 'delete-claim', claim: { name: 'data-kafka-3', uid: 'claim-kafka-3', resourceVersion: '7' } },
    ]);
    expect(checkPlan(plan(ending), ending, HOLDER)).toEqual([]);
    const without = { ...ending, claims: ending.claims.filter(({ name }) => name !== 'data-kafka-3') };
    expect(own(plan(without))).toEqual([
      { kind: 'release-volume', volume: 'volume-of-kafka-3', claimUid: 'claim-kafka-3' },
    ]);
    expect(checkPlan(plan(without), without, HOLDER)).toEqual([]);
    expect(plan(without).status.leaving).toBeUndefined();
  });

  it('are remembered until they are let go of', () => {
    const ending = kept(25);
    const without = { ...ending, claims: ending.claims.filter(({ name }) => name !== 'data-kafka-3') };
    const next = plan(without);
    const [write] = next.writes;
    if (write === undefined) throw new Error('nothing is written');
    const refused = { end: 'refused', done: 0, refusal: { write, message: 'no' } } as const;
    expect(statusAfter(without.psc, next, refused, new Date(NOW_MS))).toMatchObject({ leaving: [{ pod: 'kafka-3' }] });
  });

  it.each<[string, Partial<Observed['claims'][number]>]>([
    ['another claim has taken its name', { uid: 'another', isEnding: true }],
    ['it is on its way already', { isTerminating: true, isEnding: true }],
  ])('are not deleted where %s', (_what, change) => {
    expect(plan(kept(25, change)).writes.map(({ kind }) => kind)).not.toContain('delete-claim');
  });

  it('are used again by a broker that comes back', () => {
    const back = edited(kept(25, { isEnding: true }), { kafka: kafka({ brokers: 4 }) });
    const next = plan(back);
    expect(own(next)).toEqual([]);
    expect(next.status.leaving).toHaveLength(1);
    expect(next.status.brokers?.map(({ pod }) => pod)).not.toContain('kafka-3');
  });
});

describe('a broker that comes back', () => {
  const placement = examplePlacement('kafka', 6, EXAMPLE_PLACES.aws.zones);
  const back = (observed: Observed): Observed => edited(observed, { kafka: { ...kafka({ brokers: 6 }), placement } });
  const entries = ALL.map((pod) => ({ pod, emptySince: LONG_AGO, claimUid: `claim-${pod}` }));

  it('before it was stopped is forgotten to leave once the StatefulSet has lost its mark, then takes replicas again', () => {
    const marked = back(settled(emptied(leaving(shrinking(), entries), [3, 4, 5])));
    const next = plan(marked);
    expect(own(next)).toEqual([]);
    expect(next.status.leaving?.map(({ pod }) => pod)).toEqual(['kafka-5']);
    const set = next.writes.find((write) => write.kind === 'apply' && write.object.kind === 'StatefulSet');
    expect(set).toMatchObject({ object: { spec: { replicas: 6 } } });
    const after = plan(settled(marked));
    expect(after.status.leaving).toBeUndefined();
    const last = plan(settled(settled(marked)));
    expect(own(last)).toContainEqual({ kind: 'set-cordon', broker: 5, cordon: 'absent' });
  });

  it('after it was stopped waits until nothing that was sent before can reach Kafka', () => {
    const stopped = back(withoutPods(emptied(withSet(leaving(shrinking(), entries), 5), [3, 4, 5]), ['kafka-5']));
    const hosts = ['bootstrap', 'kafka-5'].map((pod) => `${pod}.orders.a.us-west-2.example.com`);
    const first = settled({ ...stopped, resolvedHosts: new Set(hosts) });
    expect(first.psc.status?.leaving).toMatchObject([
      { pod: 'kafka-5', returningSince: new Date(NOW_MS).toISOString() },
    ]);
    expect(plan(first).waits.map(({ reason }) => reason)).toContain('WaitingForVolumes');
    const later: Observed = { ...first, nowMs: NOW_MS + RETURN_PATIENCE_MS };
    expect(plan(later).status.leaving).toBeUndefined();
  });
});
