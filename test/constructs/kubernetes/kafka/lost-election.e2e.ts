import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PORTS } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { startKafka, type RunningKafka } from '../../../support/kafka-processes.ts';
import { eventually } from '../../../support/kafka-wait.ts';

const BROKER = 'kafka-0';
/** Two of the three voters elect a leader; one broker is enough to register. */
const CONTROLLERS = ['controller-0', 'controller-1'] as const;
const START_MAX_MS = 180_000;
/** From the start of the processes until the broker has fetched from the leader. */
const CUT_MAX_MS = 120_000;
/** Far below `initial.broker.registration.timeout.ms`, at which a broker without voters ends and starts anew. */
const REGISTER_MAX_MS = 60_000;

/**
 * A leader that is elected and lost at once leaves records that no majority has. A broker that fetched them is told by the
 * next leader to cut them off: all of them, when it was the first leader. Only a race of milliseconds makes that happen by
 * itself; here controllers whose log was taken away, but not what they know of elections, stand for the next leader.
 */
describe('a broker whose records of the metadata log no later leader has', () => {
  let kafka: RunningKafka;

  beforeAll(async () => {
    kafka = await startKafka(examplePsc('local'), exampleDataPlane('local'), { pods: [...CONTROLLERS, BROKER] });
    await kafka.restart(async () => {
      for (const controller of CONTROLLERS) await loseLog(kafka.volume(controller));
    });
  }, START_MAX_MS);

  afterAll(async () => {
    await kafka.stop();
  }, START_MAX_MS);

  test(
    'cuts its log back to nothing, finds the voters all the same and registers',
    async () => {
      await eventually({ what: 'the cut', withinMs: CUT_MAX_MS }, async () =>
        (await kafka.output(BROKER)).includes(' Truncated to offset 0 from Fetch response ') ? true : undefined,
      );
      await eventually({ what: `registration of ${BROKER}`, withinMs: REGISTER_MAX_MS }, async () => {
        const state = await brokerState();
        if (state === RUNNING) return true;
        const lines = (await kafka.output(BROKER)).trimEnd().split('\n');
        throw new Error(`${BROKER} is in state ${state}, and its log ends:\n${lines.slice(-5).join('\n')}`);
      });
      const epoch = (await readQuorumState(kafka.volume(BROKER))).leaderEpoch;
      expect(epoch).toBeGreaterThan(LATER_EPOCHS);
    },
    CUT_MAX_MS + REGISTER_MAX_MS + START_MAX_MS,
  );

  async function brokerState(): Promise<string> {
    const address = kafka.pods.find(({ name }) => name === BROKER)?.address ?? '';
    const metrics = await (await fetch(`http://${address}:${PORTS.metrics}/metrics`)).text();
    return /^kafka_server_kafkaserver_brokerstate (.*)$/m.exec(metrics)?.[1] ?? 'unknown';
  }
});

/** Kafka's gauge of a broker that a controller has registered and unfenced. */
const RUNNING = '3.0';

/** What a node keeps of elections, as Kafka 4.3 writes it. */
interface QuorumState {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly votedId: number;
  readonly votedDirectoryId: string;
  readonly data_version: number;
}

/** Any step that the first run does not reach by itself. */
const LATER_EPOCHS = 100;
/** Kafka's all-zero id. */
const NO_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Leaves a volume that the init container formats anew, and on which the next election is of a later epoch. */
async function loseLog(volume: string): Promise<void> {
  const { leaderEpoch, data_version } = await readQuorumState(volume);
  const later: QuorumState = {
    leaderId: -1,
    leaderEpoch: leaderEpoch + LATER_EPOCHS,
    votedId: -1,
    votedDirectoryId: NO_DIRECTORY,
    data_version,
  };
  await rm(join(volume, 'log'), { recursive: true });
  await mkdir(dirname(quorumStateFile(volume)), { recursive: true });
  await writeFile(quorumStateFile(volume), JSON.stringify(later));
}

async function readQuorumState(volume: string): Promise<QuorumState> {
  return JSON.parse(await readFile(quorumStateFile(volume), 'utf8')) as QuorumState;
}

/** In the folder that `log.dirs` names. */
function quorumStateFile(volume: string): string {
  return join(volume, 'log', '__cluster_metadata-0', 'quorum-state');
}
