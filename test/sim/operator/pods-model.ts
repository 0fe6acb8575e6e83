import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import { STATEFUL_SETS } from '../../../constructs/kubernetes/kafka/stateful-sets.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import type { PodRef } from '../../../operators/psc/plan.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { fieldOf } from './apply-intent.ts';
import { BudgetModel } from './budget-model.ts';
import { KubeletModel, type KubeletParts } from './kubelet-model.ts';
import type { NodeModel } from './node-model.ts';
import { isPending, newPodRecord, observedPod, type PodRecord } from './pod-record.ts';

export interface PodsParts extends Omit<KubeletParts, 'onGone'> {
  readonly onCreated: (pod: PodRecord) => void;
  readonly onEnded: (pod: PodRecord) => void;
}

/** Pods of both StatefulSets: made where they are missing, from the template of the moment. */
export class PodsModel {
  readonly #parts: PodsParts;
  readonly #kubelet: KubeletModel;
  readonly #budget: BudgetModel;
  readonly #pods = new Map<string, PodRecord>();
  #isSyncing = false;

  constructor(parts: PodsParts) {
    this.#parts = parts;
    this.#budget = new BudgetModel(parts.scheduler, parts.random, parts.api);
    this.#kubelet = new KubeletModel({
      ...parts,
      onGone: (pod) => {
        this.#gone(pod);
      },
    });
    parts.api.onChange((key) => {
      if (key.startsWith('StatefulSet/')) this.#syncLater();
    });
  }

  all(): readonly PodRecord[] {
    return [...this.#pods.values()];
  }

  get(name: string): PodRecord | undefined {
    return this.#pods.get(name);
  }

  /**
   * The pod, if it still is exactly the one that was seen; undefined when it is gone.
   *
   * @throws ConflictError when it has changed
   */
  exactly({ name, uid, resourceVersion }: PodRef): PodRecord | undefined {
    const pod = this.#pods.get(name);
    if (pod === undefined) return undefined;
    if (pod.uid !== uid || pod.resourceVersion !== resourceVersion) throw new ConflictError(`${name} has changed`);
    return pod;
  }

  /** @throws TooManyDisruptionsError when the budget is used up */
  evict(pod: PodRecord, onAllowed: () => void): void {
    this.#budget.take(observedPod(pod), isPending(pod));
    onAllowed();
    this.#kubelet.terminate(pod);
  }

  terminate(pod: PodRecord): void {
    this.#kubelet.terminate(pod);
  }

  crash(pod: PodRecord): void {
    this.#kubelet.crash(pod);
  }

  lose(pod: PodRecord): void {
    this.#kubelet.lose(pod);
  }

  setGate(pod: PodRecord, gate: 'True' | 'False'): void {
    if (pod.gate === gate) return;
    pod.gate = gate;
    this.#kubelet.publish(pod);
  }

  mark(pod: PodRecord, holder: string): void {
    if (pod.fenceHolder === holder) return;
    pod.fenceHolder = holder;
    this.#kubelet.publish(pod);
  }

  /** The webhook writes down that somebody wants it off its node. */
  wish(pod: PodRecord, atMs: number): void {
    pod.evictedAtMs = atMs;
    pod.askedSinceMs ??= atMs;
    this.#kubelet.publish(pod);
  }

  /** Somebody else writes something that nobody here reads. */
  touch(pod: PodRecord): void {
    this.#kubelet.publish(pod);
  }

  nodeWentDown(node: NodeModel): void {
    this.#kubelet.nodeWentDown(node, this.all());
  }

  nodeCameBack(node: NodeModel): void {
    this.#kubelet.nodeCameBack(node, this.all());
  }

  nodeWasRemoved(node: NodeModel): void {
    this.#kubelet.nodeWasRemoved(node, this.all());
  }

  #gone(pod: PodRecord): void {
    if (this.#pods.get(pod.name) !== pod) return;
    pod.isGone = true;
    this.#parts.onEnded(pod);
    this.#pods.delete(pod.name);
    this.#parts.api.dropPod(pod.name);
    this.#syncLater();
  }

  #syncLater(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#parts.scheduler.after(this.#parts.random.int(50, 800), () => {
      this.#isSyncing = false;
      for (const role of ['controller', 'broker'] as const) this.#sync(role);
    });
  }

  #sync(role: KafkaRole): void {
    const { api } = this.#parts;
    const set = api.objectsOfKind('StatefulSet').find(({ metadata }) => metadata.name === STATEFUL_SETS[role]);
    if (set === undefined) return;
    const replicas = Number(fieldOf(set, 'spec', 'replicas'));
    for (const pod of this.all()) if (pod.role === role && pod.ordinal >= replicas) this.#kubelet.terminate(pod);
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      if (!this.#pods.has(`${STATEFUL_SETS[role]}-${ordinal}`)) this.#create(set, role, ordinal);
    }
  }

  #create(set: KubernetesObject, role: KafkaRole, ordinal: number): void {
    const { api, claims, scheduler, onCreated } = this.#parts;
    const name = `${STATEFUL_SETS[role]}-${ordinal}`;
    const template = fieldOf(set, 'spec', 'template');
    const pod = newPodRecord({ name, uid: api.newUid(), role, ordinal, template, createdAtMs: scheduler.nowMs });
    const [claimTemplate] = fieldOf(set, 'spec', 'volumeClaimTemplates') as readonly unknown[];
    if (claims.find(claimName(name)) === undefined) {
      claims.remake(claimName(name), set.metadata.namespace ?? '', claimTemplate);
    }
    this.#pods.set(name, pod);
    onCreated(pod);
    this.#kubelet.publish(pod);
    scheduler.after(200, () => {
      this.#kubelet.place(pod);
    });
  }
}
