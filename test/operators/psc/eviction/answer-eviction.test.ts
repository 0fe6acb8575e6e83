import { describe, expect, it } from '@jest/globals';
import { answerEviction, WISH_RENEWAL_MS } from '../../../../operators/psc/eviction/answer-eviction.ts';
import { parseEvictionReview, reviewResponse } from '../../../../operators/psc/eviction/admission-review.ts';
import type { Observed } from '../../../../operators/psc/observed.ts';
import { examplePsc } from '../../../support/example-psc.ts';
import { afterPass, edited, NOW_MS, runningCluster, withPods } from '../observed-cluster.ts';

const running = runningCluster(examplePsc('aws'));
const operator = 'system:serviceaccount:flotilla-system:operator';
const answer = (
  found: Observed | undefined,
  { pod = 'kafka-0', username = 'somebody', isDryRun = false, isClosed = true } = {},
): ReturnType<typeof answerEviction> =>
  answerEviction({ pod, username, isDryRun }, found, { operator, nowMs: NOW_MS, isClosed: () => isClosed });

describe('an eviction of a pod of Kafka', () => {
  it('is refused and written down as a wish, for brokers and controllers', () => {
    for (const pod of ['kafka-0', 'controller-2']) {
      expect(answer(running, { pod })).toEqual({
        kind: 'refused',
        message: `${pod} is replaced by Flotilla's operator as soon as that is safe: the operator is told now`,
        wish: { name: pod, uid: `uid-${pod}` },
      });
    }
  });

  it('is written down once in a while only, however often somebody asks', () => {
    const at = (evictedAtMs: number): Observed => withPods(running, () => ({ evictedAtMs }));
    expect(answer(at(NOW_MS - WISH_RENEWAL_MS + 1))).not.toHaveProperty('wish');
    expect(answer(at(NOW_MS - WISH_RENEWAL_MS))).toHaveProperty('wish');
  });

  it('is told what holds it', () => {
    const wished = withPods(running, ({ name }) => (name === 'kafka-0' ? { evictedAtMs: NOW_MS } : undefined));
    expect(answer(edited(wished, { maintenance: { paused: true } }))).toMatchObject({
      message: expect.stringContaining('spec.maintenance.paused holds it'),
    });
    expect(answer(afterPass(wished))).toMatchObject({
      message: expect.stringContaining('it is about to be'),
    });
    const behind = withPods(wished, ({ name }) =>
      name === 'kafka-1' ? { ready: 'False', container: { state: 'waiting', reason: 'x', restarts: 0 } } : undefined,
    );
    expect(answer(afterPass(behind))).toMatchObject({
      message: expect.stringContaining('UnderReplicatedPartitions: kafka-1 starts'),
    });
  });

  it('is allowed to the operator itself, and left to the budget where the operator does nothing', () => {
    expect(answer(running, { username: operator })).toEqual({ kind: 'allowed' });
    expect(answer(undefined)).toEqual({ kind: 'allowed' });
    expect(answer(running, { pod: 'kafka-7' })).toEqual({ kind: 'allowed' });
    expect(answer(withPods(running, () => ({ isTerminating: true })))).toEqual({ kind: 'allowed' });
    expect(answer(withPods(running, () => ({ role: 'connect' })))).toEqual({ kind: 'allowed' });
    const { psc } = running;
    const ignored = { ...psc, metadata: { ...psc.metadata, annotations: { 'flotilla.dev/ignore': 'true' } } };
    expect(answer({ ...running, psc: ignored })).toEqual({ kind: 'allowed' });
    const going = { ...psc, metadata: { ...psc.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(answer({ ...running, psc: going })).toEqual({ kind: 'allowed' });
  });

  it('is over once the pod is another one, on no node or on one that nobody empties', () => {
    const made = (createdAtMs: number): Observed => withPods(running, () => ({ createdAtMs, node: 'node-a' }));
    const successor = { kind: 'gone', message: expect.stringContaining('kafka-0 that was to go is gone') };
    const homeless = withPods(running, () => ({ node: undefined }) as unknown as Partial<Observed['pods'][number]>);
    expect(answer(homeless)).toEqual(successor);
    expect(answer(made(NOW_MS - 60_000), { isClosed: false })).toEqual(successor);
    expect(answer(made(NOW_MS - 60_000))).toMatchObject({ kind: 'refused' });
    expect(answer(made(NOW_MS - 3_600_000), { isClosed: false })).toMatchObject({ kind: 'refused' });
  });

  it('that is only tried is allowed with a warning, and written down nowhere', () => {
    expect(answer(running, { isDryRun: true })).toEqual({
      kind: 'allowed',
      warning: expect.stringContaining('as soon as that is safe'),
    });
  });
});

describe('a review', () => {
  const request = {
    uid: 'u1',
    name: 'kafka-0',
    namespace: 'psc-orders',
    subResource: 'eviction',
    dryRun: true,
    userInfo: { username: 'somebody' },
  };

  it('is read, and nothing else is', () => {
    expect(parseEvictionReview(JSON.stringify({ request }))).toEqual({
      uid: 'u1',
      namespace: 'psc-orders',
      pod: 'kafka-0',
      username: 'somebody',
      isDryRun: true,
    });
    for (const text of ['', '{', 'null', '{}', JSON.stringify({ request: { ...request, subResource: 'exec' } })])
      expect(parseEvictionReview(text)).toBeUndefined();
  });

  it('is answered with 429, which kubectl drain asks again after, or with 404, which it is content with', () => {
    expect(reviewResponse('u1', { kind: 'refused', message: 'later' })).toMatchObject({
      kind: 'AdmissionReview',
      response: { uid: 'u1', allowed: false, status: { code: 429, reason: 'TooManyRequests', message: 'later' } },
    });
    expect(reviewResponse('u1', { kind: 'gone', message: 'gone' })).toMatchObject({
      response: { allowed: false, status: { code: 404, reason: 'NotFound', message: 'gone' } },
    });
    expect(reviewResponse('u1', { kind: 'allowed', warning: 'mind' })).toMatchObject({
      response: { uid: 'u1', allowed: true, warnings: ['mind'] },
    });
  });
});
