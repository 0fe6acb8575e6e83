import { describe, expect, test } from '@jest/globals';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed, ObservedClaim, QuorumView, ReachableKafka } from '../../../operators/psc/observed.ts';
import type { Plan, Write } from '../../../operators/psc/plan.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { HOLDER, NOW_MS, plan, runningCluster } from './observed-cluster.ts';

const POD = 'controller-2';
const ID = 1002;
const CLAIM = `data-${POD}`;
const RECORDED = `claim-${POD}`;
const whole = runningCluster(examplePsc('aws'));

describe('a controller whose volume claim is gone', () => {
  test('loses its vote first, which the status says along with it', () => {
    const lost = withoutVolume(whole);
    const planned = plan(lost);
    expect(writesOf(planned, 'remove-voter')).toEqual([
      { kind: 'remove-voter', voter: { pod: POD, id: ID, directory: `first-of-${ID}` } },
    ]);
    expect(rowOf(planned)).toMatchObject({ claimUid: RECORDED, joins: true });
    expect(claimsMade(planned)).toEqual([]);
    expect(stalledOf(planned)).toBe('False');
    expect(planned.waits.map(({ reason }) => reason)).toContain('ReplacingController');
    expect(checkPlan(planned, lost, HOLDER)).toEqual([]);
  });

  test('is looked at past all caches before', () => {
    const planned = plan({ ...withoutVolume(whole), freshness: 'cached' });
    expect(planned.asksForFreshRead).toBe(true);
    expect(writesOf(planned, 'remove-voter')).toEqual([]);
  });

  test.each<readonly [string, (observed: Observed) => Observed, RegExp]>([
    [
      'another is behind',
      (lost) => withQuorum(lost, ({ voters, ...rest }) => ({ ...rest, voters: behind(voters, 1000) })),
      /1 other controllers can vote/,
    ],
    [
      'another has lost its vote already',
      (lost) =>
        withQuorum(lost, ({ voters, ...rest }) => ({ ...rest, voters: voters.filter(({ id }) => id !== 1000) })),
      /1 other controllers can vote/,
    ],
    [
      'nobody leads',
      (lost) => withQuorum(lost, () => ({ leaderId: -1, leaderEpoch: 0, voters: [], joining: [] })),
      /no leader/,
    ],
    [
      'it still leads for all one knows',
      (lost) => withQuorum(lost, (quorum) => ({ ...quorum, leaderId: ID })),
      /can vote/,
    ],
    ['what is known of Kafka is old', (lost) => ({ ...lost, nowMs: NOW_MS + 60_000 }), /old/],
    ['its process runs', (lost) => ({ ...lost, pods: whole.pods }), /still runs/],
    ['another controller is being replaced', fencedBeside, /another controller is being replaced/],
  ])('keeps its vote while %s', (_, change, message) => {
    const planned = plan(change(withoutVolume(whole)));
    expect(writesOf(planned, 'remove-voter')).toEqual([]);
    expect(claimsMade(planned)).toEqual([]);
    expect(planned.waits.map((wait) => `${wait.reason}: ${wait.message}`)).toContainEqual(
      expect.stringMatching(new RegExp(`^ReplacingController: the volume of ${POD} .*${message.source}`)),
    );
  });

  test('is left to people where somebody has brought another claim', () => {
    const planned = plan({ ...withoutVolume(whole), claims: [...others(), claim({ uid: 'by-hand', volume: 'disk' })] });
    expect(writesOf(planned, 'remove-voter')).toEqual([]);
    expect(stalledOf(planned)).toBe('True');
  });

  test('is left alone in a pause, and it is said', () => {
    const lost = withoutVolume(whole);
    const paused = { ...lost.psc, spec: { ...lost.psc.spec, maintenance: { paused: true } } };
    const planned = plan({ ...lost, psc: paused });
    expect(planned.writes).toEqual([]);
    expect(planned.waits.map(({ reason }) => reason)).toContain('ReplacingController');
  });
});

describe('a controller that has lost its vote with its volume', () => {
  test('gets an empty claim that says which one it stands for', () => {
    const lost = withoutVote(withoutVolume(whole));
    const planned = plan(lost);
    const [made] = claimsMade(planned);
    expect(made?.metadata.annotations?.[ANNOTATIONS.replaces]).toBe(RECORDED);
    expect(checkPlan(planned, lost, HOLDER)).toEqual([]);
  });

  test('gets none before the status says that it joins', () => {
    const lost = withQuorum(withoutVolume(whole), dropVote);
    const planned = plan(lost);
    expect(claimsMade(planned)).toEqual([]);
    expect(rowOf(planned)).toMatchObject({ joins: true });
  });

  test('has what stands in the way of its claim deleted first, and nothing that may hold anything', () => {
    const lost = {
      ...withoutVote(withoutVolume(whole)),
      claims: [...others(), claim({ uid: 'made', isPlaceholder: true })],
    };
    const planned = plan(lost);
    expect(writesOf(planned, 'delete-claim')).toEqual([
      { kind: 'delete-claim', claim: { name: CLAIM, uid: 'made', resourceVersion: '1' } },
    ]);
    expect(claimsMade(planned)).toEqual([]);
    expect(checkPlan(planned, lost, HOLDER)).toEqual([]);
    const held = { ...lost, claims: [...others(), claim({ uid: 'made', volume: 'disk' })] };
    expect(checkPlan(planned, held, HOLDER)).toEqual([`${CLAIM} may hold something`]);
  });

  test('has the empty claim recorded as its own', () => {
    const made = {
      ...withoutVote(withoutVolume(whole)),
      claims: [...others(), claim({ uid: 'empty', replaces: RECORDED })],
    };
    expect(rowOf(plan(made))).toMatchObject({ claimUid: 'empty', joins: true });
  });

  test('is given a vote with its new directory, once it follows', () => {
    const settled = settledAnew();
    const follower = { id: ID, directory: 'another', isCaughtUp: true };
    const planned = plan(withQuorum(settled, (quorum) => ({ ...quorum, joining: [follower] })));
    expect(writesOf(planned, 'add-voter')).toEqual([
      { kind: 'add-voter', voter: { pod: POD, id: ID, directory: 'another' } },
    ]);
    const early = plan(withQuorum(settled, (quorum) => ({ ...quorum, joining: [{ ...follower, isCaughtUp: false }] })));
    expect(writesOf(early, 'add-voter')).toEqual([]);
  });

  test('writes nothing once it has it', () => {
    const settled = settledAnew();
    const voter = { id: ID, directory: 'another', isCaughtUp: true };
    const done = withQuorum(settled, ({ voters, ...rest }) => ({ ...rest, voters: [...voters, voter] }));
    expect(plan({ ...done, freshness: 'cached' }).writes.filter(({ kind }) => kind !== 'apply')).toEqual([]);
  });
});

describe('the judge of plans', () => {
  const idle = plan(whole);
  const judged = (write: Write, observed: Observed): readonly string[] =>
    checkPlan({ ...idle, writes: [write] }, observed, HOLDER);
  const voter = { pod: POD, id: ID, directory: 'any' };

  test('lets no controller lose a vote that has its volume, runs, leads, or is needed', () => {
    const led = withQuorum({ ...whole, freshness: 'fresh' }, ({ voters, ...rest }) => ({
      ...rest,
      leaderId: ID,
      voters: behind(voters, 1000),
    }));
    expect(judged({ kind: 'remove-voter', voter }, led)).toHaveLength(4);
    expect(judged({ kind: 'remove-voter', voter }, { ...led, freshness: 'cached' })).toEqual([
      `${POD} loses its vote on what nobody has just seen`,
    ]);
  });

  test('gives no vote twice, and none to one that is behind', () => {
    expect(judged({ kind: 'add-voter', voter }, { ...whole, freshness: 'fresh' })).toHaveLength(2);
  });

  test('lets no empty volume stand in for a vote', () => {
    const lost = withoutVolume(whole);
    const [made] = claimsMade(plan(withoutVote(lost)));
    if (made === undefined) throw new Error('no claim was made');
    expect(judged({ kind: 'apply', object: made }, lost)).toHaveLength(2);
  });
});

function others(): readonly ObservedClaim[] {
  return whole.claims.filter(({ name }) => name !== CLAIM);
}

function claim(facts: Partial<ObservedClaim>): ObservedClaim {
  const found = whole.claims.find(({ name }) => name === CLAIM);
  if (found === undefined) throw new Error(`there is no ${CLAIM}`);
  return { ...omit(found, 'volume'), ...facts };
}

/** Its pod finds no node. */
function withoutVolume(observed: Observed): Observed {
  const objects = new Map([...observed.objects].filter(([key]) => !key.endsWith(CLAIM)));
  const pods = observed.pods.map((pod) => {
    if (pod.name !== POD) return pod;
    return {
      ...omit(pod, 'node'),
      container: { state: 'none' } as const,
      ready: 'False' as const,
      containersReady: 'False' as const,
    };
  });
  const late = withQuorum(observed, ({ voters, ...rest }) => ({ ...rest, voters: behind(voters, ID) }));
  return { ...late, objects, pods, claims: others(), freshness: 'fresh' };
}

function withoutVote(observed: Observed): Observed {
  const { psc } = withQuorum(observed, dropVote);
  const controllers = psc.status?.controllers?.map((row) => (row.pod === POD ? { ...row, joins: true } : row)) ?? [];
  return { ...withQuorum(observed, dropVote), psc: { ...psc, status: { ...psc.status, controllers } } };
}

/** It runs on the empty volume that was made for it. */
function settledAnew(): Observed {
  const lost = withoutVote(withoutVolume(whole));
  const controllers = lost.psc.status?.controllers?.map((row) =>
    row.pod === POD ? { ...row, claimUid: 'empty' } : row,
  );
  const status = { ...lost.psc.status, ...(controllers === undefined ? {} : { controllers }) };
  const claims = [...others(), claim({ uid: 'empty', volume: 'new-disk', replaces: RECORDED })];
  return { ...lost, psc: { ...lost.psc, status }, claims, pods: whole.pods };
}

function dropVote({ voters, ...rest }: QuorumView): QuorumView {
  return { ...rest, voters: voters.filter(({ id }) => id !== ID) };
}

function behind(voters: QuorumView['voters'], late: number): QuorumView['voters'] {
  return voters.map((voter) => (voter.id === late ? { ...voter, isCaughtUp: false } : voter));
}

function withQuorum(observed: Observed, change: (quorum: QuorumView) => QuorumView): Observed {
  const kafka = observed.kafka as ReachableKafka;
  return { ...observed, kafka: { ...kafka, quorum: change(kafka.quorum) } };
}

function fencedBeside(observed: Observed): Observed {
  const fence = {
    zone: 'any',
    role: 'controller',
    holder: HOLDER,
    members: [{ name: 'controller-0', uid: 'uid' }],
  } as const;
  return { ...observed, psc: { ...observed.psc, status: { ...observed.psc.status, fence } } };
}

function writesOf({ writes }: Plan, kind: Write['kind']): readonly Write[] {
  return writes.filter((write) => write.kind === kind);
}

function claimsMade({ writes }: Plan): readonly Extract<Write, { readonly kind: 'apply' }>['object'][] {
  return writes.flatMap((write) =>
    write.kind === 'apply' && write.object.metadata.name === CLAIM ? [write.object] : [],
  );
}

function rowOf({ status }: Plan): unknown {
  return status.controllers?.find(({ pod }) => pod === POD);
}

function stalledOf({ conditions }: Plan): unknown {
  return conditions.find(({ type }) => type === 'Stalled')?.status;
}
