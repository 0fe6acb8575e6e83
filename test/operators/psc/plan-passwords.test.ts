import { describe, expect, test } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { HeldLogins } from '../../../operators/psc/credentials/platform-logins.ts';
import {
  DAY_MS,
  FORMER_LOGIN_MS,
  LOGIN_BELIEF_MS,
  LOGIN_REST_MS,
  PASSWORD_DAYS,
} from '../../../operators/psc/credentials/validity.ts';
import type { LoginAnswer, Observed } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import type { Plan, Write } from '../../../operators/psc/plan.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { edited, HOLDER, NOW_MS, OPTIONS, runningCluster, withKafka, withPods } from './observed-cluster.ts';

const BROKERS = ['kafka-0', 'kafka-1', 'kafka-2'];
const YOUNG: HeldLogins = { mark: 'mark', current: 'a', madeAtMs: NOW_MS - DAY_MS };

describe('passwords that are in use', () => {
  test('are left alone until they are old, and replaced then', () => {
    const oldMs = PASSWORD_DAYS * DAY_MS;
    expect(steps(clusterOf({ ...YOUNG, madeAtMs: NOW_MS - oldMs + 1 }))).toEqual([]);
    expect(steps(clusterOf({ ...YOUNG, madeAtMs: NOW_MS - oldMs }))).toEqual(['prepare']);
  });

  test('of which nobody knows when they were made are replaced', () => {
    expect(steps(clusterOf({ mark: 'unwritten', current: 'a' }))).toEqual(['prepare']);
  });

  test('are replaced when somebody asks who has not been answered yet', () => {
    expect(steps(wishing(clusterOf(YOUNG), NOW_MS - 1_000))).toEqual(['prepare']);
    expect(steps(wishing(clusterOf(YOUNG), NOW_MS - 2 * DAY_MS))).toEqual([]);
    // By a clock that is ahead: later.
    expect(steps(wishing(clusterOf(YOUNG), NOW_MS + 60_000))).toEqual([]);
  });

  test('are left alone in a pause', () => {
    const maintenance = { paused: true, passwordsRequestedAt: time(NOW_MS - 1_000) };
    expect(steps(edited(clusterOf(YOUNG), { maintenance }))).toEqual([]);
  });

  test('are left alone until what is still sent for those before them is over', () => {
    const restedAt = (agoMs: number): Observed =>
      wishing(clusterOf({ ...YOUNG, retiredAtMs: NOW_MS - agoMs }), NOW_MS - 1_000);
    expect(steps(restedAt(LOGIN_REST_MS - 1))).toEqual([]);
    expect(steps(restedAt(LOGIN_REST_MS))).toEqual(['prepare']);
  });

  test.each([
    ['is made from other files', { configHash: 'of-before' }],
    ['is made from another template', { templateHash: 'of-before' }],
    ['does not run', { container: { state: 'none' } }],
  ] as const)('are left alone while a pod %s: it may know the other logins as no super users', (_, change) => {
    const cluster = wishing(clusterOf(YOUNG), NOW_MS - 1_000);
    expect(steps(withPods(cluster, ({ name }) => (name === 'controller-1' ? change : undefined)))).toEqual([]);
  });

  test('are left alone while Kafka cannot be asked', () => {
    const cluster = wishing(clusterOf(YOUNG), NOW_MS - 1_000);
    expect(steps({ ...cluster, kafka: { state: 'unreachable', reason: 'gone' } })).toEqual([]);
  });
});

describe('the next passwords', () => {
  const next: HeldLogins = { ...YOUNG, other: { state: 'next', sinceMs: NOW_MS - 1_000 } };

  test('are given to Kafka where a broker refuses them, and nobody uses them before all brokers take them', () => {
    const plan = planPsc(clusterOf(next, { 'kafka-1': 'refuses' }), OPTIONS);
    expect(plan.writes).toEqual([{ kind: 'alter-logins', change: 'grant', mark: 'mark' }]);
    expect(plan.waits).toEqual([
      {
        task: 'passwords',
        reason: 'WaitingForPasswords',
        message: "kafka-1: the next passwords of the platform's users are not taken there yet",
      },
    ]);
    expect(checkPlan(plan, clusterOf(next, { 'kafka-1': 'refuses' }), HOLDER)).toEqual([]);
  });

  test('wait for brokers that do not answer, and nothing is sent for it again and again', () => {
    const plan = planPsc(clusterOf(next, { 'kafka-1': undefined }), OPTIONS);
    expect(plan.writes).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: 'WaitingForPasswords' }]);
  });

  test('are what everybody uses once every broker takes them', () => {
    const cluster = clusterOf(next);
    const plan = planPsc(cluster, OPTIONS);
    expect(kinds(plan)).toEqual(['rotate-passwords', 'event']);
    expect(plan.writes[0]).toMatchObject({ rotation: { step: 'switch', mark: 'mark' } });
    expect(plan.waits).toEqual([]);
    expect(checkPlan(plan, cluster, HOLDER)).toEqual([]);
  });

  test('are asked for past all caches only, and not while a broker is away', () => {
    const cached = { ...clusterOf(next), freshness: 'cached' } as const;
    expect(planPsc(cached, OPTIONS)).toMatchObject({ writes: [], asksForFreshRead: true });
    const without = withKafka(cached, ({ brokers }) => ({
      brokers: new Map([...brokers].filter(([id]) => id !== 1)),
    }));
    expect(planPsc(without, OPTIONS).asksForFreshRead).toBe(false);
  });

  test.each([['refuses'], [undefined]] as const)('are not handed out where a broker %s, says the judge', (answer) => {
    const cluster = clusterOf(next, { 'kafka-2': answer });
    expect(judged(cluster, { kind: 'rotate-passwords', rotation: { step: 'switch', mark: 'mark' } })).toEqual([
      'passwords are handed out that kafka-2 may not take',
    ]);
  });
});

describe('the former passwords', () => {
  const since = (agoMs: number): HeldLogins => ({ ...YOUNG, other: { state: 'former', sinceMs: NOW_MS - agoMs } });

  test('let in for three times as long as anybody believes them, and go from Kafka before they go from the Secret', () => {
    expect(planPsc(clusterOf(since(FORMER_LOGIN_MS - 1)), OPTIONS).writes).toEqual([]);
    const plan = planPsc(clusterOf(since(FORMER_LOGIN_MS)), OPTIONS);
    expect(kinds(plan)).toEqual(['alter-logins', 'rotate-passwords', 'event']);
    expect(plan.writes).toMatchObject([{ change: 'revoke' }, { rotation: { step: 'retire' } }, {}]);
    expect(checkPlan(plan, clusterOf(since(FORMER_LOGIN_MS)), HOLDER)).toEqual([]);
  });

  test('are nothing that anybody waits for, and are in the status with their end', () => {
    const plan = planPsc(clusterOf(since(60_000)), OPTIONS);
    expect(plan.waits).toEqual([]);
    expect(plan.status.passwords).toEqual({
      madeAt: time(NOW_MS - DAY_MS),
      formerUntil: time(NOW_MS - 60_000 + FORMER_LOGIN_MS),
    });
  });

  test.each([
    [{ kind: 'alter-logins', change: 'revoke', mark: 'mark' }],
    [{ kind: 'rotate-passwords', rotation: { step: 'retire', mark: 'mark' } }],
  ] as const)('stay while somebody may still use them, says the judge of %j', (write) => {
    expect(judged(clusterOf(since(2 * LOGIN_BELIEF_MS)), write)).toEqual([
      'passwords are taken away that somebody may still use',
    ]);
    expect(judged({ ...clusterOf(since(FORMER_LOGIN_MS)), freshness: 'cached' }, write)).toEqual([
      'passwords are replaced on what caches say',
    ]);
  });

  test('go before others are made, whoever asks', () => {
    expect(steps(wishing(clusterOf(since(60_000)), NOW_MS - 1_000))).toEqual([]);
    const cluster = clusterOf(since(60_000));
    expect(judged(cluster, { kind: 'rotate-passwords', rotation: { step: 'prepare', mark: 'mark' } })).toEqual([
      'passwords are made while others are still in use',
    ]);
  });
});

test('The status keeps what it says of passwords while nobody has looked at them', () => {
  const cluster = clusterOf(YOUNG);
  const status = { ...cluster.psc.status, passwords: { madeAt: time(0) } } as Observed['psc']['status'];
  const unseen = { ...cluster, psc: { ...cluster.psc, status }, credentials: { state: 'whole' } } as Observed;
  expect(planPsc(unseen, OPTIONS).status.passwords).toEqual({ madeAt: time(0) });
});

/** Read past all caches; every broker takes the next logins, but for some. */
function clusterOf(logins: HeldLogins, others: Readonly<Record<string, LoginAnswer | undefined>> = {}): Observed {
  const answers = BROKERS.map((pod) => [pod, pod in others ? others[pod] : 'accepts'] as const);
  return {
    ...runningCluster(examplePsc('aws')),
    credentials: { state: 'whole', logins },
    loginAnswers: new Map(answers.flatMap(([pod, answer]) => (answer === undefined ? [] : [[pod, answer] as const]))),
  };
}

function wishing(cluster: Observed, atMs: number): Observed {
  return edited(cluster, { maintenance: { passwordsRequestedAt: time(atMs) } });
}

function steps(cluster: Observed): readonly string[] {
  return planPsc(cluster, OPTIONS).writes.flatMap((write) =>
    write.kind === 'rotate-passwords' ? [write.rotation.step] : [],
  );
}

function kinds({ writes }: Plan): readonly string[] {
  return writes.map(({ kind }) => kind);
}

function judged(cluster: Observed, write: Write): readonly string[] {
  return checkPlan({ ...planPsc(cluster, OPTIONS), writes: [write] }, cluster, HOLDER);
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
