import type { DataPlane } from '../../../contracts/data-plane.ts';
import { viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import type { ObservedCredentialsState, StoredPsc } from '../../../operators/psc/observed.ts';
import { EXAMPLE_PLACES, exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { Prng } from '../kernel/prng.ts';
import { Scheduler } from '../kernel/scheduler.ts';
import type { Trace } from '../kernel/trace.ts';
import { ApiModel } from './api-model.ts';
import { BalancerModel } from './balancer-model.ts';
import { ClaimsModel } from './claims-model.ts';
import { CredentialsModel } from './credentials-model.ts';
import { Drains } from './drains.ts';
import { IssuerModel } from './issuer-model.ts';
import { Judge } from './judge.ts';
import { KafkaModel } from './kafka-model.ts';
import { LeaseModel } from './lease-model.ts';
import { NamesModel } from './names-model.ts';
import { makeNodes, type NodeModel } from './node-model.ts';
import { OperatorProcess, type Reconcile } from './operator-process.ts';
import { PasswordsModel } from './passwords-model.ts';
import { PodsModel } from './pods-model.ts';
import { type Release, Releases } from './releases.ts';
import { type FirstKafka, VERSION_TAG } from './upgrades.ts';
import { FAIR_WEATHER, type Weather } from './weather.ts';

const PROCESSES = 2;
const TOPICS = 6;
const PARTITIONS_PER_TOPIC = 3;
const TIERED = { bucket: 'flotilla-orders', prefix: 'orders', localRetentionMs: '3600000' } as const;

/** One Kubernetes cluster with one PSC, its Kafka, its names, and the operator's processes, all in virtual time. */
export class World {
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  readonly lease = new LeaseModel();
  readonly api = new ApiModel(this.scheduler);
  readonly dataPlane: DataPlane = exampleDataPlane('local');
  readonly pscName = 'orders';
  readonly nodes: readonly NodeModel[] = makeNodes(EXAMPLE_PLACES.local.zones);
  readonly kafka: KafkaModel;
  readonly claims: ClaimsModel;
  readonly names: NamesModel;
  readonly pods: PodsModel;
  readonly credentials: CredentialsModel;
  readonly issuer: IssuerModel;
  readonly passwords: PasswordsModel;
  readonly judge: Judge;
  readonly balancer: BalancerModel;
  readonly drains: Drains;
  readonly releases: Releases;
  readonly reconcile: Reconcile;
  /** Claims that somebody has deleted. */
  readonly lostClaims = new Set<string>();
  /** Keys of other objects that somebody has deleted. */
  readonly deletedByHand = new Set<string>();
  readonly #random: Prng;
  readonly #processes: OperatorProcess[] = [];
  #weather: Weather = FAIR_WEATHER;
  #lastHarmAtMs = -Infinity;
  #faults = 0;
  #isHealed = false;

  constructor(seed: number, reconcile: Reconcile, trace: Trace) {
    this.trace = trace;
    const random = new Prng(seed);
    this.#random = random.fork();
    this.reconcile = reconcile;
    const { scheduler, api, nodes } = this;
    this.kafka = new KafkaModel(
      scheduler,
      random.fork(),
      () => this.#weather,
      () => {
        this.#kafkaChanged();
      },
    );
    this.claims = new ClaimsModel(scheduler, random.fork(), api);
    this.names = new NamesModel(scheduler, random.fork(), api);
    this.pods = new PodsModel({
      scheduler,
      random: random.fork(),
      api,
      claims: this.claims,
      kafka: this.kafka,
      nodes,
      mountCredentials: (pod) => this.credentials.mount(pod),
      onVolumeUsed: (nodeId, volume) => {
        this.judge.volumeUsed(nodeId, volume);
      },
      onFormatted: (nodeId, directory) => {
        this.judge.formatted(nodeId, directory);
      },
      onCreated: (pod) => {
        this.judge.podCreated(pod);
      },
      onEnded: (pod) => {
        this.judge.podGone(pod);
      },
    });
    this.judge = new Judge(this);
    this.balancer = new BalancerModel(this);
    // Of its own: what goes on elsewhere in a world stays as it was.
    this.drains = new Drains(this, new Prng(seed ^ 0x35f1_9d27));
    this.releases = new Releases(this, new Prng(seed ^ 0x2545_f491));
    this.issuer = new IssuerModel({ scheduler, random: new Prng(seed ^ 0x6d0f_27bd), note: this.note });
    this.credentials = new CredentialsModel({
      scheduler,
      issuer: this.issuer,
      // Of its own: what goes on elsewhere in a world stays as it was.
      random: new Prng(seed ^ 0x2c1b_3c6d),
      pods: () => this.pods.all(),
      onDistrust: (message) => {
        this.judge.violate('trusted', message);
      },
    });
    this.passwords = new PasswordsModel({
      scheduler,
      random: new Prng(seed ^ 0x1f83_d9ab),
      brokers: () => this.kafka.brokerIds().filter((id) => this.kafka.isAlive(id)),
      onShutOut: (message) => {
        this.judge.violate('let-in', message);
      },
    });
    for (let index = 0; index < PROCESSES; index += 1) this.#startProcess();
  }

  get weather(): Weather {
    return this.#weather;
  }

  get lastHarmAtMs(): number {
    return this.#lastHarmAtMs;
  }

  get faults(): number {
    return this.#faults;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  readonly note = (text: string): void => {
    this.trace.add(this.scheduler.nowMs, text);
  };

  createPsc(
    brokers: number,
    maxUnavailablePerZone: number,
    volumeGraceHours: number,
    { version, featureSoakMinutes }: FirstKafka,
  ): void {
    const example = examplePsc('local', { name: this.pscName, brokers });
    const { kafka } = example.spec;
    if (kafka === undefined) throw new Error('the example is no Kafka cluster');
    const storage = { ...kafka.brokers.storage, growthLimitGib: 40 };
    const spec = {
      ...example.spec,
      kafka: {
        ...kafka,
        version,
        featureSoakMinutes,
        image: kafka.image.replace(VERSION_TAG, `:${version}@`),
        brokers: { ...kafka.brokers, maxUnavailablePerZone, volumeGraceHours, storage },
        tieredStorage: TIERED,
      },
    };
    this.kafka.isTiered = true;
    this.kafka.features.format(version);
    const metadata = {
      ...example.metadata,
      uid: this.api.newUid(),
      resourceVersion: this.api.nextVersion(),
      generation: 1,
    };
    this.api.putPsc({ ...example, spec, metadata });
  }

  injected(_fault: string, text: string): void {
    this.#faults += 1;
    this.note(`FAULT ${text}`);
  }

  /** Something of the world takes a process away, or a replica out of sync. */
  harm(what: string): void {
    this.#lastHarmAtMs = this.scheduler.nowMs;
    this.note(`harm: ${what}`);
  }

  changeWeather(change: Partial<Weather>): void {
    if (!this.#isHealed) this.#weather = { ...this.#weather, ...change };
  }

  leader(): OperatorProcess | undefined {
    return this.#processes.find((process) => process.isAlive && process.isLeader());
  }

  replaceProcess(): void {
    this.scheduler.after(this.#random.int(3_000, 30_000), () => {
      this.#startProcess();
    });
  }

  /** They end in good order, and others start in their place. */
  stopProcessesOf(release: Release): void {
    for (const process of this.#processes) if (process.release === release) process.stop();
  }

  nodeCameBack(node: NodeModel): void {
    this.note(`${node.name} is back`);
    this.pods.nodeCameBack(node);
  }

  credentialsOf(psc: StoredPsc): ObservedCredentialsState {
    const state = this.credentials.stateFor(viewCluster(psc, this.dataPlane));
    return state.state === 'whole' ? { ...state, logins: this.passwords.held } : state;
  }

  issueCredentials(psc: StoredPsc): void {
    this.passwords.issue();
    this.credentials.issue(viewCluster(psc, this.dataPlane));
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.note('HEALED');
    this.#isHealed = true;
    this.#weather = FAIR_WEATHER;
    this.issuer.heal();
    for (const node of this.nodes) {
      node.isCordoned = false;
      if (!node.isUp) this.nodeCameBack(node);
    }
  }

  #startProcess(): void {
    const holder = `operator-${this.#processes.length}`;
    const release = this.releases.next();
    if (release === 'older') this.note(`${holder} is of the older release`);
    this.#processes.push(new OperatorProcess(this, holder, this.#random.fork(), release));
  }

  #kafkaChanged(): void {
    this.judge.kafkaChanged();
    const { partitions } = this.kafka;
    const zones = this.kafka.servingByZone();
    if (partitions.all.length > 0 || zones.length < EXAMPLE_PLACES.local.zones.length) return;
    for (let topic = 0; topic < TOPICS; topic += 1) partitions.create(`orders-${topic}`, PARTITIONS_PER_TOPIC, zones);
  }
}
