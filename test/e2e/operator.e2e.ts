import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerLoad } from '../../cli/balance/broker-loads.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import { NAMESPACES, pscNamespace } from '../../contracts/names.ts';
import { GROWTH_FACTOR } from '../../operators/psc/plan-claims.ts';
import { eventually } from '../local/eventually.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { LEDGER, type Ledger, makeLedger } from './support/ledger.ts';
import {
  brokersOf,
  diskSizes,
  grownTo,
  isBalanced,
  isRollingBrokers,
  isSettled,
  isSpread,
  reasonOf,
  shrunkTo,
  stateOf,
} from './support/ledger-status.ts';
import { askTool, type JavaClientFiles, type KafkaTools, kafkaTools } from './support/kafka-tools.ts';
import { type Load, startLoad } from './support/load.ts';

/** Of one change of a cluster on a machine that does much else. */
const CHANGE_MAX_MS = 10 * 60 * 1000;

jest.setTimeout(2 * CHANGE_MAX_MS);

/** Goals of issue 6 for the longest wait, on quiet cores. */
const PLANNED_MAX_MS = 3_000;
const LOSS_MAX_MS = 15_000;

/** Of 8 KiB each: 2.1 MB/s. */
const RECORDS_PER_SECOND = 260;

/** One load all the way; what was lost or doubled by then shows at the end. */
describe('a cluster under load, in the hands of the operator', () => {
  let region: TestRegion;
  let ledger: Ledger;
  let load: Load | undefined;
  let folder: string;
  let tools: KafkaTools;
  let files: JavaClientFiles;
  let beganMs: number;
  /** Of the last seconds before a change. */
  let restP99Ms = 0;

  beforeAll(
    async () => {
      region = await testRegion();
      folder = await mkdtemp(join(tmpdir(), 'flotilla-ledger-'));
      ledger = await makeLedger(region.local);
      await ledger.when(isSettled(3), CHANGE_MAX_MS);
      tools = await kafkaTools();
      files = await ledger.clientFiles(folder, 6);
      load = await startLoad({ ...files, topicPrefix: 'load-', recordsPerSecond: RECORDS_PER_SECOND });
      await flowsEvenly();
      beganMs = performance.now();
    },
    UP_MAX_MS + 2 * CHANGE_MAX_MS,
  );

  afterAll(async () => {
    await region.flotilla('fault', 'heal');
    load?.kill();
    await ledger.remove(CHANGE_MAX_MS);
    await tools.remove();
    await rm(folder, { recursive: true });
  }, 2 * CHANGE_MAX_MS);

  it('takes a setting that brokers take while they run, and replaces no pod', async () => {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: { config: { 'message.max.bytes': '2000000' } } });
    await ledger.when(isSettled(3), CHANGE_MAX_MS);
    expect(await ledger.podUids()).toEqual(before);
    await tellLongestWait('dynamic setting', PLANNED_MAX_MS);
  });

  it('lets a volume that fills grow by half, replaces no pod, and says so', async () => {
    const before = await ledger.podUids();
    const sizes = diskSizes((await ledger.psc()).status);
    const filling = 'kafka-1';
    const grown = Math.ceil((sizes[filling] ?? 0) * GROWTH_FACTOR);
    expect((await region.flotilla('fault', 'fill-disk', `${LEDGER}/${filling}`, '80')).code).toBe(0);
    // At rest the operator looks at the disks every three minutes; a change makes it look now.
    await ledger.edit({ kafka: { config: { 'message.max.bytes': '2100000' } } });
    await ledger.when(({ status }) => diskSizes(status)[filling] === grown, CHANGE_MAX_MS);
    expect((await region.flotilla('fault', 'heal')).code).toBe(0);
    await ledger.when(isSettled(3), CHANGE_MAX_MS);
    expect(await ledger.podUids()).toEqual(before);
    const events = await ledger.kubectl(['--namespace', pscNamespace(LEDGER), 'get', 'events', '--output=json']);
    const { items } = JSON.parse(events) as { readonly items: readonly { reason: string; message: string }[] };
    // The load fills the others too, in its time.
    expect(items.filter(({ reason }) => reason === 'VolumeGrown').map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`${filling} grows from ${sizes[filling] ?? 0} to ${grown} GiB`),
    );
    await tellLongestWait('volume grown', PLANNED_MAX_MS);
  });

  it('rolls for a setting that needs a restart, every pod once', async () => {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: { config: { 'group.max.size': '600' } } });
    await ledger.when(isSettled(3), CHANGE_MAX_MS);
    expectReplaced(before, await ledger.podUids(), /./);
    await tellLongestWait('roll', PLANNED_MAX_MS);
  });

  it('ends a roll in which a broker of another zone was killed and then a zone lost, and touches no other zone while it is', async () => {
    const before = await ledger.podUids();
    const home = await ledger.controller('operator');
    await ledger.edit(brokersOf(1_900));
    const first = await ledger.when(isRollingBrokers, CHANGE_MAX_MS);
    const other = first.status?.brokers?.find(({ zone }) => zone !== first.status?.fence?.zone);
    expect((await region.flotilla('fault', 'kill', `${LEDGER}/${other?.pod ?? ''}`)).code).toBe(0);
    const { status } = await ledger.when(
      (psc) => isRollingBrokers(psc) && psc.status?.fence?.zone !== first.status?.fence?.zone,
      CHANGE_MAX_MS,
    );
    // The operator of the local region is one pod, which would wait for its zone.
    const zone = region.local.layout.nodes
      .map((node) => node.zone)
      .find((each) => each !== status?.fence?.zone && each !== home.zone);
    expect((await region.flotilla('fault', 'zone-down', zone ?? '')).code).toBe(0);
    const held = await ledger.when(({ status: now }) => now?.fence?.zone !== status?.fence?.zone, CHANGE_MAX_MS);
    expect(reasonOf(held.status, 'flotilla.dev/Ready')).not.toBe('AllBrokersInSync');
    await flows();
    // The lost broker itself may be replaced, which is its repair; nobody else.
    expect([undefined, zone]).toContain((await ledger.psc()).status?.fence?.zone);
    expect((await region.flotilla('fault', 'heal')).code).toBe(0);
    await ledger.when(isSettled(3), CHANGE_MAX_MS);
    expectReplaced(before, await ledger.podUids(), /^kafka-/);
    await tellLongestWait('broker killed, zone lost in a roll', LOSS_MAX_MS);
  });

  it('grows from one CKU to two, six brokers in three zones, although the operator is killed in the middle', async () => {
    await ledger.edit(grownTo(2));
    await ledger.when(
      ({ status }) => reasonOf(status, 'flotilla.dev/ClusterResizing') === 'WaitingForPods',
      CHANGE_MAX_MS,
    );
    const { pod } = await ledger.controller('operator');
    expect((await region.flotilla('fault', 'kill', pod)).code).toBe(0);
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
    await tellLongestWait('growth, operator killed', PLANNED_MAX_MS);
  });

  it('spreads its data over all six by itself, although the balancer is killed in the middle', async () => {
    // On a fast machine it may have ended while the growth was looked at.
    if ((await ledger.psc()).status?.balance?.state === 'Moving') {
      const { pod } = await ledger.controller('balancer');
      expect((await region.flotilla('fault', 'kill', pod)).code).toBe(0);
    }
    await eventually(brokerLoads, isSpread, CHANGE_MAX_MS, EVEN_LOOK_MS);
    const { status } = await ledger.when(isBalanced, CHANGE_MAX_MS);
    expect(reasonOf(status, 'flotilla.dev/Balancing')).toBe('Balanced');
    await tellLongestWait('spread over six, balancer killed', PLANNED_MAX_MS);
  });

  it('lets a node be drained with two brokers of its zone on it, and loses nobody', async () => {
    const [{ name, zone } = { name: '', zone: '' }] = region.local.layout.nodes;
    const before = await ledger.podUids();
    try {
      await insist(['drain', name, '--ignore-daemonsets', '--delete-emptydir-data']);
    } finally {
      await ledger.kubectl(['uncordon', name]);
    }
    const { status } = await ledger.when(isSettled(6), CHANGE_MAX_MS);
    const rows = [...(status?.brokers ?? []), ...(status?.controllers ?? [])];
    const own = rows.filter((row) => row.zone === zone).map(({ pod }) => pod);
    expect(own).toHaveLength(3);
    expectReplaced(before, await ledger.podUids(), new RegExp(`^(${own.join('|')})$`));
    await tellLongestWait(`drain of ${name}`, PLANNED_MAX_MS);
  });

  it('gives what a broker held to the others when its node takes it no more, and takes it back when it does', async () => {
    const undo = await patienceOfBalancer('1');
    const node = await ledger.nodeOf(GONE);
    await ledger.kubectl(['cordon', node]);
    await ledger.kubectl(['--namespace', pscNamespace(LEDGER), 'delete', 'pod', GONE, '--grace-period=0', '--force']);
    await eventually(replicasOnGone, (count) => count === 0, CHANGE_MAX_MS, EVEN_LOOK_MS);
    await eventually(underReplicated, (partitions) => partitions === '', CHANGE_MAX_MS, EVEN_LOOK_MS);
    const { status } = await ledger.when(isBalanced, CHANGE_MAX_MS);
    expect(stateOf(status, GONE)).not.toBe('InSync');
    expect(reasonOf(status, 'flotilla.dev/Ready')).not.toBe('AllBrokersInSync');
    // Nobody wants what it held to be brought back now.
    expect((await region.flotilla('balance', 'drain', LEDGER, GONE)).code).toBe(0);
    await ledger.kubectl(['uncordon', node]);
    await ledger.when(isSettled(6), CHANGE_MAX_MS);
    await undo();
    await tellLongestWait('broker gone for good', LOSS_MAX_MS);
  });

  it('keeps a broker empty that shall be emptied, and proves it', async () => {
    const { code, out } = await region.flotilla('balance', 'drain', LEDGER, GONE, '--wait');
    expect([code, out]).toEqual([0, expect.stringContaining(`${GONE}: proven to be empty`)]);
    expect(await replicasOnGone()).toBe(0);
  });

  it('shrinks from two CKUs to one although balancer and operator are killed in turn, and keeps no volume', async () => {
    await ledger.edit(shrunkTo(1));
    await ledger.when(({ status }) => status?.balance?.state === 'Moving', CHANGE_MAX_MS);
    const balancer = await ledger.controller('balancer');
    expect((await region.flotilla('fault', 'kill', balancer.pod)).code).toBe(0);
    await ledger.when(
      ({ status }) => reasonOf(status, 'flotilla.dev/ClusterResizing') === 'StoppingBrokers',
      CHANGE_MAX_MS,
    );
    const operator = await ledger.controller('operator');
    expect((await region.flotilla('fault', 'kill', operator.pod)).code).toBe(0);
    const { status } = await ledger.when(
      (psc) => isSettled(3)(psc) && psc.status?.leaving === undefined,
      2 * CHANGE_MAX_MS,
    );
    expect(status?.brokers?.map(({ pod }) => pod)).toEqual(['kafka-0', 'kafka-1', 'kafka-2']);
    expect(reasonOf(status, 'flotilla.dev/ClusterResizing')).toBe('ClusterNotResizing');
    expect(await ledger.volumesOf('kafka')).toEqual(['data-kafka-0', 'data-kafka-1', 'data-kafka-2']);
    expect(await underReplicated()).toBe('');
    await tellLongestWait('shrink 6 to 3, both killed', PLANNED_MAX_MS);
  });

  it('has lost nothing that it acknowledged, doubled nothing and kept the order of each key', async () => {
    const { acknowledged, failed, missing, outOfPlace, failure } = await running().stop();
    tell(`${acknowledged} records acknowledged, ${failed} given up${failure === '' ? '' : ` (${failure})`}`);
    expect(acknowledged).toBeGreaterThan(10_000);
    // What a starved machine makes the client give up after thirty seconds is missing, and nothing else.
    expect(missing).toBeLessThanOrEqual(failed);
    if (failed === 0) expect(outOfPlace).toBe(0);
  });

  /** Of each broker, as it is. */
  async function brokerLoads(): Promise<readonly BrokerLoad[]> {
    const { code, out, err } = await region.flotilla('balance', 'plan', LEDGER, '--json');
    if (code !== 0) throw new Error(err);
    return (JSON.parse(out) as { readonly brokers: { readonly before: readonly BrokerLoad[] } }).brokers.before;
  }

  /** A command of these tests has a minute; one that waits for longer is given again until it ends well. */
  async function insist(args: readonly string[]): Promise<void> {
    const failure = async (): Promise<string> => {
      try {
        await ledger.kubectl([...args, '--timeout=45s']);
        return '';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    await eventually(failure, (text) => text === '', CHANGE_MAX_MS);
  }

  async function replicasOnGone(): Promise<number> {
    return (await brokerLoads()).find(({ id }) => id === ordinalOf(GONE))?.replicas ?? 0;
  }

  /** As Kafka's own tool tells them, a line each. */
  async function underReplicated(): Promise<string> {
    const call = { tools, ...files, timeoutMs: CHANGE_MAX_MS };
    return await askTool(call, 'kafka-topics.sh', '--describe', '--under-replicated-partitions');
  }

  /** Lets the region's balancer count a broker as gone after so many minutes; resolves with what gives it back its own. */
  async function patienceOfBalancer(minutes: string): Promise<() => Promise<void>> {
    const deployment = ['--namespace', NAMESPACES.system, 'deployment/balancer'];
    const args = { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: `--dead-after=${minutes}` };
    await ledger.kubectl(['patch', ...deployment, '--type=json', '--patch', JSON.stringify([args])]);
    await insist(['rollout', 'status', ...deployment]);
    return async () => {
      await ledger.kubectl(['rollout', 'undo', ...deployment]);
      await insist(['rollout', 'status', ...deployment]);
    };
  }

  function running(): Load {
    if (load === undefined) throw new Error('the load has not started');
    return load;
  }

  /**
   * Resolves when no record has waited for long since the last look: client and brokers are warm, and nothing is queued. On a
   * machine that does much else that may never be, and it is not waited for longer than some time.
   */
  async function flowsEvenly(): Promise<void> {
    const endMs = performance.now() + EVEN_WAIT_MS;
    const longest = async (): Promise<number> => {
      const { ms, p99Ms } = await running().longestWait();
      restP99Ms = p99Ms;
      return ms;
    };
    const isEven = (ms: number): boolean => (ms > 0 && ms < EVEN_MAX_MS) || performance.now() > endMs;
    await eventually(longest, isEven, CHANGE_MAX_MS, EVEN_LOOK_MS);
  }

  /** Resolves when all that was answered since the last look was acknowledged, if slowly. */
  async function flows(): Promise<void> {
    const longest = async (): Promise<number> => (await running().longestWait()).ms;
    await eventually(longest, (ms) => ms > 0 && ms < GIVEN_UP_MS, CHANGE_MAX_MS, EVEN_LOOK_MS);
  }

  /** Printed, not asserted: it is the machine's as much as the operator's. The next change begins when nothing is queued. */
  async function tellLongestWait(what: string, goalMs: number): Promise<void> {
    const { ms, partition, until, p99Ms } = await running().longestWait();
    const beforeMs = restP99Ms;
    await flowsEvenly();
    const tookS = Math.round((performance.now() - beganMs) / 1000);
    beganMs = performance.now();
    const took = `${String(tookS).padStart(4)} s`;
    tell(
      `${what.padEnd(28)} ${took}, longest wait ${String(ms).padStart(6)} ms, goal ${goalMs} ms (${partition} until ${until}), p99 ${p99Ms} ms, before ${beforeMs} ms`,
    );
  }
});

/** Of the six, the one whose node takes it no more. */
const GONE = 'kafka-5';

const EVEN_MAX_MS = 1_000;
const EVEN_LOOK_MS = 5_000;
const EVEN_WAIT_MS = 10_000;
/** The load's delivery.timeout.ms. */
const GIVEN_UP_MS = 30_000;

/** The pods whose names match were replaced, and no others. */
function expectReplaced(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  names: RegExp,
): void {
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  const replaced = Object.keys(before).filter((pod) => after[pod] !== before[pod]);
  expect(replaced.sort()).toEqual(
    Object.keys(before)
      .filter((pod) => names.test(pod))
      .sort(),
  );
}

/** At once, a line each: whoever waits for the tests sees it. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
