import { randomUUID } from 'node:crypto';
import { CLIENT_FILES } from '../../../cli/local/client-files.ts';
import type { LocalRegion } from '../../../cli/local/region-folder.ts';
import { tenantAccess } from '../../../cli/local/tenant-access.ts';
import { clientHost } from '../../../constructs/kubernetes/client/client-objects.ts';
import { OUTBOX } from '../../../constructs/kubernetes/control-plane/outbox-connector.ts';
import { LOCAL_DATABASE, SUPERUSER_SECRET } from '../../../constructs/kubernetes/local/database.ts';
import { pscQuota } from '../../../constructs/kubernetes/platform/psc-quota.ts';
import { configFolder } from '../../../constructs/kubernetes/shared/platform-container.ts';
import { PORTS } from '../../../constructs/kubernetes/shared/ports.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { MOTHERSHIP, NAMESPACES, OUTBOX_PSC, pscNamespace } from '../../../contracts/names.ts';
import { kubectl as kubectlWith } from '../../../local/kubernetes/region-control-plane.ts';
import { runningRegion, type RunningRegion } from '../../../local/region/running-region.ts';
import { eventually } from '../../local/eventually.ts';
import { type KafkaTools, kafkaTools } from './kafka-tools.ts';
import { type OutboxRecord, parseRecords } from './outbox-records.ts';
import { inShell, type ShellOptions } from './shell.ts';

/** Keys that rows are written for, all of them in each tick. */
export const KEYS: readonly string[] = Array.from({ length: 20 }, (_, index) => `key-${index}`);

/** The outbox of a running region, seen from both of its ends. */
export interface OutboxEnds {
  /** Name of a topic of the test's own that the rows go to. */
  readonly topic: string;
  /** Writes rows for as long as nobody stops it: of each key the next one, ten times a second. */
  readonly write: () => OutboxWriter;
  /** Resolves when this row can be read by a consumer that reads what is committed. */
  readonly untilRead: (key: string, sequence: number, timeoutMs: number) => Promise<void>;
  /** All committed records of the topic, read until nothing came for a while. */
  readonly readAll: () => Promise<readonly OutboxRecord[]>;
  readonly psc: () => Promise<PhysicalStatefulCluster>;
  /** Gives its PSC this many workers, and its namespace the room for them; resolves when they have joined. */
  readonly scale: (workers: number, timeoutMs: number) => Promise<void>;
  /** Resolves when the one task has gone to the worker of this pod, as the status says. */
  readonly untilRunBy: (pod: string, timeoutMs: number) => Promise<void>;
  /** What a person would look at first when it does not stream. */
  readonly story: () => Promise<string>;
  readonly kubectl: RunningRegion['kubectl'];
  readonly close: () => Promise<void>;
}

export interface OutboxWriter {
  /** Rows of each key that are committed so far. */
  readonly rows: () => number;
  /** Ends it, and resolves with the rows of each key. */
  readonly stop: () => Promise<number>;
}

/** @throws Error where the mothership cannot be reached or does not take the topic */
export async function outboxEnds(local: LocalRegion): Promise<OutboxEnds> {
  const running = await runningRegion(local.layout);
  const { kubectl } = running;
  const tools = await kafkaTools();
  const topic = `flotilla.test.outbox-${randomUUID().slice(0, 8)}`;
  const kafka = await kafkaCommands(local, tools);
  const settings = '--config message.timestamp.type=LogAppendTime --config cleanup.policy=delete';
  await kafka(`kafka-topics.sh CLIENT --create --topic ${topic} --partitions 3 ${settings}`);
  const reading = `kafka-console-consumer.sh CLIENT --topic ${topic} --from-beginning --isolation-level read_committed ${PRINTED}`;
  const namespace = ['--namespace', pscNamespace(OUTBOX_PSC)];
  const psc = async (): Promise<PhysicalStatefulCluster> =>
    JSON.parse(await kubectl([...namespace, 'get', 'psc', OUTBOX_PSC, '-o', 'json'])) as PhysicalStatefulCluster;
  return {
    topic,
    kubectl,
    write: () => startWriter(running, topic),
    untilRead: async (key, sequence, timeoutMs) => {
      const row = `\t${key}\t${sequence}\n`;
      // Whoever has seen enough ends the consumer by Ctrl-C: its exit code says nothing.
      let [isRead, last] = [false, ''];
      const isEnough = (out: string): boolean => {
        isRead = out.includes(row);
        last = out.slice(-LAST_CHARACTERS);
        return isRead;
      };
      await kafka(reading, { isEnough, timeoutMs }, 'any code').catch(() => undefined);
      if (!isRead) throw new Error(`${key} ${sequence} was not read within ${timeoutMs} ms; the last were\n${last}`);
    },
    readAll: async () => {
      const { out } = await kafka(`${reading} --timeout-ms ${SILENCE_MS}`, { timeoutMs: READ_MAX_MS });
      return parseRecords(out);
    },
    psc,
    scale: async (workers, timeoutMs) => {
      await scaleWorkers(running, await psc(), workers);
      await eventually(psc, ({ status }) => status?.connect?.workersReady === workers, timeoutMs, POLL_MS);
    },
    untilRunBy: async (pod, timeoutMs) => {
      const worker = `${clientHost({ kind: 'connect', namespace: pscNamespace(OUTBOX_PSC) }, pod)}:${PORTS.connect}`;
      const isRun = ({ status }: PhysicalStatefulCluster): boolean =>
        status?.connect?.connectors?.[0]?.tasks?.[0]?.worker === worker;
      await eventually(psc, isRun, timeoutMs, POLL_MS);
    },
    story: async () => {
      const parts = await Promise.all([
        said('status of the PSC', kubectl([...namespace, 'get', 'psc', OUTBOX_PSC, '-o', 'jsonpath={.status}'])),
        said('pods', kubectl([...namespace, 'get', 'pods', '-o', 'wide'])),
        ...['connect-0', 'connect-1'].map((pod) =>
          said(`end of the log of ${pod}`, kubectl([...namespace, 'logs', pod, `--tail=${LOG_LINES}`])),
        ),
        said('replication slots', query(running, SLOTS)),
        said('rows that are there', query(running, `SELECT topic, count(*) FROM ${OUTBOX.table} GROUP BY topic`)),
        said(
          'migrations',
          kubectl(['--namespace', NAMESPACES.controlPlane, 'get', 'jobs,pods', '--selector', MIGRATIONS]),
        ),
      ]);
      return parts.join('\n\n');
    },
    close: async () => {
      try {
        await kafka(`kafka-topics.sh CLIENT --delete --if-exists --topic ${topic}`);
        await query(running, `DELETE FROM ${OUTBOX.table} WHERE topic = '${topic}'`);
      } finally {
        await tools.remove();
      }
    },
  };
}

const PRINTED = ['print.timestamp=true', 'print.key=true'].map((each) => `--formatter-property ${each}`).join(' ');
/** Longer than brokers take to give what is committed, shorter than a person waits. */
const SILENCE_MS = 15_000;
const READ_MAX_MS = 120_000;
const COMMAND_MAX_MS = 60_000;
const POLL_MS = 500;
const LOG_LINES = 40;
const LAST_CHARACTERS = 200;
const SLOTS = 'SELECT slot_name, active, restart_lsn, confirmed_flush_lsn, wal_status FROM pg_replication_slots';
const MIGRATIONS = 'app.kubernetes.io/name=database-migrations';

type KafkaCommand = (
  command: string,
  options?: Partial<ShellOptions>,
  code?: 'any code',
) => Promise<{ readonly out: string }>;

/** Kafka's own tools on the mothership; `CLIENT` stands for what they need to come to it. */
async function kafkaCommands(local: LocalRegion, tools: KafkaTools): Promise<KafkaCommand> {
  const { files } = await tenantAccess(local, MOTHERSHIP);
  const { folder, bootstrapServer } = files;
  const client = `--bootstrap-server ${bootstrapServer} --command-config ${folder}/${CLIENT_FILES.properties}`;
  const environment = `export KAFKA_OPTS=-Djdk.net.hosts.file=${folder}/${CLIENT_FILES.hosts}`;
  return async (command, options = {}, code) => {
    const result = await inShell(`${environment}\n${command.replace('CLIENT', client)}`, {
      folders: [tools.folder],
      timeoutMs: COMMAND_MAX_MS,
      ...options,
    });
    if (result.code !== 0 && code === undefined) {
      throw new Error(`${command} ended with ${result.code ?? 'a signal'}:\n${result.err}`);
    }
    return result;
  };
}

/** Rounds of seconds, each one session of psql, that go on with the next number. */
function startWriter(running: RunningRegion, topic: string): OutboxWriter {
  let [rows, isStopped] = [0, false];
  const rounds = (async () => {
    while (!isStopped) {
      await query(running, roundSql(topic, rows));
      rows += TICKS;
    }
  })();
  // Whoever stops it hears of a failure; until then it must not end the process.
  rounds.catch(() => undefined);
  return {
    rows: () => rows,
    stop: async () => {
      isStopped = true;
      await rounds;
      return rows;
    },
  };
}

const TICKS = 50;
const TICK_SECONDS = 0.1;

/** Each tick is a transaction of its own, which also takes the rows of the tick before it away, as a writer of the outbox may. */
function roundSql(topic: string, first: number): string {
  const { columns, table } = OUTBOX;
  return `DO $$ BEGIN
  FOR tick IN ${first}..${first + TICKS - 1} LOOP
    DELETE FROM ${table} WHERE ${columns.topic} = '${topic}';
    INSERT INTO ${table} (${columns.topic}, ${columns.key}, ${columns.value})
      SELECT '${topic}', key, convert_to(tick::text, 'UTF8') FROM unnest(ARRAY['${KEYS.join("','")}']) AS key;
    COMMIT;
    PERFORM pg_sleep(${TICK_SECONDS});
  END LOOP;
END $$`;
}

/** A namespace has room for the pods of its spec and no more. */
async function scaleWorkers({ kubectl }: RunningRegion, psc: PhysicalStatefulCluster, workers: number): Promise<void> {
  const { connect } = psc.spec;
  if (connect === undefined) throw new Error(`the PSC ${OUTBOX_PSC} is no Connect cluster`);
  const { pods, cpuMillis, cpuLimitMillis, memoryMib } = pscQuota({ ...psc.spec, connect: { ...connect, workers } });
  const hard = {
    pods: String(pods),
    'requests.cpu': `${cpuMillis}m`,
    'limits.cpu': `${cpuLimitMillis}m`,
    'requests.memory': `${memoryMib}Mi`,
    'limits.memory': `${memoryMib}Mi`,
  };
  const patch = async (kind: string, name: string, spec: unknown): Promise<void> => {
    const what = ['--namespace', pscNamespace(OUTBOX_PSC), 'patch', kind, name];
    await kubectl([...what, '--type=merge', '--patch', JSON.stringify({ spec })]);
  };
  await patch('resourcequota', 'quota', { hard });
  await patch('psc', OUTBOX_PSC, { connect: { workers } });
}

/** As the administrator, in the database's own pod. */
async function query({ layout, kubernetes }: RunningRegion, sql: string): Promise<string> {
  const psql = `PGPASSWORD=$(cat ${configFolder(SUPERUSER_SECRET)}/password) exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host=/run/postgresql --username=postgres "$POSTGRES_DB"`;
  const inPod = ['--namespace', NAMESPACES.controlPlane, 'exec', '--stdin', `${LOCAL_DATABASE}-0`, '--'];
  return await kubectlWith(layout, kubernetes, [...inPod, 'sh', '-c', psql], `${sql};\n`);
}

async function said(title: string, text: Promise<string>): Promise<string> {
  return `${title}:\n${await text.catch((error: unknown) => `not to be had: ${String(error)}`)}`;
}
