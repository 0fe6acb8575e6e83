import { loginOfPods } from '../../../constructs/kubernetes/client/kafka-access.ts';
import type { LoginSet } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { isSameTemplate, templateOf } from '../../../operators/client/plan-client-objects.ts';
import type { Login } from '../../../operators/psc/credentials/platform-logins.ts';
import type { ObservedPod } from '../../../operators/psc/observed.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ApiModel } from '../operator/api-model.ts';
import { fieldOf } from '../operator/apply-intent.ts';
import { EPOCH_MS } from '../operator/wall-clock.ts';
import type { AccessModel } from './access-model.ts';
import type { ConnectModel } from './connect-model.ts';

/** Text in an image that nobody can pull. */
export const BAD_IMAGE_MARK = 'badbad00';

export interface WorkersParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly api: ApiModel;
  readonly group: ConnectModel;
  /** By which workers come to their Kafka. */
  readonly access: () => AccessModel;
  /** Hears of a worker that was refused there. */
  readonly onRefused: (worker: string) => void;
}

/** From one new connection of a worker to the next. */
const RECONNECT_MS = 11_000;

interface Worker {
  readonly ordinal: number;
  readonly template: { readonly templateHash: string; readonly configHash: string };
  /** Of the pod's template. */
  readonly login: LoginSet;
  readonly isBad: boolean;
  readonly uid: string;
  state: 'starting' | 'ready' | 'failing' | 'ending';
  run: number;
}

/** Pods of the StatefulSet: made where they are missing, and replaced one after the other, the last first, as its controller does. */
export class WorkersModel {
  readonly #parts: WorkersParts;
  readonly #workers = new Map<number, Worker>();
  #isSyncing = false;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    parts.api.onChange((key) => {
      if (key.startsWith('StatefulSet/')) this.#syncLater();
    });
  }

  ready(): readonly string[] {
    return [...this.#workers.values()]
      .filter(({ state }) => state === 'ready')
      .map(({ ordinal }) => `connect-${ordinal}`)
      .sort();
  }

  /** Whether all pods are there, ready, and as the StatefulSet has them. */
  isSettled(): boolean {
    const set = this.#set();
    if (set === undefined) return false;
    const all = [...this.#workers.values()];
    const isDone = ({ state, template }: Worker): boolean =>
      state === 'ready' && isSameTemplate(template, templateOf(set));
    return all.length === replicasOf(set) && all.every(isDone);
  }

  /** The process of one worker ends by itself. */
  crash(): void {
    const worker = this.#any('ready');
    if (worker !== undefined) this.#start(worker);
  }

  /** A pod goes at once, as with its node. */
  lose(): void {
    const worker = this.#any();
    if (worker !== undefined) this.#gone(worker);
  }

  #any(state?: Worker['state']): Worker | undefined {
    const all = [...this.#workers.values()].filter((worker) => state === undefined || worker.state === state);
    return all.length === 0 ? undefined : this.#parts.random.pick(all);
  }

  #set(): KubernetesObject | undefined {
    return this.#parts.api.objectsOfKind('StatefulSet')[0];
  }

  #syncLater(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#parts.scheduler.after(this.#parts.random.int(50, 800), () => {
      this.#isSyncing = false;
      this.#sync();
    });
  }

  #sync(): void {
    const set = this.#set();
    if (set === undefined) return;
    const replicas = replicasOf(set);
    for (const worker of this.#workers.values()) if (worker.ordinal >= replicas) this.#end(worker);
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) if (!this.#workers.has(ordinal)) this.#make(set, ordinal);
    for (let ordinal = replicas - 1; ordinal >= 0; ordinal -= 1) {
      const worker = this.#workers.get(ordinal);
      if (worker === undefined) return;
      if (!isSameTemplate(worker.template, templateOf(set))) {
        this.#end(worker);
        return;
      }
      if (worker.state !== 'ready') return;
    }
  }

  #make(set: KubernetesObject, ordinal: number): void {
    const { api } = this.#parts;
    const isBad = JSON.stringify(fieldOf(set, 'spec', 'template')).includes(BAD_IMAGE_MARK);
    const worker: Worker = {
      ordinal,
      template: templateOf(set),
      login: loginOfPods(set),
      isBad,
      uid: api.newUid(),
      state: 'starting',
      run: 0,
    };
    this.#workers.set(ordinal, worker);
    this.#start(worker);
  }

  #start(worker: Worker): void {
    const { scheduler, random, access } = this.#parts;
    worker.run += 1;
    const { run } = worker;
    this.#become(worker, worker.isBad ? 'failing' : 'starting');
    if (worker.isBad) return;
    scheduler.after(random.int(3_000, 15_000), () => {
      if (worker.run !== run) return;
      // It reads its files once, when it starts; a pod whose files are not there waits for them.
      const login = access().loginOf(worker.login);
      if (login === undefined || !this.#comesIn(worker, login)) {
        this.#start(worker);
        return;
      }
      this.#become(worker, 'ready');
      this.#comeAgain(worker, login);
    });
  }

  #comesIn({ ordinal }: Worker, login: Login): boolean {
    const letIn = this.#parts.access().logIn(login);
    if (letIn === 'refused') this.#parts.onRefused(`connect-${ordinal} as ${login.name}`);
    return letIn === 'accepted';
  }

  /** Connections end, and clients open others by what the worker has read. */
  #comeAgain(worker: Worker, login: Login): void {
    const { run } = worker;
    const { losses } = this.#parts.access();
    this.#parts.scheduler.after(RECONNECT_MS, () => {
      if (worker.run !== run || worker.state !== 'ready' || this.#parts.access().losses !== losses) return;
      this.#comesIn(worker, login);
      this.#comeAgain(worker, login);
    });
  }

  #end(worker: Worker): void {
    if (worker.state === 'ending') return;
    worker.run += 1;
    this.#become(worker, 'ending');
    this.#parts.scheduler.after(this.#parts.random.int(500, 4_000), () => {
      this.#gone(worker);
    });
  }

  #gone(worker: Worker): void {
    if (this.#workers.get(worker.ordinal) !== worker) return;
    worker.run += 1;
    this.#workers.delete(worker.ordinal);
    this.#parts.api.dropPod(`connect-${worker.ordinal}`);
    this.#parts.group.setWorkers(this.ready());
    this.#syncLater();
  }

  #become(worker: Worker, state: Worker['state']): void {
    worker.state = state;
    this.#parts.api.putPod(this.#observed(worker));
    this.#parts.group.setWorkers(this.ready());
    this.#syncLater();
  }

  #observed({ ordinal, uid, template, state }: Worker): ObservedPod {
    const ready = state === 'ready' ? 'True' : 'False';
    return {
      name: `connect-${ordinal}`,
      uid,
      resourceVersion: this.#parts.api.nextVersion(),
      role: 'connect',
      ordinal,
      createdAtMs: EPOCH_MS,
      ...template,
      isTerminating: state === 'ending',
      ready,
      containersReady: ready,
      container:
        state === 'failing'
          ? { state: 'waiting', reason: 'ImagePullBackOff', restarts: 0 }
          : { state: 'running', restarts: 0 },
    };
  }
}

function replicasOf(set: KubernetesObject): number {
  return Number(fieldOf(set, 'spec', 'replicas') ?? 0);
}
