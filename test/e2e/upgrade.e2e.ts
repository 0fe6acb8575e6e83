import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PATHS } from '../../cli/project.ts';
import { findCondition } from '../../contracts/conditions.ts';
import { imageReference, KAFKA_IMAGES, type KafkaVersion } from '../../contracts/images.ts';
import { LABELS } from '../../contracts/labels.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { isSettled, reasonOf } from './support/ledger-status.ts';
import { LEDGER, type Ledger, makeLedger } from './support/ledger.ts';
import { askTool, type KafkaTools, kafkaTools, type ToolCall } from './support/kafka-tools.ts';
import { startVerifiedLoad, type VerifiedLoad } from './support/verified-load.ts';

/** Of six pods, one after the other, on a machine that does much else. */
const ROLL_MAX_MS = 10 * 60_000;

jest.setTimeout(ROLL_MAX_MS);

const BEFORE = '4.2.1';
const NEWEST = '4.3.1';
/** Levels of metadata.version, which `kafka-features.sh` calls by these names. */
const LEVELS = { [BEFORE]: { level: 29, name: '4.2-IV1' }, [NEWEST]: { level: 30, name: '4.3-IV0' } } as const;

const TOPIC = 'upgraded';
const RECORDS_PER_SECOND = 100;

/**
 * Two more rolls of six pods, a soak and a refusal cost nine minutes more: with processes alone `kafka/upgrade.e2e.ts` goes back
 * and finishes each time, here that is for who asks.
 */
const toTheEnd = process.env['FLOTILLA_UPGRADE'] === 'to-the-end' ? it : (): void => undefined;

/** One load all the way; what was lost by then shows at the end. */
describe('a cluster that was made by Kafka 4.2.1, while Kafka’s verifiable producer and consumer use it', () => {
  let region: TestRegion;
  let ledger: Ledger;
  let load: VerifiedLoad | undefined;
  let folder: string;
  let tools: KafkaTools;
  let call: ToolCall;
  let beganMs: number;

  beforeAll(
    async () => {
      region = await testRegion('--kafka', BEFORE);
      folder = await mkdtemp(join(tmpdir(), 'flotilla-upgrade-'));
      tools = await kafkaTools();
      beganMs = performance.now();
      ledger = await makeLedger(region.local, { ...kafkaOf(BEFORE), featureSoakMinutes: LONG_SOAK_MINUTES });
      await ledger.when(isSettled(3), ROLL_MAX_MS);
      call = { tools, ...(await ledger.clientFiles(folder, 3)), timeoutMs: ROLL_MAX_MS };
      await askTool(call, 'kafka-topics.sh', '--create', '--topic', TOPIC, '--partitions 12', '--replication-factor 3');
      load = await startVerifiedLoad({ ...call, topic: TOPIC, recordsPerSecond: RECORDS_PER_SECOND });
      await load.flows();
      tellPause('made');
    },
    UP_MAX_MS + 2 * ROLL_MAX_MS,
  );

  afterAll(async () => {
    load?.kill();
    await ledger.remove(ROLL_MAX_MS);
    await tools.remove();
    await rm(folder, { recursive: true });
  }, 2 * ROLL_MAX_MS);

  it('runs that version in every pod, with its features, and asks its topic policy', async () => {
    expect(await imagesOfPods()).toEqual(new Set([kafkaOf(BEFORE).image]));
    expect(await finalizedVersion()).toBe(LEVELS[BEFORE].name);
    const unsafe = askTool(
      call,
      ...(['kafka-topics.sh', '--create', '--topic', 'unsafe', '--partitions 1', '--replication-factor 3'] as const),
      ...['--config', 'min.insync.replicas=3'],
    );
    await expect(unsafe).rejects.toThrow(/PolicyViolationException/);
  });

  it('is rolled to 4.3.1 by an edit of its spec, and keeps the features that it has', async () => {
    await roll(NEWEST);
    expect((await ledger.psc()).status?.features).toMatchObject({
      metadataLevel: LEVELS[BEFORE].level,
      version: NEWEST,
      finishedAt: expect.any(String) as unknown,
    });
    expect(await finalizedVersion()).toBe(LEVELS[BEFORE].name);
    tellPause('4.2.1 ▶ 4.3.1');
  });

  toTheEnd('is taken back by the same edit, while nothing of it is finished', async () => {
    await roll(BEFORE);
    expect(await finalizedVersion()).toBe(LEVELS[BEFORE].name);
    tellPause('back to 4.2.1');
  });

  toTheEnd('is rolled forward again, and finishes what 4.3.1 brings when the soak is over', async () => {
    await ledger.edit({ kafka: { featureSoakMinutes: SHORT_SOAK_MINUTES } });
    await roll(NEWEST);
    await ledger.when(
      (psc) => isSettled(3)(psc) && psc.status?.features?.metadataLevel === LEVELS[NEWEST].level,
      ROLL_MAX_MS,
    );
    expect(await finalizedVersion()).toBe(LEVELS[NEWEST].name);
    tellPause('4.2.1 ▶ 4.3.1, finished');
  });

  toTheEnd('refuses the way back from then on, says why, and no pod is touched', async () => {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: kafkaOf(BEFORE) });
    const { status } = await ledger.when((psc) => reasonOf(psc.status, 'Stalled') === 'RollStopped', ROLL_MAX_MS);
    expect(findCondition(status?.conditions, 'Stalled')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/Kafka 4\.2\.1 knows metadata\.version 29 at most, and 30 is finished/) as unknown,
    });
    await load?.flows();
    expect(await ledger.podUids()).toEqual(before);
    await ledger.edit({ kafka: kafkaOf(NEWEST) });
    await ledger.when(isSettled(3), ROLL_MAX_MS);
    expect(await ledger.podUids()).toEqual(before);
    expect(await imagesOfPods()).toEqual(new Set([kafkaOf(NEWEST).image]));
    tellPause('refusal');
  });

  it('has lost nothing that it acknowledged', async () => {
    if (load === undefined) throw new Error('the load has not started');
    const { acknowledged, failed, failure, lost } = await load.stop();
    tell(`${acknowledged} records acknowledged, ${failed} given up${failure === '' ? '' : ` (${failure})`}`);
    expect(acknowledged).toBeGreaterThan(1_000);
    expect(lost).toEqual([]);
  });

  /** Asks for a version, and resolves when every pod is another than before, of that version, and in sync. */
  async function roll(version: KafkaVersion): Promise<void> {
    const before = await ledger.podUids();
    await ledger.edit({ kafka: kafkaOf(version) });
    await ledger.when(isSettled(3), ROLL_MAX_MS);
    const after = await ledger.podUids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(Object.keys(after).filter((pod) => after[pod] === before[pod])).toEqual([]);
    expect(await imagesOfPods()).toEqual(new Set([kafkaOf(version).image]));
  }

  function kafkaOf(version: KafkaVersion): { readonly version: string; readonly image: string } {
    const images = loadImageLock(PATHS.imageLock, region.local.config.region.imageRegistry);
    return { version, image: imageReference(images[KAFKA_IMAGES[version]]) };
  }

  /** Of the brokers and controllers that run. */
  async function imagesOfPods(): Promise<ReadonlySet<string>> {
    const images = '-o=jsonpath={range .items[*]}{.spec.containers[0].image}{"\\n"}{end}';
    const ofPods = ['--namespace', pscNamespace(LEDGER), 'get', 'pods', '-l', `${LABELS.role} in (broker,controller)`];
    return new Set((await ledger.kubectl([...ofPods, images])).trim().split('\n'));
  }

  /** Of metadata.version, as Kafka's own tool tells it. */
  async function finalizedVersion(): Promise<string> {
    const features = await askTool(call, 'kafka-features.sh', 'describe');
    return /metadata\.version.*FinalizedVersionLevel: (\S+)/.exec(features)?.[1] ?? features;
  }

  /** Printed, not asserted: it is the machine's as much as the operator's. */
  function tellPause(what: string): void {
    const tookS = Math.round((performance.now() - beganMs) / 1000);
    beganMs = performance.now();
    const pauseMs = load?.takeLongestPauseMs() ?? 0;
    tell(`${what.padEnd(28)} ${String(tookS).padStart(4)} s, longest pause of a partition ${pauseMs} ms`);
  }
});

/** As by default: nobody decides for good while the test goes back and forth. */
const LONG_SOAK_MINUTES = 1_440;
const SHORT_SOAK_MINUTES = 1;

/** At once, a line each: whoever waits for the tests sees it. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
