import { ConflictError, RefusedError } from '../../../operators/psc/ports.ts';
import { NetworkError } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';

/** Settings of connectors that the model knows. */
export const MODEL_SETTINGS = { tasks: 'tasks.max', broken: 'test.broken', invalid: 'test.invalid' } as const;

/** In traces and errors, as a careless connector would write it. */
export const SECRET = 'hunter2hunter2';

type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING';

interface Part {
  state: State;
  worker: string;
  trace?: string;
}

interface Connector {
  config: Readonly<Record<string, string>>;
  isPaused: boolean;
  readonly self: Part;
  tasks: Part[];
  /** Rises with everything that makes what is under way of no interest. */
  run: number;
  lastFailedAtMs: number;
}

/** A group of Connect workers: what they share in their topics outlives all of them. */
export class ConnectModel {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #connectors = new Map<string, Connector>();
  #workers: readonly string[] = [];
  #rebalancingUntilMs = 0;

  constructor(scheduler: Scheduler, random: Prng) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  names(): readonly string[] {
    return [...this.#connectors.keys()].sort();
  }

  configOf(name: string): Readonly<Record<string, string>> | undefined {
    return this.#connectors.get(name)?.config;
  }

  isAllAs(name: string, state: 'RUNNING' | 'PAUSED'): boolean {
    const found = this.#connectors.get(name);
    return found !== undefined && [found.self, ...found.tasks].every((part) => part.state === state);
  }

  /** When something of it was seen to have failed last. */
  lastFailedAtMs(name: string): number {
    const found = this.#connectors.get(name);
    if (found === undefined) return -Infinity;
    return isFailing(found) ? this.#scheduler.nowMs : found.lastFailedAtMs;
  }

  /** Workers that are in the group from now on: their leaving or coming shares out the work anew. */
  setWorkers(workers: readonly string[]): void {
    if (workers.join() === this.#workers.join()) return;
    const gone = this.#workers.filter((worker) => !workers.includes(worker));
    this.#workers = workers;
    for (const connector of this.#connectors.values()) {
      for (const part of partsOf(connector)) {
        if (!gone.includes(part.worker)) continue;
        this.#leave(connector, part);
        part.state = 'UNASSIGNED';
        part.worker = '';
      }
    }
    this.#rebalance();
  }

  /** As `GET /connectors?expand=info&expand=status` has it. @throws NetworkError while there is no worker */
  raw(): unknown {
    this.#answer();
    return Object.fromEntries(
      [...this.#connectors].map(([name, { config, self, tasks }]) => [
        name,
        {
          info: { name, config },
          status: {
            name,
            connector: rawPart(self),
            tasks: tasks.map((task, id) => ({ id, ...rawPart(task) })),
          },
        },
      ]),
    );
  }

  /** As `PUT /connector-plugins/<class>/config/validate` has it. */
  rawVerdict(config: Readonly<Record<string, string>>): unknown {
    this.#answer();
    const errors = config[MODEL_SETTINGS.invalid] === undefined ? [] : [`Invalid value ${SECRET} for configuration x`];
    return { error_count: errors.length, configs: [{ value: { name: MODEL_SETTINGS.invalid, errors } }] };
  }

  create(name: string, config: Readonly<Record<string, string>>, state: 'running' | 'paused'): void {
    this.#write();
    if (this.#connectors.has(name)) throw new ConflictError(`${name} is there already`);
    refuseInvalid(config);
    const connector: Connector = {
      config,
      isPaused: state === 'paused',
      self: { state: 'UNASSIGNED', worker: '' },
      tasks: tasksOf(config),
      run: 0,
      lastFailedAtMs: -Infinity,
    };
    this.#connectors.set(name, connector);
    this.#rebalance();
  }

  configure(name: string, config: Readonly<Record<string, string>>): void {
    this.#write();
    const found = this.#existing(name);
    refuseInvalid(config);
    found.config = config;
    found.run += 1;
    found.tasks = tasksOf(config);
    this.#leave(found, found.self);
    found.self.state = 'UNASSIGNED';
    this.#rebalance();
  }

  setPaused(name: string, isPaused: boolean): void {
    this.#write();
    const found = this.#existing(name);
    found.isPaused = isPaused;
    this.#later(found, 200, 1_500, () => {
      for (const part of partsOf(found)) {
        if (part.state !== 'RUNNING' && part.state !== 'PAUSED') continue;
        part.state = isPaused ? 'PAUSED' : 'RUNNING';
      }
      this.#mayBreak(found);
    });
  }

  restartFailed(name: string): void {
    this.#write();
    const found = this.#existing(name);
    for (const part of partsOf(found)) {
      if (part.state !== 'FAILED') continue;
      this.#leave(found, part);
      part.state = 'RESTARTING';
    }
    this.#later(found, 500, 3_000, () => {
      for (const part of partsOf(found)) if (part.state === 'RESTARTING') part.state = this.#startState(found);
      this.#mayBreak(found);
    });
  }

  remove(name: string): void {
    this.#write();
    this.#connectors.delete(name);
  }

  /** Something goes wrong with a running connector, once. */
  fail(name: string, what: 'connector' | 'task'): void {
    const found = this.#connectors.get(name);
    if (found === undefined) return;
    const part = what === 'connector' ? found.self : found.tasks[this.#random.int(0, found.tasks.length - 1)];
    if (part?.state === 'RUNNING') this.#failed(found, part);
  }

  #failed(connector: Connector, part: Part): void {
    part.state = 'FAILED';
    part.trace = `ConnectException: no way in with password=${SECRET} at jdbc://me:${SECRET}@db\n\tat some.Class`;
    connector.lastFailedAtMs = this.#scheduler.nowMs;
  }

  /** Forgets why a part had failed, and remembers that it had. */
  #leave(connector: Connector, part: Part): void {
    if (part.state === 'FAILED') connector.lastFailedAtMs = this.#scheduler.nowMs;
    delete part.trace;
  }

  #existing(name: string): Connector {
    const found = this.#connectors.get(name);
    if (found === undefined) throw new ConflictError(`${name} is not there`);
    return found;
  }

  #answer(): void {
    if (this.#workers.length === 0) throw new NetworkError('no worker answers');
  }

  #write(): void {
    this.#answer();
    if (this.#scheduler.nowMs < this.#rebalancingUntilMs) throw new ConflictError('the group shares out its work');
  }

  #startState({ isPaused }: Connector): State {
    return isPaused ? 'PAUSED' : 'RUNNING';
  }

  #rebalance(): void {
    const untilMs = this.#scheduler.nowMs + this.#random.int(500, 6_000);
    this.#rebalancingUntilMs = untilMs;
    this.#scheduler.at(untilMs, () => {
      if (this.#rebalancingUntilMs !== untilMs || this.#workers.length === 0) return;
      for (const connector of this.#connectors.values()) this.#assign(connector);
    });
  }

  #assign(connector: Connector): void {
    for (const part of partsOf(connector)) {
      if (part.state !== 'UNASSIGNED') continue;
      part.worker = this.#random.pick(this.#workers);
      part.state = this.#startState(connector);
    }
    this.#mayBreak(connector);
  }

  /** A connector that is broken fails a moment after each start. */
  #mayBreak(connector: Connector): void {
    if (connector.config[MODEL_SETTINGS.broken] === undefined) return;
    this.#later(connector, 500, 3_000, () => {
      const part = connector.tasks[0] ?? connector.self;
      if (part.state === 'RUNNING') this.#failed(connector, part);
    });
  }

  #later(connector: Connector, leastMs: number, mostMs: number, action: () => void): void {
    const { run } = connector;
    this.#scheduler.after(this.#random.int(leastMs, mostMs), () => {
      if (connector.run === run) action();
    });
  }
}

function partsOf({ self, tasks }: Connector): readonly Part[] {
  return [self, ...tasks];
}

function isFailing(connector: Connector): boolean {
  return partsOf(connector).some(({ state }) => state === 'FAILED');
}

function tasksOf(config: Readonly<Record<string, string>>): Part[] {
  const count = Number(config[MODEL_SETTINGS.tasks] ?? '1');
  return Array.from({ length: count }, () => ({ state: 'UNASSIGNED', worker: '' }));
}

function refuseInvalid(config: Readonly<Record<string, string>>): void {
  if (config[MODEL_SETTINGS.invalid] !== undefined) throw new RefusedError('the config is invalid');
}

function rawPart({ state, worker, trace }: Part): Readonly<Record<string, string>> {
  return { state, worker_id: worker, ...(trace === undefined ? {} : { trace }) };
}
