import { ordinalOf } from '../../../constructs/kubernetes/kafka/placed-pod.ts';
import { externalHost, PRECREATED_ONLY_STORAGE_CLASS } from '../../../contracts/names.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { Features } from '../../../operators/psc/kafka-releases.ts';
import { ConflictError, RefusedError, TooManyDisruptionsError } from '../../../operators/psc/ports.ts';
import { NetworkError } from '../kernel/courier.ts';
import { fieldOf } from './apply-intent.ts';
import { DisruptionJudge, type Decision } from './disruption-judge.ts';
import { FailedTemplates } from './failed-templates.ts';
import type { Invariant, Violation } from './invariants.ts';
import { NotElectedError } from './kafka-model.ts';
import type { Caller } from './cluster-port.ts';
import { FeaturesJudge } from './features-judge.ts';
import { ShrinkJudge } from './shrink-judge.ts';
import type { PodRecord } from './pod-record.ts';
import type { World } from './world.ts';

/** Holds everything that the operator does against the true state of the world. */
export class Judge {
  readonly violations: Violation[] = [];
  readonly #world: World;
  readonly #disruptions: DisruptionJudge;
  readonly #shrinks: ShrinkJudge;
  readonly #features: FeaturesJudge;
  readonly #failed: FailedTemplates;
  /** Node id ▶ its first volume. */
  readonly #volumes = new Map<number, string>();
  readonly #everCreated = new Set<string>();
  readonly #everFormatted = new Set<number>();
  #isQuiet = false;

  constructor(world: World) {
    this.#world = world;
    const violate = (invariant: Invariant, message: string): void => {
      this.violate(invariant, message);
    };
    this.#disruptions = new DisruptionJudge(world, violate);
    this.#shrinks = new ShrinkJudge(world, violate);
    this.#features = new FeaturesJudge(world, violate);
    this.#failed = new FailedTemplates(world);
  }

  get excused(): number {
    return this.#disruptions.excused;
  }

  get disruptions(): number {
    return this.#disruptions.count;
  }

  violate(invariant: Invariant, message: string): void {
    this.#world.note(`VIOLATION of ${invariant}: ${message}`);
    this.violations.push({ invariant, atMs: this.#world.scheduler.nowMs, message });
  }

  /** From now on nothing is left to do. */
  beQuiet(): void {
    this.#isQuiet = true;
  }

  /** Something has come that is to be answered. */
  mayWrite(): void {
    this.#isQuiet = false;
  }

  decided(process: Caller, how: Decision['how']): Decision {
    return this.#disruptions.decided(process, how);
  }

  disrupted(decision: Decision, pod: PodRecord): void {
    this.#disruptions.disrupted(decision, pod);
  }

  kafkaChanged(): void {
    this.#disruptions.kafkaChanged();
  }

  writeSent({ holder }: Caller, what: string): void {
    const { lease, scheduler } = this.#world;
    this.#world.note(`${holder}: ${what}`);
    if (this.#isQuiet) this.violate('quiet', what);
    if (!lease.isHeldBy(holder, scheduler.nowMs)) this.violate('lease', `${holder} sends without the lease: ${what}`);
  }

  stopped(decision: Decision, before: KubernetesObject | undefined, after: KubernetesObject): void {
    this.#shrinks.applied(decision, before, after);
  }

  cordoned(broker: number, cordon: 'present' | 'absent'): void {
    this.#shrinks.cordoned(broker, cordon);
  }

  /** It may come back with another volume, and by a name that was taken away meanwhile. */
  forgotten(broker: number): void {
    this.#shrinks.forgotten(broker);
    this.#everCreated.delete(`kafka-${broker}`);
  }

  claimDeleted(claim: KubernetesObject): void {
    if (fieldOf(claim, 'spec', 'storageClassName') === PRECREATED_ONLY_STORAGE_CLASS) return;
    this.#shrinks.claimDeleted(claim);
    this.#volumes.delete(ordinalOf(claim.metadata.name));
  }

  applied({ kind, metadata }: KubernetesObject): void {
    if (kind !== 'PersistentVolumeClaim' || this.#world.claims.find(metadata.name) !== undefined) return;
    if (this.#world.lostClaims.has(metadata.name)) this.violate('claim-replaced', metadata.name);
  }

  removed({ kind, metadata }: KubernetesObject): void {
    if (kind === 'PersistentVolumeClaim') this.violate('claim-deleted', metadata.name);
  }

  podCreated(pod: PodRecord): void {
    const { note, api, names } = this.#world;
    note(`${pod.name} is made`);
    const psc = api.storedPsc();
    if (pod.role === 'broker' && !this.#everCreated.has(pod.name) && psc !== undefined) {
      const host = externalHost(pod.name, psc.metadata.name, psc.spec.domain);
      if (!names.resolves(host)) this.violate('names-first', `${host} does not resolve everywhere`);
    }
    this.#everCreated.add(pod.name);
    this.#features.podCreated(pod);
    const failed = this.#failed.knownFailure(pod);
    if (failed !== undefined) this.violate('last-good', `${pod.name} is made from a template that ${failed}`);
  }

  podGone(pod: PodRecord): void {
    this.#features.podGone(pod);
  }

  finished(features: Features): void {
    this.#features.finished(features);
  }

  voteRemoved(decision: Decision, nodeId: number): void {
    this.#disruptions.voteRemoved(decision, nodeId);
    // What comes next may begin with an empty volume.
    this.#volumes.delete(nodeId);
  }

  formatted(nodeId: number, directory: string): void {
    const hasVoted = this.#everFormatted.has(nodeId);
    this.#everFormatted.add(nodeId);
    if (hasVoted && this.#world.kafka.quorum.voteOf(nodeId) === directory)
      this.violate('vote-first', `controller ${nodeId} votes on with an empty volume`);
  }

  volumeUsed(nodeId: number, volume: string): void {
    const first = this.#volumes.get(nodeId) ?? volume;
    this.#volumes.set(nodeId, first);
    if (first !== volume) this.violate('volume-identity', `node ${nodeId} uses ${volume}, its data is on ${first}`);
  }

  passEnded(): void {
    this.#failed.passEnded();
  }

  passFailed(holder: string, error: unknown): void {
    const isOfTheWorld = [NetworkError, ConflictError, NotElectedError, RefusedError, TooManyDisruptionsError].some(
      (kind) => error instanceof kind,
    );
    this.#world.note(`${holder}: pass fails: ${String(error)}`);
    if (!isOfTheWorld) {
      const text = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : '';
      this.violate('no-mistake', text);
    }
  }
}
