import { rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { logTail, type ManagedProcess, startProcess } from '../processes/managed-process.ts';
import { ToolError } from '../tools/tool-error.ts';
import { type AdminCredentials, kubeconfig, serverUrl, writeControlPlaneFiles } from './control-plane-files.ts';
import {
  apiServerArgs,
  controllerManagerArgs,
  controlPlaneFiles,
  type ControlPlaneLayout,
  etcdArgs,
  schedulerArgs,
} from './control-plane-layout.ts';
import { freePorts } from './free-ports.ts';

export interface ControlPlaneOptions {
  /** Folder for keys, logs and data; those of an earlier control plane there are replaced. */
  readonly workDir: string;
  /** Path from `kubernetesBinary`. */
  readonly binary: string;
  /**
   * `run` also starts the controller manager: namespaces really go, service accounts appear, owners' deletion cascades.
   * @default skip
   */
  readonly controllerManager?: 'run' | 'skip';
  /** `run` also starts the scheduler, where there are nodes. @default skip */
  readonly scheduler?: 'run' | 'skip';
  /** Admission plugins beside the default ones, NodeRestriction and PodSecurity. @default none */
  readonly admissionPlugins?: readonly string[];
  /** Flags of a program after its own, as in `--v=2`. @default none */
  readonly moreFlags?: Readonly<Partial<Record<ProgramWithFlags, readonly string[]>>>;
  /** @default 120000 */
  readonly readyTimeoutMs?: number;
}

type ProgramWithFlags = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** A running etcd and API server, with RBAC and admission as in production. */
export interface ControlPlane {
  /** Address of the API server, as in `https://127.0.0.1:6443`. */
  readonly server: string;
  /** Path of a kubeconfig for a member of `system:masters`. */
  readonly kubeconfig: string;
  /** Credentials of that kubeconfig. */
  readonly admin: AdminCredentials;
  /** Process ids of everything that was started at first. */
  readonly pids: readonly number[];
  /** Kills the API server without a warning, starts another in its place, and resolves when that one answers. */
  readonly replaceApiServer: () => Promise<void>;
  /** Ends all processes and resolves when they are gone; harmless when repeated. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a Kubernetes control plane on free ports of the loopback address and resolves when it answers.
 *
 * Its processes end with this one, whichever way it ends. Throws {@link ToolError} with the log's end when a program
 * fails or is not ready in time; nothing is left running then.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

const ADDRESS = '127.0.0.1';
const PORT_ATTEMPTS = 3;
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 100;
const REQUEST_TIMEOUT_MS = 5_000;
const STOP_GRACE_MS = 3_000;

/** Another process took a port between our look and the program's start. */
class PortTakenError extends ToolError {}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const layout = await newLayout(options);
  // Only what is ours: the folder may hold other things.
  const { etcdData, logs, adminKubeconfig } = controlPlaneFiles(options.workDir);
  for (const old of [etcdData, logs]) await rm(old, { recursive: true, force: true });
  const schedulerKubeconfig = join(options.workDir, 'scheduler.kubeconfig');
  const admin = await writeControlPlaneFiles(layout, async (authority) => {
    const scheduler = await authority.issue({ commonName: 'system:kube-scheduler', usages: ['client'] });
    return [[schedulerKubeconfig, kubeconfig(serverUrl(layout), authority.certificate, scheduler)]];
  });
  const programs = new Programs(options, layout, admin);
  try {
    programs.start('etcd', etcdArgs(layout));
    programs.start('kube-apiserver', apiServerArgs(layout));
    await programs.answer('/readyz');
    if (options.controllerManager === 'run') {
      programs.start('kube-controller-manager', controllerManagerArgs(layout));
      // The default service account is the last thing that a pod needs before it can be created.
      await programs.answer('/api/v1/namespaces/default/serviceaccounts/default');
    }
    if (options.scheduler === 'run') {
      // Nobody asks it anything, and its port is none of those that were found free.
      programs.start('kube-scheduler', [...schedulerArgs(layout, schedulerKubeconfig), '--secure-port=0']);
    }
  } catch (error) {
    await programs.stop();
    throw error;
  }
  return {
    server: serverUrl(layout),
    kubeconfig: adminKubeconfig,
    admin,
    pids: programs.pids(),
    replaceApiServer: async () => {
      await programs.kill('kube-apiserver');
      programs.start('kube-apiserver', apiServerArgs(layout));
      await programs.answer('/readyz');
    },
    stop: async () => {
      await programs.stop();
    },
  };
}

type Program = 'etcd' | ProgramWithFlags;

/** Programs of one control plane by name. */
class Programs {
  readonly #options: ControlPlaneOptions;
  readonly #agent: Agent;
  readonly #api: string;
  readonly #running = new Map<Program, ManagedProcess>();

  constructor(options: ControlPlaneOptions, layout: ControlPlaneLayout, admin: AdminCredentials) {
    this.#options = options;
    this.#api = serverUrl(layout);
    this.#agent = new Agent({ ca: admin.authority, cert: admin.certificate, key: admin.key });
  }

  pids(): readonly number[] {
    return [...this.#running.values()].map(({ pid }) => pid);
  }

  start(name: Program, args: readonly string[]): void {
    const { binary, workDir, moreFlags = {} } = this.#options;
    const more = name === 'etcd' ? [] : (moreFlags[name] ?? []);
    this.#running.set(name, startProgram(binary, [...args, ...more], workDir));
  }

  /** Resolves when the API server answers at a path. @throws ToolError when it does not in time, or a program has ended */
  async answer(path: string): Promise<void> {
    const timeoutMs = this.#options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    try {
      await waitFor(`${this.#api}${path}`, this.#agent, [...this.#running.values()], timeoutMs);
    } finally {
      this.#agent.destroy();
    }
  }

  async kill(name: Program): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
  }

  async stop(): Promise<void> {
    // etcd last, or the others spend their grace complaining about it.
    const others = [...this.#running].filter(([name]) => name !== 'etcd');
    await Promise.all(others.map(([, other]) => other.stop(STOP_GRACE_MS)));
    await this.#running.get('etcd')?.stop(STOP_GRACE_MS);
  }
}

async function newLayout({ workDir, admissionPlugins = [] }: ControlPlaneOptions): Promise<ControlPlaneLayout> {
  const [etcdClient = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0] = await freePorts(4, ADDRESS);
  const ports = { etcdClient, etcdPeer, apiServer, controllerManager };
  return { workDir, address: ADDRESS, ports, admissionPlugins };
}

function startProgram(binary: string, args: readonly string[], workDir: string): ManagedProcess {
  const name = args[0] ?? '';
  const logFile = join(controlPlaneFiles(workDir).logs, `${name}.log`);
  // Nothing else of the environment: a proxy or a kubeconfig set there must not reach the programs.
  return startProcess({ name, command: binary, args, logFile, env: { FLOTILLA_DIE_WITH_PARENT: String(process.pid) } });
}

async function waitFor(
  url: string,
  agent: Agent,
  processes: readonly ManagedProcess[],
  timeoutMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await answersOk(url, agent))) {
    const dead = processes.find((one) => !one.isRunning());
    if (dead !== undefined) throw await failureOf(dead);
    if (performance.now() > deadlineMs) {
      const logs = processes.map((one) => `${one.name}:\n${logTail(one.logFile)}`).join('\n');
      throw new ToolError(`the Kubernetes control plane was not ready after ${timeoutMs / 1000} s\n${logs}`, {
        hint: 'see whether the machine is overloaded (about 0.5 GB of memory and one core are needed), then try again',
      });
    }
    await delay(READY_POLL_MS);
  }
}

async function failureOf(dead: ManagedProcess): Promise<ToolError> {
  const tail = logTail(dead.logFile);
  const Kind = tail.includes('address already in use') ? PortTakenError : ToolError;
  return new Kind(`${dead.name} ended with ${await dead.ended}:\n${tail}`, {
    hint: `read the log above; the whole of it is in ${dead.logFile}`,
  });
}

/** Refused connections and errors mean "not yet"; the caller bounds the wait and shows the logs. */
function answersOk(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(url, { agent, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('timeout', () => call.destroy(new Error('no answer in time')));
    call.once('error', () => {
      resolve(false);
    });
    call.end();
  });
}
