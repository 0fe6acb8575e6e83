import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCondition } from '../../contracts/conditions.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { type Ledger, makeLedger } from './support/ledger.ts';
import { type Load, startLoad } from './support/load.ts';

/** Of one change of a cluster on a machine that does much else. */
const CHANGE_MAX_MS = 10 * 60 * 1000;

jest.setTimeout(CHANGE_MAX_MS);

/** One load all the way; what was lost or doubled by then shows at the end. */
describe('a cluster under load, in the hands of the operator', () => {
  let region: TestRegion;
  let ledger: Ledger;
  let load: Load | undefined;
  let folder: string;
  const pauses: string[] = [];

  beforeAll(async () => {
    region = await testRegion();
    folder = await mkdtemp(join(tmpdir(), 'flotilla-ledger-'));
    ledger = await makeLedger(region.local);
    await ledger.when(isSettled(3), CHANGE_MAX_MS);
    load = await startLoad({ ...(await ledger.clientFiles(folder, 6)), topicPrefix: 'load-', recordsPerSecond: 500 });
    await running().longestWait();
  }, UP_MAX_MS + CHANGE_MAX_MS);

  afterAll(async () => {
    await region.flotilla('fault', 'heal');
    load?.kill();
    await ledger.remove(CHANGE_MAX_MS);
    await rm(folder, { recursive: true });
    process.stdout.write(`longest wait for an acknowledgement:\n${pauses.join('\n')}\n`);
  }, 2 * CHANGE_MAX_MS);

  it('grows from one CKU to two: six brokers in three zones', async () => {
    await ledger.edit(grownTo(2));
    const { status } = await ledger.when(isSettled(6), CHANGE_MAX_MS);
    expect(new Set(status?.brokers?.map(({ zone }) => zone)).size).toBe(3);
    expect(status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'flotilla.dev/ClusterResizing',
          status: 'False',
          reason: 'ClusterNotResizing',
        }),
        expect.objectContaining({ type: 'flotilla.dev/Rolling', status: 'False', reason: 'ClusterNotRolling' }),
      ]),
    );
    await pause('growth', 3_000);
  });

  it('takes a setting that brokers take while they run, and replaces no pod', async () => {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: { config: { 'message.max.bytes': '2000000' } } });
    await ledger.when(isSettled(6), CHANGE_MAX_MS);
    expect(await ledger.podUids()).toEqual(before);
    await pause('dynamic setting', 3_000);
  });

  it('rolls for a setting that needs a restart, every pod once', async () => {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: { config: { 'queued.max.requests': '600' } } });
    await ledger.when(isSettled(6), CHANGE_MAX_MS);
    const after = await ledger.podUids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [pod, uid] of Object.entries(before)) expect({ pod, uid: after[pod] }).not.toEqual({ pod, uid });
    await pause('roll', 3_000);
  });

  it('has lost nothing that it acknowledged', async () => {
    const { acknowledged, failed, missing } = await running().stop();
    expect(acknowledged).toBeGreaterThan(10_000);
    // What a starved machine makes the client give up after thirty seconds is missing, and nothing else.
    expect(missing).toBeLessThanOrEqual(failed);
  });

  function running(): Load {
    if (load === undefined) throw new Error('the load has not started');
    return load;
  }

  /** Printed, not asserted: it is the machine's as much as the operator's. */
  async function pause(what: string, goalMs: number): Promise<void> {
    pauses.push(`${what.padEnd(34)} ${String(await running().longestWait()).padStart(6)} ms  goal ${goalMs} ms`);
  }
});

function grownTo(ckus: number): unknown {
  const pods = (zone: number): readonly string[] =>
    Array.from({ length: ckus }, (_, index) => `kafka-${zone + 3 * index}`);
  const placement = { 'local-a': { pods: pods(0) }, 'local-b': { pods: pods(1) }, 'local-c': { pods: pods(2) } };
  return { kafka: { ckus, placement } };
}

function reasonOf(status: PhysicalStatefulCluster['status'], type: Parameters<typeof findCondition>[1]): string {
  return findCondition(status?.conditions, type)?.reason ?? '';
}

/** Nothing is to be done for the newest spec, and that many brokers serve. */
function isSettled(brokers: number): (psc: PhysicalStatefulCluster) => boolean {
  return ({ metadata, status }) =>
    status?.observedGeneration === metadata['generation'] &&
    status?.brokerCount === brokers &&
    reasonOf(status, 'flotilla.dev/Ready') === 'AllBrokersInSync' &&
    reasonOf(status, 'Reconciling') === 'UpToDate' &&
    status.fence === undefined;
}
