import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { STATEFUL_SETS } from '../../../constructs/kubernetes/kafka/stateful-sets.ts';
import { TooManyDisruptionsError } from '../../../operators/psc/ports.ts';
import type { ObservedPod } from '../../../operators/psc/observed.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ApiModel } from './api-model.ts';
import { fieldOf } from './apply-intent.ts';

interface Budget {
  allowed: number;
  healthy: number;
  expected: number;
  /** Pods that an eviction has taken and whose end the controller has not seen. */
  readonly disrupted: Set<string>;
  isSyncing: boolean;
}

/** Disruption budgets of at most one pod per role, and their controller, which learns of pods a little later. */
export class BudgetModel {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #api: ApiModel;
  readonly #budgets: Readonly<Record<KafkaRole, Budget>> = { broker: newBudget(), controller: newBudget() };

  constructor(scheduler: Scheduler, random: Prng, api: ApiModel) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#api = api;
    api.onChange((key) => {
      if (key.startsWith('Pod/') || key.startsWith('StatefulSet/')) this.#syncLater();
    });
  }

  /**
   * Takes what an eviction needs of the budget.
   *
   * @throws TooManyDisruptionsError when it is used up
   */
  take(pod: ObservedPod, isPending: boolean): void {
    const role = pod.role === 'controller' ? pod.role : 'broker';
    const budget = this.#budgets[role];
    if (isPending || pod.isTerminating || !this.#hasBudget(role)) return;
    if (pod.ready !== 'True') {
      // unhealthyPodEvictionPolicy: IfHealthyBudget
      if (budget.expected > 1 && budget.healthy >= budget.expected - 1) return;
      throw new TooManyDisruptionsError(`${pod.name} is not ready and the budget is not healthy`);
    }
    if (budget.allowed <= 0) throw new TooManyDisruptionsError(`no disruption of ${pod.name} is allowed now`);
    budget.allowed -= 1;
    budget.disrupted.add(pod.uid);
  }

  #hasBudget(role: KafkaRole): boolean {
    return this.#api.objectsOfKind('PodDisruptionBudget').some(({ metadata }) => metadata.name === STATEFUL_SETS[role]);
  }

  #syncLater(): void {
    for (const role of ['broker', 'controller'] as const) {
      const budget = this.#budgets[role];
      if (budget.isSyncing) continue;
      budget.isSyncing = true;
      this.#scheduler.after(this.#random.int(20, 500), () => {
        budget.isSyncing = false;
        this.#sync(role, budget);
      });
    }
  }

  #sync(role: KafkaRole, budget: Budget): void {
    const pods = [...this.#api.pods.current.values()].filter((pod) => pod.role === role);
    const set = this.#api.objectsOfKind('StatefulSet').find(({ metadata }) => metadata.name === STATEFUL_SETS[role]);
    for (const uid of budget.disrupted) {
      if (!pods.some((pod) => pod.uid === uid && !pod.isTerminating)) budget.disrupted.delete(uid);
    }
    const counts = (pod: ObservedPod): boolean =>
      pod.ready === 'True' && !pod.isTerminating && !budget.disrupted.has(pod.uid);
    budget.expected = Number(fieldOf(set, 'spec', 'replicas') ?? 0);
    budget.healthy = pods.filter(counts).length;
    budget.allowed = Math.max(0, budget.healthy - (budget.expected - 1));
  }
}

function newBudget(): Budget {
  return { allowed: 0, healthy: 0, expected: 0, disrupted: new Set(), isSyncing: false };
}
