import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientHost } from '../../../constructs/kubernetes/client/client-objects.ts';
import {
  KAFKA_CREDENTIALS_FILES,
  KAFKA_CREDENTIALS_FOLDER,
  kafkaUser,
} from '../../../constructs/kubernetes/client/kafka-access.ts';
import { renderConnect, WORKER_FILE } from '../../../constructs/kubernetes/connect/connect-cluster.ts';
import { PORTS } from '../../../constructs/kubernetes/shared/ports.ts';
import type { ConnectPort } from '../../../operators/client/ports.ts';
import { connectRest } from '../../../operators/connect/connect-rest.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { connectHome, FLAKY_CLASS } from '../../support/connect-jars.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { exampleDataPlane } from '../../support/example-psc.ts';
import { eventually, GiveUpError } from '../../support/kafka-wait.ts';
import { OrdersCluster, psc as ordersPsc } from '../psc/kafka/orders-cluster.ts';

const START_MAX_MS = 120_000;
const STOP_MAX_MS = 30_000;
const PASSWORD = 'password-of-the-workers';
const METRICS_PORT = 7071;

/** One real Connect worker on a real Kafka, by its rendered settings, the image's own start script and the user that the operator makes. */
export class RealConnect {
  readonly orders: OrdersCluster;
  readonly psc: StoredPsc;
  readonly port: ConnectPort;
  readonly #root: string;
  readonly #address: string;
  #process: ChildProcess | undefined;

  private constructor(orders: OrdersCluster, psc: StoredPsc, root: string, address: string) {
    this.orders = orders;
    this.psc = psc;
    this.#root = root;
    this.#address = address;
    this.port = connectRest({ addressOf: () => `http://${address}:${PORTS.connect}` });
  }

  static async start(): Promise<RealConnect> {
    const orders = await OrdersCluster.start();
    const example = exampleConnectPsc('local', { workers: 1 });
    const psc = { ...example, metadata: { ...example.metadata, uid: 'uid', resourceVersion: '1', generation: 1 } };
    const root = await mkdtemp(join(tmpdir(), 'flotilla-connect-'));
    const [broker] = orders.kafka.addresses.values();
    // In the loopback network of this process, where no pod of Kafka is.
    const address = `${(broker ?? '127.31.1.1').split('.').slice(0, 3).join('.')}.40`;
    const connect = new RealConnect(orders, psc, root, address);
    try {
      await connect.#start();
    } catch (error) {
      await connect.stop();
      throw error;
    }
    return connect;
  }

  /** While this file is there, tasks of the connector fail. */
  get failFile(): string {
    return join(this.#root, 'fail');
  }

  get user(): string {
    return kafkaUser({ kind: 'connect', name: this.psc.metadata.name });
  }

  config(tasks: number, how: 'valid' | 'invalid' = 'valid'): Readonly<Record<string, string>> {
    return {
      'connector.class': FLAKY_CLASS,
      'tasks.max': String(tasks),
      'fail.file': this.failFile,
      pace: how === 'valid' ? 'fast' : SECRET,
    };
  }

  async breakTasks(): Promise<void> {
    await writeFile(this.failFile, '');
  }

  async mendTasks(): Promise<void> {
    await rm(this.failFile, { force: true });
  }

  async output(): Promise<string> {
    return await readFile(join(this.#root, 'worker.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.#end();
    await this.orders.stop();
    await rm(this.#root, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    await this.orders.freshWhere('three brokers that serve', ({ brokers }) => {
      return brokers.size === 3 && [...brokers.values()].every(({ isFenced }) => !isFenced);
    });
    await this.orders.port.grantUser(ordersPsc, this.user, PASSWORD);
    const home = await connectHome();
    await this.#writeFiles(home);
    const log = openSync(join(this.#root, 'worker.log'), 'w');
    // The kernel ends the process with this one, however this one ends.
    this.#process = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'sh', join(home, 'run.sh'), join(this.#root, WORKER_FILE)],
      {
        env: {
          PATH: process.env['PATH'],
          CONNECT_HOME: home,
          POD_NAME: 'connect-0',
          METRICS_PORT: `${this.#address}:${METRICS_PORT}`,
          JDK_JAVA_OPTIONS: `-Xmx256m -Djdk.net.hosts.file=${join(this.#root, 'hosts')} -XX:TieredStopAtLevel=1`,
        },
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    await eventually({ what: 'a worker that has joined its group', withinMs: START_MAX_MS }, async () => {
      if (this.#process?.exitCode !== null)
        throw new GiveUpError(`the worker ended:\n${(await this.output()).slice(-4000)}`);
      const health = await fetch(`http://${this.#address}:${PORTS.connect}/health`);
      await health.text();
      return health.ok ? true : undefined;
    });
  }

  async #writeFiles(home: string): Promise<void> {
    const [config] = renderConnect(this.psc, exampleDataPlane('local')).config;
    const files = config?.['data'] as Readonly<Record<string, string>>;
    const credentials = join(this.#root, 'kafka');
    await mkdir(credentials);
    const { username, password, ca } = KAFKA_CREDENTIALS_FILES;
    await writeFile(join(credentials, username), this.user);
    await writeFile(join(credentials, password), PASSWORD);
    await writeFile(join(credentials, ca), this.orders.kafka.ca);
    // Folders and addresses of the image lead to those of this machine.
    const settings = (files[WORKER_FILE] ?? '')
      .replaceAll(KAFKA_CREDENTIALS_FOLDER, credentials)
      .replace('allowed.paths=/etc/flotilla', `allowed.paths=${this.#root}`)
      .replace('http://0.0.0.0:', `http://${this.#address}:`)
      .replace('plugin.path=/opt/connect/plugins', `plugin.path=${join(home, 'plugins')}`);
    await writeFile(join(this.#root, WORKER_FILE), settings);
    const own = clientHost({ kind: 'connect', namespace: this.psc.metadata.namespace ?? '' }, 'connect-0');
    const hosts = [...this.orders.kafka.addresses, [own, this.#address] as const];
    await writeFile(join(this.#root, 'hosts'), hosts.map(([host, address]) => `${address} ${host}\n`).join(''));
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
    await ended;
    clearTimeout(impatience);
  }
}

/** In what the test's connector says, and in what it is given. */
export const SECRET = 'hunter2hunter2';
