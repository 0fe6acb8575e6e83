import { isMaintenanceTime } from '../../../contracts/maintenance-windows.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { isSameTemplate, templateOf } from '../../../operators/client/plan-client-objects.ts';
import { FIRST_WAIT_MS, HEALED_AFTER_MS, LONGEST_WAIT_MS } from '../../../operators/connect/restarts.ts';
import { objectKey, type StoredPsc } from '../../../operators/psc/observed.ts';
import { ConflictError, RefusedError } from '../../../operators/psc/ports.ts';
import { NetworkError } from '../kernel/courier.ts';
import { isLeftAlone } from '../operator/left-alone.ts';
import { EPOCH_MS } from '../operator/wall-clock.ts';
import { SECRET } from './connect-model.ts';
import type { ConnectProcess } from './connect-process.ts';
import type { Invariant, Violation } from './invariants.ts';
import type { ConnectWorld } from './world.ts';

/** How old what a process acts on may be: caches that lag, and a process that stands still while its lease holds. */
const OLD_NEWS_MS = 90_000;
/** Clocks of two processes may differ by this. */
const SKEW_MS = 5_000;

interface RestartRecord {
  count: number;
  lastMs: number;
}

/** Holds everything that the operator does against the true state of the world. */
export class ConnectJudge {
  readonly violations: Violation[] = [];
  /** Calls of Connect that changed something, and restarts among them. */
  readonly counts = { calls: 0, restarts: 0 };
  readonly #world: ConnectWorld;
  readonly #everNamed = new Set<string>();
  /** Connector ▶ since when the spec names it. */
  readonly #namedSince = new Map<string, number>();
  readonly #restarts = new Map<string, RestartRecord>();
  #leftAloneSinceMs: number | undefined;
  #windows = { text: '', sinceMs: 0 };
  #kafkaUpAtMs: number | undefined;
  #isQuiet = false;

  constructor(world: ConnectWorld) {
    this.#world = world;
    world.api.onChange((key) => {
      const psc = world.api.storedPsc();
      if (key === 'PhysicalStatefulCluster' && psc !== undefined) this.#pscChanged(psc);
    });
  }

  violate(invariant: Invariant, message: string): void {
    this.#world.note(`VIOLATION of ${invariant}: ${message}`);
    this.violations.push({ invariant, atMs: this.#world.scheduler.nowMs, message });
  }

  /** From now on nothing is left to do. */
  beQuiet(): void {
    this.#isQuiet = true;
  }

  kafkaIs(standing: 'up' | 'down'): void {
    this.#kafkaUpAtMs = standing === 'up' ? Infinity : this.#kafkaUpAtMs === undefined ? undefined : this.#now();
  }

  /** Somebody else has changed a connector, so that it is begun with anew. */
  connectorTouched(name: string): void {
    this.#restarts.delete(name);
  }

  writeSent({ holder }: ConnectProcess, what: string): void {
    const { lease, scheduler } = this.#world;
    this.#world.note(`${holder}: ${what}`);
    if (this.#isQuiet) this.violate('quiet', what);
    if (!lease.isHeldBy(holder, scheduler.nowMs)) this.violate('lease', `${holder} sends without the lease: ${what}`);
    if (what !== 'write status') this.#notLeftAlone(what);
  }

  callSent(process: ConnectProcess, kind: string, name: string): void {
    this.counts.calls += 1;
    if (!this.#everNamed.has(name)) this.violate('not-ours', `${kind} ${name}`);
    switch (kind) {
      case 'restart':
        // Decided when the pass began: what was sent before it may have been on its way for long.
        this.#restarted(name, process.passAtMs);
        return;
      case 'remove': {
        const sinceMs = this.#namedSince.get(name);
        if (sinceMs !== undefined && sinceMs < process.freshAtMs) this.violate('wanted', `${name} is taken away`);
        break;
      }
      case 'create': {
        const rows = this.#world.api.storedPsc()?.status?.connect?.connectors ?? [];
        if (!rows.some((row) => row.name === name)) this.violate('recorded-first', name);
        break;
      }
    }
    this.#restarts.delete(name);
  }

  /** A worker does not come into its Kafka by what it was given. */
  refused(worker: string): void {
    if (!this.#world.access.isDisturbed) this.violate('let-in', worker);
  }

  applied(object: KubernetesObject): void {
    if (object.kind !== 'StatefulSet') return;
    const { api, workers, access } = this.#world;
    const before = api.objects.current.get(objectKey(object));
    if (before === undefined) {
      const upAtMs = this.#kafkaUpAtMs ?? -Infinity;
      if (upAtMs < this.#now() - OLD_NEWS_MS) this.violate('kafka-first', 'workers come, and their Kafka is not up');
      if (!access.isGranted && !access.isDisturbed)
        this.violate('kafka-first', 'workers come, and their Kafka does not know them');
      return;
    }
    if (isSameTemplate(templateOf(before), templateOf(object)) || workers.ready().length === 0) return;
    const windows = api.storedPsc()?.spec.maintenanceWindows ?? [];
    const isNews = this.#windows.sinceMs > this.#now() - OLD_NEWS_MS;
    const wallMs = EPOCH_MS + this.#now();
    const isOpen = [wallMs - OLD_NEWS_MS, wallMs, wallMs + SKEW_MS].some((timeMs) =>
      isMaintenanceTime(windows, timeMs),
    );
    if (!isNews && !isOpen) this.violate('in-window', 'the pod template changes outside of all windows');
  }

  statusWritten(status: unknown): void {
    if (JSON.stringify(status).includes(SECRET)) this.violate('no-secrets', 'the status has a secret');
  }

  passFailed(holder: string, error: unknown): void {
    const isOfTheWorld = [NetworkError, ConflictError, RefusedError].some((kind) => error instanceof kind);
    this.#world.note(`${holder}: pass fails: ${String(error)}`);
    if (!isOfTheWorld) {
      const text = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : '';
      this.violate('no-mistake', text);
    }
  }

  #now(): number {
    return this.#world.scheduler.nowMs;
  }

  #pscChanged(psc: StoredPsc): void {
    const names = (psc.spec.connect?.connectors ?? []).map(({ name }) => name);
    for (const name of [...this.#namedSince.keys()]) if (!names.includes(name)) this.#namedSince.delete(name);
    for (const name of names) {
      this.#everNamed.add(name);
      if (!this.#namedSince.has(name)) this.#namedSince.set(name, this.#now());
    }
    if (!isLeftAlone(psc)) this.#leftAloneSinceMs = undefined;
    else this.#leftAloneSinceMs ??= this.#now();
    const text = JSON.stringify(psc.spec.maintenanceWindows ?? []);
    if (text !== this.#windows.text) this.#windows = { text, sinceMs: this.#now() };
  }

  #notLeftAlone(what: string): void {
    const sinceMs = this.#leftAloneSinceMs;
    if (sinceMs !== undefined && sinceMs < this.#now() - OLD_NEWS_MS && what !== 'set finalizer') {
      this.violate('left-alone', what);
    }
  }

  #restarted(name: string, decidedMs: number): void {
    this.counts.restarts += 1;
    const nowMs = this.#now();
    const { group } = this.#world;
    if (group.lastFailedAtMs(name) < nowMs - OLD_NEWS_MS / 2) this.violate('failed-only', `${name} had not failed`);
    const before = this.#restarts.get(name);
    const isForgiven = before !== undefined && nowMs - before.lastMs > HEALED_AFTER_MS - SKEW_MS;
    if (before === undefined || isForgiven) {
      this.#restarts.set(name, { count: 1, lastMs: decidedMs });
      return;
    }
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (before.count - 1), LONGEST_WAIT_MS) - SKEW_MS;
    if (decidedMs - before.lastMs < waitMs) {
      this.violate(
        'backoff',
        `${name} is started again after ${decidedMs - before.lastMs} ms, the ${before.count + 1}. time`,
      );
    }
    this.#restarts.set(name, { count: before.count + 1, lastMs: decidedMs });
  }
}
