import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { UNSCHEDULABLE_PATIENCE_MS } from '../../../operators/psc/classify.ts';
import { isLeftAlone } from './left-alone.ts';
import type { PodRecord } from './pod-record.ts';
import { isConfigBad } from './pod-template-facts.ts';
import type { World } from './world.ts';

/** How long, and for how many whole passes, a failure has been there to be seen before it counts as known. */
const KNOWN_AFTER_MS = 60_000;
const KNOWN_AFTER_PASSES = 3;

interface Failure {
  readonly sinceMs: number;
  passes: number;
}

/** Templates whose pods cannot work, from when on anybody could have noticed. */
export class FailedTemplates {
  readonly #world: World;
  readonly #failures = new Map<string, Failure>();
  readonly #worked = new Set<KafkaRole>();
  #generation = 0;

  constructor(world: World) {
    this.#world = world;
    world.api.onChange((key) => {
      if (key === 'PhysicalStatefulCluster') this.#forgetWithSpec();
      const pod = key.startsWith('Pod/') ? world.pods.get(key.slice('Pod/'.length)) : undefined;
      if (pod !== undefined && isFailing(pod)) this.#seen(pod);
      if (pod?.isListening === true) this.#worked.add(pod.role);
    });
  }

  passEnded(): void {
    const psc = this.#world.api.storedPsc();
    // Where the operator is to keep its hands off, it can put nothing back.
    if (psc === undefined || isLeftAlone(psc)) return;
    for (const failure of this.#failures.values()) {
      if (failure.sinceMs <= this.#world.scheduler.nowMs - KNOWN_AFTER_MS) failure.passes += 1;
    }
  }

  /** What is known to be wrong with the template that a new pod was made from. */
  knownFailure(pod: PodRecord): string | undefined {
    const failure = this.#failures.get(templateOf(pod));
    // There is nothing to put back in a cluster that never worked.
    if (!this.#worked.has(pod.role)) return undefined;
    if (failure === undefined || failure.passes < KNOWN_AFTER_PASSES) return undefined;
    return `failed ${Math.round((this.#world.scheduler.nowMs - failure.sinceMs) / 1000)} s ago`;
  }

  #seen(pod: PodRecord): void {
    const id = templateOf(pod);
    if (this.#failures.has(id)) return;
    const patienceMs = pod.unschedulableSinceMs === undefined ? 0 : UNSCHEDULABLE_PATIENCE_MS;
    this.#failures.set(id, { sinceMs: this.#world.scheduler.nowMs + patienceMs, passes: 0 });
  }

  /** Another spec may ask for the same template again, and is to be tried. */
  #forgetWithSpec(): void {
    const generation = this.#world.api.storedPsc()?.metadata.generation ?? 0;
    if (generation !== this.#generation) this.#failures.clear();
    this.#generation = generation;
  }
}

function isFailing({ facts, files, container, unschedulableSinceMs }: PodRecord): boolean {
  if (facts.isTooLarge) return unschedulableSinceMs !== undefined;
  if (container.state !== 'waiting') return false;
  if (facts.isImageBad) return container.reason === 'ImagePullBackOff';
  return container.reason === 'CrashLoopBackOff' && isConfigBad(files ?? {});
}

function templateOf({ role, facts: { annotations } }: PodRecord): string {
  return `${role} ${annotations[TEMPLATE_HASH_ANNOTATION]} ${annotations[CONFIG_HASH_ANNOTATION]}`;
}
