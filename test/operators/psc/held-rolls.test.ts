import { describe, expect, it } from '@jest/globals';
import type { MaintenanceWindow } from '../../../contracts/gen/psc-types.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { afterPass, edited, NOW_MS, plan, runningCluster, withKafka, withPods } from './observed-cluster.ts';
import { fenced, kafka, reasons } from './plan-parts.ts';

const running = runningCluster(examplePsc('aws'));
/** A cluster whose pods are all to be replaced. */
const due = afterPass(edited(running, { kafka: kafka({ image: 'b' }) }));

/** NOW_MS is a Thursday's midnight by UTC. */
const OPEN: MaintenanceWindow = { days: ['Wednesday'], start: '23:30', durationMinutes: 60 };
const CLOSED: MaintenanceWindow = {
  days: ['Saturday'],
  start: '02:00',
  durationMinutes: 120,
  timeZone: 'Europe/Berlin',
};

const within = (observed: Observed, ...maintenanceWindows: readonly MaintenanceWindow[]): Observed =>
  edited(observed, { maintenanceWindows });

describe('a roll with maintenance windows', () => {
  it('begins in one of them', () => {
    expect(fenced(plan(within(due, CLOSED, OPEN))).pods).toHaveLength(1);
  });

  it('waits outside of them, says for which, and does not look again each second', () => {
    const next = plan(within(due, CLOSED));
    expect(next.status.fence).toBeUndefined();
    expect(reasons(next)['flotilla.dev/Rolling']).toBe('OutsideMaintenanceWindow');
    expect(next.waits).toMatchObject([{ message: 'pods that work are replaced from Saturday 02:00 Europe/Berlin on' }]);
    expect(next.lookAgainMs).toBe(plan(running).lookAgainMs);
  });

  it('gives up a batch that nothing has happened to when the window closes, and ends one that has begun', () => {
    const withFence = afterPass(due);
    const [pod] = fenced(plan(withFence)).pods;
    expect(pod).toBeDefined();
    expect(plan(within(withFence, CLOSED)).status.fence).toBeUndefined();
    const begun = withPods(withFence, ({ name }) =>
      name === pod ? { uid: 'new', ready: 'False', containersReady: 'False' } : undefined,
    );
    expect(fenced(plan(within(begun, CLOSED))).pods).toEqual([pod]);
  });

  it('repairs at any time what does not work', () => {
    const broken = withPods(within(due, CLOSED), ({ name }) =>
      name === 'kafka-2'
        ? { container: { state: 'waiting', reason: 'CrashLoopBackOff', restarts: 5 }, ready: 'False' }
        : undefined,
    );
    expect(fenced(plan(broken))).toEqual({ role: 'broker', pods: ['kafka-2'] });
  });

  it('with a clock that nobody knows is refused, and the running cluster left alone', () => {
    expect(() => plan(within(due, { ...CLOSED, timeZone: 'Europe/Atlantis' }))).toThrow(
      /spec\.maintenanceWindows\[0\]\.timeZone is "Europe\/Atlantis"/,
    );
  });
});

describe('Secrets that are gone', () => {
  const lost = { ...due, credentials: { state: 'lost', reason: 'kafka-ca is gone' } } as const;

  it('hold every roll up: no pod could come back', () => {
    const next = plan(lost);
    expect(next.status.fence).toBeUndefined();
    expect(reasons(next)).toMatchObject({ Stalled: 'CredentialsLost', 'flotilla.dev/Rolling': 'CredentialsLost' });
  });

  it('are said of a cluster that does not change, and in a pause', () => {
    const still = { ...running, credentials: lost.credentials };
    expect(reasons(plan(still))).toMatchObject({
      Stalled: 'CredentialsLost',
      'flotilla.dev/ClusterResizing': 'ClusterNotResizing',
    });
    expect(reasons(plan(edited(still, { maintenance: { paused: true } })))['Stalled']).toBe('CredentialsLost');
  });

  it('leave the repair of what does not work alone, from one pass to the next', () => {
    const broken = withPods(lost, ({ name }) =>
      name === 'kafka-2'
        ? { container: { state: 'waiting', reason: 'CrashLoopBackOff', restarts: 5 }, ready: 'False' }
        : undefined,
    );
    expect(fenced(plan(broken)).pods).toEqual(['kafka-2']);
    expect(fenced(plan(afterPass(broken))).pods).toEqual(['kafka-2']);
  });

  it('take an untouched batch back', () => {
    expect(plan({ ...afterPass(due), credentials: lost.credentials }).status.fence).toBeUndefined();
  });
});

describe('a volume that is gone', () => {
  it('is said in a pause too', () => {
    const claims = running.claims.filter(({ name }) => name !== 'data-kafka-1');
    const paused = edited({ ...running, claims }, { maintenance: { paused: true } });
    expect(reasons(plan(paused))['Stalled']).toBe('VolumeLost');
  });
});

describe('brokers that are placed no longer', () => {
  it('stay in the status, for the balancer to empty them', () => {
    const six = runningCluster(examplePsc('aws', { brokers: 6 }));
    const smaller = afterPass(edited(six, { kafka: kafka({ brokers: 3 }) }));
    const rows = plan(smaller).status.brokers ?? [];
    expect(rows.map(({ pod, state }) => [pod, state])).toEqual([
      ['kafka-0', 'InSync'],
      ['kafka-1', 'InSync'],
      ['kafka-2', 'InSync'],
      ['kafka-3', 'Draining'],
      ['kafka-4', 'Draining'],
      ['kafka-5', 'Draining'],
    ]);
    const again = plan(afterPass(smaller)).status.brokers ?? [];
    expect(again).toHaveLength(6);
    expect(again.at(-1)?.claimUid).toBe('claim-kafka-5');
  });
});

describe('a dynamic setting', () => {
  it('waits for the quorum, whose repair a write that fails would hold up', () => {
    const config = { 'log.retention.ms': '7200000' };
    const changed = edited(runningCluster(examplePsc('aws')), { kafka: kafka({ config }) });
    const kinds = (observed: Observed): readonly string[] => plan(observed).writes.map(({ kind }) => kind);
    expect(kinds(changed)).toContain('alter-cluster-settings');
    const lost = withKafka(changed, ({ quorum }) => ({ quorum: { ...quorum, leaderId: -1 } }));
    expect(kinds(lost)).not.toContain('alter-cluster-settings');
  });
});

describe('a setting that the platform owns', () => {
  it('is taken by a restart, though brokers would take it while they run: nobody sets it there', () => {
    const tiered = (localRetentionMs: string) => ({ bucket: 'acme-orders', prefix: 'orders', localRetentionMs });
    const before = runningCluster(examplePsc('aws', { kafka: { tieredStorage: tiered('3600000') } }));
    const kafkaSpec = before.psc.spec.kafka;
    if (kafkaSpec === undefined) throw new Error('no Kafka');
    const changed = afterPass(edited(before, { kafka: { ...kafkaSpec, tieredStorage: tiered('7200000') } }));
    const { kafka: view } = changed;
    if (view.state === 'unreachable') throw new Error('Kafka cannot be asked');
    const dynamicSettings = new Set([...view.dynamicSettings, 'log.local.retention.ms']);
    const next = plan({ ...changed, kafka: { ...view, dynamicSettings } });
    expect(next.waits.map(({ reason }) => reason)).not.toContain('ChangingSettings');
    expect(fenced(next).pods).toHaveLength(1);
  });
});

it('is a Thursday', () => {
  expect(new Date(NOW_MS).getUTCDay()).toBe(4);
});
