import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { Prng } from '../kernel/prng.ts';
import { Scheduler } from '../kernel/scheduler.ts';
import type { Trace } from '../kernel/trace.ts';
import { ApiModel } from '../operator/api-model.ts';
import { LeaseModel } from '../operator/lease-model.ts';
import { EPOCH_MS } from '../operator/wall-clock.ts';
import { FAIR_WEATHER, type Weather } from '../operator/weather.ts';
import { AccessModel } from './access-model.ts';
import { ConnectModel, MODEL_SETTINGS } from './connect-model.ts';
import { ConnectProcess, type ReconcileConnect } from './connect-process.ts';
import { ConnectJudge } from './judge.ts';
import { WorkersModel } from './workers-model.ts';

const PROCESSES = 2;

/** One PSC of kind connect, its workers, the PSC of its Kafka, and the operator's processes, all in virtual time. */
export class ConnectWorld {
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  readonly lease = new LeaseModel();
  readonly api = new ApiModel(this.scheduler);
  readonly dataPlane: DataPlane = exampleDataPlane('local');
  readonly pscName = 'orders-connect';
  readonly group: ConnectModel;
  readonly workers: WorkersModel;
  readonly access: AccessModel;
  readonly judge: ConnectJudge;
  readonly reconcile: ReconcileConnect;
  readonly #random: Prng;
  readonly #processes: ConnectProcess[] = [];
  #weather: Weather = FAIR_WEATHER;
  #isKafkaUp = false;
  #faults = 0;
  #isHealed = false;

  constructor(seed: number, reconcile: ReconcileConnect, trace: Trace) {
    this.trace = trace;
    this.reconcile = reconcile;
    const random = new Prng(seed);
    this.#random = random.fork();
    const { scheduler, api } = this;
    this.group = new ConnectModel(scheduler, random.fork());
    this.judge = new ConnectJudge(this);
    this.workers = new WorkersModel({
      scheduler,
      random: random.fork(),
      api,
      group: this.group,
      access: () => this.access,
      onRefused: (worker) => {
        this.judge.refused(worker);
      },
    });
    this.access = new AccessModel({ scheduler, random: random.fork(), isKafkaUp: () => this.#isKafkaUp });
    for (let index = 0; index < PROCESSES; index += 1) this.#startProcess();
  }

  get weather(): Weather {
    return this.#weather;
  }

  get faults(): number {
    return this.#faults;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  get isKafkaUp(): boolean {
    return this.#isKafkaUp;
  }

  /** As a date in what is written down. */
  nowDate(): string {
    return new Date(EPOCH_MS + this.scheduler.nowMs).toISOString();
  }

  readonly note = (text: string): void => {
    this.trace.add(this.scheduler.nowMs, text);
  };

  createPsc(workers: number): void {
    const config = { 'connector.class': 'Model', [MODEL_SETTINGS.tasks]: '2' };
    this.api.putPsc(this.#asStored(exampleConnectPsc('local', { workers, connectors: [{ name: 'first', config }] })));
    this.api.putPsc(this.#asStored(examplePsc('local')));
  }

  setKafka(standing: 'up' | 'down'): void {
    this.#isKafkaUp = standing === 'up';
    const kafka = this.api.psc.current.get('orders');
    if (kafka === undefined) return;
    const ready = {
      type: 'flotilla.dev/Ready',
      status: standing === 'up' ? 'True' : 'False',
      reason: standing === 'up' ? 'AllBrokersInSync' : 'QuorumLost',
      lastTransitionTime: this.nowDate(),
    } as const;
    this.note(`Kafka is ${standing}`);
    this.judge.kafkaIs(standing);
    this.api.putPsc({ ...kafka, status: { conditions: [ready] } });
  }

  injected(text: string): void {
    this.#faults += 1;
    this.note(`FAULT ${text}`);
  }

  changeWeather(change: Partial<Weather>): void {
    if (!this.#isHealed) this.#weather = { ...this.#weather, ...change };
  }

  leader(): ConnectProcess | undefined {
    return this.#processes.find((process) => process.isAlive && process.isLeader());
  }

  replaceProcess(): void {
    this.scheduler.after(this.#random.int(3_000, 30_000), () => {
      this.#startProcess();
    });
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.note('HEALED');
    this.#isHealed = true;
    this.#weather = FAIR_WEATHER;
    this.setKafka('up');
  }

  #startProcess(): void {
    const holder = `operator-${this.#processes.length}`;
    this.#processes.push(new ConnectProcess(this, holder, this.#random.fork()));
  }

  #asStored(psc: PhysicalStatefulCluster): StoredPsc {
    const uid = this.api.newUid();
    return { ...psc, metadata: { ...psc.metadata, uid, resourceVersion: this.api.nextVersion(), generation: 1 } };
  }
}
