import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { viewCluster } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { renderKafkaCluster } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { certificateHosts, PORTS } from '../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE, certificateCommonName, PLATFORM_USERS, SECRETS } from '../../constructs/kubernetes/kafka/secrets.ts';
import { TIER_PLUGIN } from '../../constructs/kubernetes/kafka/tiered-storage-config.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { createAuthority, splitPem } from './certificates.ts';
import { kafkaHome } from './kafka-jars.ts';
import { serveNodeApi, type NodeApi } from './kafka-node-api.ts';
import { answers, excerpt, hasEnded } from './kafka-process-signs.ts';
import { materializePods, nodeOf, type LocalCommand, type LocalPod, type Secrets } from './kafka-pods.ts';
import { eventually, GiveUpError } from './kafka-wait.ts';

/** A Kafka cluster that runs on loopback addresses from nothing but its rendered objects. */
export interface RunningKafka {
  readonly pods: readonly RunningPod[];
  /** Certificates of the cluster's authorities, PEM, as its pods were handed them last. */
  readonly ca: string;
  /** Password of each platform user. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Address of every host name that the cluster advertises. */
  readonly addresses: ReadonlyMap<string, string>;
  /** What the init container of a pod printed. */
  preparation(pod: string): Promise<string>;
  /** Runs a pod's init container as if its node were in another zone. */
  prepareInZone(pod: string, zone: string): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** What the main container of a pod has printed since its last start. */
  output(pod: string): Promise<string>;
  /** Folder that stands for a pod's volume. */
  volume(pod: string): string;
  /** Ends every pod, lets `between` change their volumes, and makes the pods anew; does not wait for Kafka to answer. */
  restart(between: () => Promise<void>): Promise<void>;
  /** Ends the process of one pod in order, as the kubelet would. */
  endPod(pod: string): Promise<void>;
  /** Starts the process of one pod that has ended, on its own volume; resolves when its listener answers. */
  startPod(pod: string): Promise<void>;
  /**
   * Makes one pod anew with an empty volume, and files of its ConfigMaps that have changed meanwhile; resolves when its listener
   * answers.
   */
  startEmpty(pod: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** From its next start on, the process of one pod is of another Kafka: a folder as {@link kafkaHome} makes it. */
  runFrom(pod: string, home: string): void;
  /** Sends a signal to the process of one pod. */
  signalPod(pod: string, signal: NodeJS.Signals): void;
  /** Id of the process of one pod. */
  processOf(pod: string): number | undefined;
  /** Puts files into the folder where one pod has its certificates, as its kubelet does once their Secret has changed. */
  handCertificates(pod: string, files: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

export interface RunningPod {
  readonly name: string;
  readonly address: string;
}

export interface StartOptions {
  /** Names of the pods to start, for a test that does without the others. @default all that are rendered */
  readonly pods?: readonly string[];
  /** For a PSC with Infinite Storage. */
  readonly tier?: TierFolders;
  /** Where Kafka is. @default that of the image */
  readonly home?: string;
  /** Files of the Secret `kafka-tls`. @default - those of an authority that nobody else has */
  readonly tls?: Readonly<Record<string, string>>;
}

/** What stands for folders of the image and of a mounted Secret. */
export interface TierFolders {
  /** The tier plugin's jars. */
  readonly jars: string;
  /** Key pair of the object store. */
  readonly keys: string;
}

/** Starts pods of a PSC by the scripts and files of its rendered ConfigMaps; stops them all if one fails to start. */
export async function startKafka(
  psc: PhysicalStatefulCluster,
  dataPlane: DataPlane,
  options: StartOptions = {},
): Promise<RunningKafka> {
  const cluster = await Setup.create(psc, dataPlane, options);
  try {
    await cluster.start();
    await cluster.untilListening();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

const START_MAX_MS = 120_000;
const STOP_MAX_MS = 30_000;

interface Plan {
  readonly root: string;
  readonly home: string;
  readonly api: NodeApi;
  readonly pods: readonly (LocalPod & RunningPod)[];
  readonly ca: string;
  readonly passwords: Readonly<Record<string, string>>;
  readonly addresses: ReadonlyMap<string, string>;
}

class Setup implements RunningKafka {
  readonly #plan: Plan;
  readonly #processes = new Map<string, ChildProcess>();
  /** Of pods that run another Kafka than the others. */
  readonly #homes = new Map<string, string>();

  #ca: string;

  private constructor(plan: Plan) {
    this.#plan = plan;
    this.#ca = plan.ca;
  }

  static async create(
    psc: PhysicalStatefulCluster,
    dataPlane: DataPlane,
    { pods: wanted, tier, tls, home: asked }: StartOptions,
  ): Promise<Setup> {
    const view = viewCluster(psc, dataPlane);
    const home = asked ?? (await kafkaHome());
    const root = await mkdtemp(join(tmpdir(), 'flotilla-kafka-'));
    const authority = await createAuthority('kafka-test');
    // One loopback network per process, so that two test runs on one machine do not meet.
    const network = `127.31.${1 + (process.pid % 250)}`;
    const placed = [
      ...view.controllers.map((pod) => ({
        ...pod,
        role: 'controller' as const,
        address: `${network}.${10 + pod.ordinal}`,
      })),
      ...view.brokers.map((pod) => ({ ...pod, role: 'broker' as const, address: `${network}.${20 + pod.ordinal}` })),
    ];
    const addresses = new Map<string, string>();
    const certificates: Record<string, string> = { [CA_FILE]: authority.certificate };
    for (const { name, role, address } of placed) {
      const hosts = certificateHosts(view, role, name);
      certificates[`${name}.pem`] = await authority.issue(certificateCommonName(name, view.namespace), hosts);
      for (const host of hosts) if (!addresses.has(host)) addresses.set(host, address);
    }
    const passwords = Object.fromEntries(Object.values(PLATFORM_USERS).map((user) => [user, `${user}-secret`]));
    const token = 'token-of-the-test';
    const secrets: Secrets = {
      [SECRETS.tls]: tls ?? certificates,
      [SECRETS.platformUsers]: passwords,
      [SECRETS.objectStore]: {},
      'kube-root-ca.crt': { 'ca.crt': authority.certificate },
      token: { token },
    };
    const api = await serveNodeApi({
      address: `${network}.1`,
      tls: splitPem(await authority.issue('kubernetes', [], [`${network}.1`])),
      token,
      zones: Object.fromEntries(view.dataPlane.zones.map((zone) => [nodeOf(zone), zone])),
    });
    await writeFile(join(root, 'hosts'), [...addresses].map(([host, address]) => `${address} ${host}\n`).join(''));
    const rendered = await materializePods(withTier(renderKafkaCluster(psc, dataPlane), tier), secrets, root);
    const pods = rendered
      .filter(({ name }) => wanted?.includes(name) ?? true)
      .map((pod) => {
        const address = placed.find(({ name }) => name === pod.name)?.address;
        if (address === undefined) throw new Error(`${pod.name} was rendered but not placed`);
        return { ...pod, address };
      });
    const ca = tls?.[CA_FILE] ?? authority.certificate;
    return new Setup({ root, home, api, pods, ca, passwords, addresses });
  }

  get pods(): readonly RunningPod[] {
    return this.#plan.pods;
  }

  get ca(): string {
    return this.#ca;
  }

  get passwords(): Readonly<Record<string, string>> {
    return this.#plan.passwords;
  }

  get addresses(): ReadonlyMap<string, string> {
    return this.#plan.addresses;
  }

  async start(): Promise<void> {
    await Promise.all(
      this.#plan.pods.map(async (pod) => {
        await this.#prepareToRun(pod);
      }),
    );
    for (const pod of this.#plan.pods) this.#run(pod);
  }

  async untilListening(): Promise<void> {
    await Promise.all(this.#plan.pods.map((pod) => this.#untilListening(pod)));
  }

  async preparation(pod: string): Promise<string> {
    return readFile(this.#log(pod, 'prepare'), 'utf8');
  }

  async prepareInZone(name: string, zone: string): Promise<{ readonly exitCode: number; readonly output: string }> {
    return this.#prepare(this.#pod(name), nodeOf(zone));
  }

  async output(pod: string): Promise<string> {
    return readFile(this.#log(pod, 'run'), 'utf8');
  }

  volume(pod: string): string {
    const folder = this.#pod(pod).run.env['DATA_DIR'];
    if (folder === undefined) throw new Error(`${pod} mounts no volume`);
    return folder;
  }

  async restart(between: () => Promise<void>): Promise<void> {
    await this.#endAll();
    await between();
    await this.start();
  }

  async endPod(name: string): Promise<void> {
    await this.#end(this.#processes.get(name));
  }

  async startPod(name: string): Promise<void> {
    const pod = this.#pod(name);
    this.#run(pod);
    await this.#untilListening(pod);
  }

  async startEmpty(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    const pod = this.#pod(name);
    const config = pod.prepare.env['CONFIG_DIR'];
    if (config === undefined) throw new Error(`${name} mounts no files`);
    await this.endPod(name);
    for (const entry of await readdir(this.volume(name)))
      await rm(join(this.volume(name), entry), { recursive: true, force: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(config, file), text);
    await this.#prepareToRun(pod);
    await this.startPod(name);
  }

  runFrom(name: string, home: string): void {
    this.#homes.set(this.#pod(name).name, home);
  }

  signalPod(name: string, signal: NodeJS.Signals): void {
    this.#processes.get(name)?.kill(signal);
  }

  processOf(name: string): number | undefined {
    return this.#processes.get(name)?.pid;
  }

  async handCertificates(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    const folder = this.#pod(name).run.env['TLS_DIR'];
    if (folder === undefined) throw new Error(`${name} mounts no certificates`);
    for (const [file, text] of Object.entries(files)) {
      // Another file in its place: nobody reads half of one.
      await writeFile(join(folder, `.${file}`), text);
      await rename(join(folder, `.${file}`), join(folder, file));
    }
    this.#ca = files[CA_FILE] ?? this.#ca;
  }

  async stop(): Promise<void> {
    await this.#endAll();
    await this.#plan.api.close();
    await rm(this.#plan.root, { recursive: true, force: true });
  }

  async #endAll(): Promise<void> {
    // Brokers first: without controllers they cannot shut down in order.
    for (const role of ['broker', 'controller'] as const) {
      await Promise.all(
        this.#plan.pods
          .filter((pod) => pod.role === role)
          .map(async ({ name }) => this.#end(this.#processes.get(name))),
      );
    }
  }

  #pod(name: string): LocalPod & RunningPod {
    const pod = this.#plan.pods.find((each) => each.name === name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    return pod;
  }

  async #prepareToRun(pod: LocalPod & RunningPod): Promise<void> {
    const { exitCode, output } = await this.#prepare(pod, pod.node);
    await writeFile(this.#log(pod.name, 'prepare'), output);
    if (exitCode !== 0) throw new Error(`the init container of ${pod.name} exited with ${exitCode}:\n${output}`);
  }

  async #prepare(
    pod: LocalPod & RunningPod,
    node: string,
  ): Promise<{ readonly exitCode: number; readonly output: string }> {
    const env = { ...this.#environment(pod, pod.prepare), KUBERNETES_API: this.#plan.api.url, NODE_NAME: node };
    try {
      const { stdout, stderr } = await promisify(execFile)(pod.prepare.program, [...pod.prepare.args], {
        env,
        timeout: START_MAX_MS,
      });
      return { exitCode: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== 'number') throw error;
      return { exitCode: code, output: `${stdout ?? ''}${stderr ?? ''}` };
    }
  }

  #run(pod: LocalPod & RunningPod): void {
    const log = openSync(this.#log(pod.name, 'run'), 'w');
    // The kernel ends the process with this one, however this one ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', pod.run.program, ...pod.run.args], {
      env: this.#environment(pod, pod.run),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#processes.set(pod.name, child);
  }

  #environment(pod: RunningPod, command: LocalCommand): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      ...command.env,
      KAFKA_HOME: this.#homes.get(pod.name) ?? this.#plan.home,
      BIND_ADDRESS: pod.address,
      // What the second compiler would gain comes after the end of a test.
      JDK_JAVA_OPTIONS: `-Djdk.net.hosts.file=${join(this.#plan.root, 'hosts')} -XX:TieredStopAtLevel=1`,
    };
  }

  async #untilListening(pod: LocalPod & RunningPod): Promise<void> {
    const port = pod.role === 'broker' ? PORTS.external : PORTS.controller;
    await eventually({ what: `${pod.name} listening on ${port}`, withinMs: START_MAX_MS }, async () => {
      const child = this.#processes.get(pod.name);
      if (hasEnded(child)) {
        const log = await readFile(this.#log(pod.name, 'run'), 'utf8');
        throw new GiveUpError(`${pod.name} ended while starting:\n${excerpt(log)}`);
      }
      return (await answers(pod.address, port)) ? true : undefined;
    });
  }

  async #end(child: ChildProcess | undefined): Promise<void> {
    if (child === undefined || hasEnded(child)) return;
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

  #log(pod: string, phase: 'prepare' | 'run'): string {
    return join(this.#plan.root, `${pod}.${phase}.log`);
  }
}

/** Brokers look for segments to copy every half a minute by default. */
const COPY_EVERY_MS = 1_000;

/** Objects whose broker settings lead to the folders of this machine. */
function withTier(objects: readonly KubernetesObject[], tier: TierFolders | undefined): readonly KubernetesObject[] {
  if (tier === undefined) return objects;
  const settings = [
    `${tier.jars}/*`,
    `rsm.config.credentials.folder=${tier.keys}`,
    `remote.log.manager.task.interval.ms=${COPY_EVERY_MS}`,
  ].join('\n');
  const text = JSON.stringify(objects).replaceAll(TIER_PLUGIN.classPath, JSON.stringify(settings).slice(1, -1));
  return JSON.parse(text) as readonly KubernetesObject[];
}
