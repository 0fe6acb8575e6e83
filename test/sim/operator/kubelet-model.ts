import { JOINS } from '../../../constructs/kubernetes/kafka/scripts.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ApiModel } from './api-model.ts';
import type { ClaimsModel } from './claims-model.ts';
import type { KafkaModel } from './kafka-model.ts';
import type { NodeModel } from './node-model.ts';
import { observedPod, type PodRecord } from './pod-record.ts';
import { firstDirectory } from './quorum-model.ts';
import { filesOf, isConfigBad } from './pod-template-facts.ts';

export interface KubeletParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly api: ApiModel;
  readonly claims: ClaimsModel;
  readonly kafka: KafkaModel;
  readonly nodes: readonly NodeModel[];
  /** Whether the pod's certificate is in what it mounts. */
  readonly mountCredentials: (pod: PodRecord) => boolean;
  /** A process is about to use a volume. */
  readonly onVolumeUsed: (nodeId: number, volume: string) => void;
  /** A controller writes who it is on an empty volume. */
  readonly onFormatted: (nodeId: number, directory: string) => void;
  readonly onGone: (pod: PodRecord) => void;
}

/** Scheduler and kubelets: what becomes of a pod from its creation to its end. */
export class KubeletModel {
  readonly #parts: KubeletParts;
  /** Brokers whose last process did not end in good order. */
  readonly #unclean = new Set<number>();

  constructor(parts: KubeletParts) {
    this.#parts = parts;
  }

  publish(pod: PodRecord): void {
    if (pod.isGone) return;
    pod.resourceVersion = this.#parts.api.nextVersion();
    this.#parts.api.putPod(observedPod(pod));
  }

  /** Finds a node, again and again. */
  place(pod: PodRecord): void {
    if (pod.isTerminating || pod.node !== undefined) return;
    const { scheduler, claims, nodes, random } = this.#parts;
    const claim = claims.find(`data-${pod.name}`);
    const zone = claim === undefined ? undefined : claims.zoneOf(claim);
    const fitting = nodes.filter((node) => node.isUp && !node.isCordoned && node.zone === zone);
    if (claim === undefined || fitting.length === 0 || pod.facts.isTooLarge) {
      if (pod.unschedulableSinceMs === undefined) {
        pod.unschedulableSinceMs = scheduler.nowMs;
        this.publish(pod);
      }
      this.#later(pod, 10_000, () => {
        this.place(pod);
      });
      return;
    }
    claims.bind(claim);
    pod.node = random.pick(fitting);
    delete pod.unschedulableSinceMs;
    pod.container = { state: 'waiting', reason: 'ContainerCreating', restarts: 0 };
    this.publish(pod);
    this.#later(pod, random.int(500, 4_000), () => {
      this.#create(pod);
    });
  }

  /** Ends the pod in good order, as far as its node lets it. */
  terminate(pod: PodRecord): void {
    if (pod.isTerminating) return;
    pod.isTerminating = true;
    pod.run += 1;
    this.publish(pod);
    if (pod.node?.isUp !== false) this.#stop(pod);
  }

  /** The process ends by itself and is started again. */
  crash(pod: PodRecord): void {
    if (pod.container.state !== 'running' || pod.isTerminating || pod.node?.isUp === false) return;
    this.#kill(pod);
    this.#exited(pod);
  }

  nodeWentDown(node: NodeModel, pods: readonly PodRecord[]): void {
    node.isUp = false;
    const own = pods.filter((pod) => pod.node === node);
    for (const pod of own) {
      pod.run += 1;
      this.#kill(pod);
    }
    this.#parts.scheduler.after(this.#parts.random.int(40_000, 50_000), () => {
      if (node.isUp) return;
      for (const pod of own) {
        pod.isNodeLost = true;
        this.publish(pod);
      }
    });
  }

  nodeCameBack(node: NodeModel, pods: readonly PodRecord[]): void {
    node.isUp = true;
    for (const pod of pods) {
      if (pod.node !== node) continue;
      pod.isNodeLost = false;
      if (pod.isTerminating) this.#stop(pod);
      else if (pod.container.state === 'running') this.#exited(pod);
      else this.#create(pod);
    }
  }

  /** The node object is deleted: its pods go with it. */
  nodeWasRemoved(node: NodeModel, pods: readonly PodRecord[]): void {
    for (const pod of pods) {
      if (pod.node !== node) continue;
      pod.run += 1;
      this.#parts.onGone(pod);
    }
  }

  /** The pod ends at once, and nobody waits for it. */
  lose(pod: PodRecord): void {
    pod.run += 1;
    this.#kill(pod);
    this.#parts.onGone(pod);
  }

  #create(pod: PodRecord): void {
    const { api, random } = this.#parts;
    const wait = (reason: string): void => {
      if (pod.container.state === 'waiting' && pod.container.reason === reason) return;
      pod.container = { state: 'waiting', reason, restarts: pod.restarts };
      this.publish(pod);
    };
    const files = filesOf(pod.facts, api);
    if (files === undefined || pod.facts.isImageBad) {
      wait(files === undefined ? 'ContainerCreating' : 'ImagePullBackOff');
      this.#later(pod, 15_000, () => {
        this.#create(pod);
      });
      return;
    }
    pod.files = files;
    this.#later(pod, random.int(500, 3_000), () => {
      this.#start(pod);
    });
  }

  #start(pod: PodRecord): void {
    const { claims, kafka, random, mountCredentials, onVolumeUsed } = this.#parts;
    pod.container = { state: 'running', restarts: pod.restarts };
    this.publish(pod);
    if (
      isConfigBad(pod.files ?? {}) ||
      !mountCredentials(pod) ||
      !kafka.features.canStart(pod.nodeId, pod.facts.metadataLevel)
    ) {
      this.#later(pod, random.int(1_000, 4_000), () => {
        this.#exited(pod);
      });
      return;
    }
    const claim = claims.find(`data-${pod.name}`);
    const volume = claim === undefined ? undefined : claims.bind(claim);
    if (volume !== undefined) onVolumeUsed(pod.nodeId, volume);
    const { run } = pod;
    const listen = (): void => {
      if (pod.run !== run || pod.isTerminating) return;
      pod.isListening = true;
      this.publish(pod);
    };
    if (pod.role === 'broker') {
      const how = this.#unclean.has(pod.nodeId) ? 'recovering' : 'clean';
      this.#unclean.add(pod.nodeId);
      kafka.startBroker(pod.nodeId, pod.node?.zone ?? '', how, listen);
      return;
    }
    const directory = volume === undefined ? firstDirectory(pod.nodeId) : this.#directoryOn(volume, pod);
    this.#later(pod, random.int(1_000, 4_000), () => {
      kafka.quorum.start(pod.nodeId, directory);
      listen();
    });
  }

  /** As the init container does it. */
  #directoryOn(volume: string, { name, nodeId, files = {} }: PodRecord): string {
    const { claims, onFormatted } = this.#parts;
    const joins = (files['placement.properties'] ?? '').includes(`${name}.quorum=${JOINS}\n`);
    const { directory, wasEmpty } = claims.directoryOn(volume, () => (joins ? `of-${volume}` : firstDirectory(nodeId)));
    if (wasEmpty) onFormatted(nodeId, directory);
    return directory;
  }

  #exited(pod: PodRecord): void {
    pod.run += 1;
    pod.restarts += 1;
    pod.isListening = false;
    const isBackingOff = pod.restarts > 1;
    pod.container = isBackingOff
      ? { state: 'waiting', reason: 'CrashLoopBackOff', restarts: pod.restarts }
      : { state: 'terminated', exitCode: 1, restarts: pod.restarts };
    this.publish(pod);
    const backOffMs = isBackingOff ? Math.min(300_000, 10_000 * 2 ** (pod.restarts - 2)) : 1_000;
    this.#later(pod, backOffMs, () => {
      this.#start(pod);
    });
  }

  #stop(pod: PodRecord): void {
    const { kafka, random, scheduler, onGone } = this.#parts;
    if (pod.role === 'broker' && pod.container.state === 'running' && kafka.isAlive(pod.nodeId)) {
      kafka.stopBroker(pod.nodeId, () => {
        if (pod.node?.isUp === false) return;
        this.#unclean.delete(pod.nodeId);
        onGone(pod);
      });
      return;
    }
    scheduler.after(random.int(500, 2_000), () => {
      if (pod.node?.isUp === false) return;
      this.#kill(pod);
      onGone(pod);
    });
  }

  #kill(pod: PodRecord): void {
    if (pod.container.state !== 'running') return;
    if (pod.role === 'broker') this.#parts.kafka.crashBroker(pod.nodeId);
    else this.#parts.kafka.quorum.stop(pod.nodeId);
  }

  #later(pod: PodRecord, delayMs: number, action: () => void): void {
    const { run } = pod;
    this.#parts.scheduler.after(delayMs, () => {
      if (pod.run === run && !pod.isGone && pod.node?.isUp !== false) action();
    });
  }
}
