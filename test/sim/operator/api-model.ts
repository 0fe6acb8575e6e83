import type { ObservedPod, StoredPsc } from '../../../operators/psc/observed.ts';
import { objectKey } from '../../../operators/psc/observed.ts';
import { ConflictError, RefusedError } from '../../../operators/psc/ports.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { VersionedStore } from '../kernel/versioned-store.ts';
import { applyIntent, fieldOf, isJson, isSame, type Json } from './apply-intent.ts';

/** Conditions and fields of the status that others than the operator write. */
const FOREIGN_CONDITIONS: ReadonlySet<unknown> = new Set(['flotilla.dev/Balancing']);

/** The Kubernetes API server as far as the operator leans on it: versions, server-side apply, preconditions, refusals. */
export class ApiModel {
  readonly psc = new VersionedStore<StoredPsc>();
  readonly objects = new VersionedStore<KubernetesObject>();
  readonly pods = new VersionedStore<ObservedPod>();
  readonly #scheduler: Scheduler;
  readonly #intents = new Map<string, Json>();
  readonly #listeners: ((key: string) => void)[] = [];
  #version = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  onChange(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }

  newUid(): string {
    return `uid-${this.nextVersion()}`;
  }

  putPod(pod: ObservedPod): void {
    this.pods.put(this.#scheduler.nowMs, pod.name, pod);
    this.#changed(`Pod/${pod.name}`);
  }

  dropPod(name: string): void {
    this.pods.drop(this.#scheduler.nowMs, name);
    this.#changed(`Pod/${name}`);
  }

  storedPsc(): StoredPsc | undefined {
    return this.psc.current.values().next().value;
  }

  putPsc(psc: StoredPsc): void {
    this.psc.put(this.#scheduler.nowMs, psc.metadata.name, psc);
    this.#changed('PhysicalStatefulCluster');
  }

  /** A change of the PSC by somebody else than the operator; a change of the spec makes a new generation. */
  editPsc(edit: (psc: StoredPsc) => StoredPsc): void {
    const before = this.storedPsc();
    if (before === undefined) return;
    const after = edit(before);
    const generation = before.metadata.generation + (isSame(before.spec, after.spec) ? 0 : 1);
    this.putPsc({ ...after, metadata: { ...after.metadata, resourceVersion: this.nextVersion(), generation } });
  }

  /** @throws ConflictError when the PSC is at another version */
  writeStatus(seen: StoredPsc, status: Json): void {
    const stored = this.#pscAt(seen);
    const former = stored.status;
    const own = Array.isArray(status['conditions']) ? (status['conditions'] as readonly unknown[]) : [];
    const foreign = (former?.conditions ?? []).filter(({ type }) => FOREIGN_CONDITIONS.has(type));
    const next = {
      ...status,
      conditions: [...own, ...foreign],
      ...(former?.balance === undefined ? {} : { balance: former.balance }),
    } as unknown as NonNullable<StoredPsc['status']>;
    if (isSame(former, next)) return;
    this.putPsc({
      ...stored,
      status: next,
      metadata: { ...stored.metadata, resourceVersion: this.nextVersion() },
    });
  }

  /** @throws ConflictError when the PSC is at another version */
  setFinalizers(seen: StoredPsc, finalizers: readonly string[]): void {
    const stored = this.#pscAt(seen);
    if (isSame(stored.metadata.finalizers, finalizers)) return;
    if (stored.metadata.deletionTimestamp !== undefined && finalizers.length === 0) {
      this.psc.drop(this.#scheduler.nowMs, stored.metadata.name);
      this.#changed('PhysicalStatefulCluster');
      return;
    }
    this.putPsc({ ...stored, metadata: { ...stored.metadata, finalizers, resourceVersion: this.nextVersion() } });
  }

  /**
   * @throws RefusedError when the object breaks a rule of its kind
   * @throws ConflictError when it names another resource version than is stored
   */
  apply(applied: KubernetesObject): KubernetesObject {
    const key = objectKey(applied);
    const stored = this.objects.current.get(key);
    const { resourceVersion, ...metadata } = applied.metadata as KubernetesObject['metadata'] & {
      readonly resourceVersion?: string;
    };
    if (resourceVersion !== undefined && stored?.metadata['resourceVersion'] !== resourceVersion) {
      throw new ConflictError(`${key} is at another version`);
    }
    const intent: KubernetesObject = { ...applied, metadata };
    if (stored !== undefined) refuseForbiddenChange(stored, intent);
    const merged = applyIntent(stored ?? defaultsOf(intent), this.#intents.get(key) ?? {}, intent);
    this.#intents.set(key, intent);
    if (stored !== undefined && isSame(stored, merged)) return stored;
    return this.putObject(merged as KubernetesObject, stored);
  }

  /** Stores an object that somebody else than the operator has changed or made. */
  putObject(object: KubernetesObject, before?: KubernetesObject): KubernetesObject {
    const key = objectKey(object);
    const generation = Number(before?.metadata['generation'] ?? 0);
    const isNewSpec = !isSame(before?.['spec'], object['spec']);
    const value = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: before?.metadata['uid'] ?? this.newUid(),
        resourceVersion: this.nextVersion(),
        generation: generation + (isNewSpec ? 1 : 0),
      },
    };
    this.objects.put(this.#scheduler.nowMs, key, value);
    this.#changed(key);
    return value;
  }

  /** Deletes an object if it still is the one with this uid, and at this version. An object that is not there is no error. */
  remove(object: KubernetesObject, uid?: string, resourceVersion?: string): void {
    const key = objectKey(object);
    const stored = this.objects.current.get(key);
    if (stored === undefined) return;
    if (resourceVersion !== undefined && stored.metadata['resourceVersion'] !== resourceVersion) {
      throw new ConflictError(`${key} is at another version`);
    }
    if (uid !== undefined && stored.metadata['uid'] !== uid) throw new ConflictError(`${key} has another uid`);
    this.objects.drop(this.#scheduler.nowMs, key);
    this.#intents.delete(key);
    this.#changed(key);
  }

  objectsOfKind(kind: string): readonly KubernetesObject[] {
    return [...this.objects.current.values()].filter((object) => object.kind === kind);
  }

  #pscAt(seen: StoredPsc): StoredPsc {
    const stored = this.storedPsc();
    if (stored?.metadata.resourceVersion !== seen.metadata.resourceVersion) {
      throw new ConflictError('the PSC is at another version');
    }
    return stored;
  }

  #changed(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

/** Fields that the API server adds by itself. */
function defaultsOf({ kind }: KubernetesObject): Json {
  switch (kind) {
    case 'Service':
      return { spec: { sessionAffinity: 'None', ipFamilies: ['IPv4'], internalTrafficPolicy: 'Cluster' } };
    case 'StatefulSet':
      return {
        spec: {
          revisionHistoryLimit: 10,
          template: {
            spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler' },
          },
        },
      };
    case 'PersistentVolumeClaim':
      return { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } };
    default:
      return {};
  }
}

function refuseForbiddenChange(stored: KubernetesObject, intent: KubernetesObject): void {
  const changed = (...path: readonly string[]): boolean => !isSame(fieldOf(stored, ...path), fieldOf(intent, ...path));
  const refuse = (field: string): never => {
    throw new RefusedError(`${objectKey(intent)}: ${field} can't be changed`);
  };
  if (intent.kind === 'StatefulSet') {
    for (const field of ['selector', 'serviceName', 'volumeClaimTemplates', 'podManagementPolicy']) {
      if (changed('spec', field)) refuse(`spec.${field}`);
    }
  }
  if (intent.kind === 'ConfigMap' && stored['immutable'] === true && changed('data')) refuse('data');
  if (intent.kind === 'PersistentVolumeClaim') {
    if (changed('spec', 'storageClassName')) refuse('spec.storageClassName');
    if (requestedGib(intent) < requestedGib(stored)) refuse('a smaller spec.resources.requests.storage');
  }
}

/** Size that a claim asks for. */
export function requestedGib(claim: unknown): number {
  return gibOf(fieldOf(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0;
}

/** Size that a claim has; undefined while it has no volume. */
export function capacityGib(claim: unknown): number | undefined {
  return gibOf(fieldOf(claim, 'status', 'capacity', 'storage'));
}

function gibOf(quantity: unknown): number | undefined {
  return typeof quantity === 'string' ? Number(/^(\d+)Gi$/.exec(quantity)?.[1]) : undefined;
}

/** The object with a field some levels down set to another value. */
export function withField(object: Json, path: readonly string[], value: unknown): Json {
  const [first, ...rest] = path;
  if (first === undefined) throw new Error('a path of no fields');
  const inner = object[first];
  return { ...object, [first]: rest.length === 0 ? value : withField(isJson(inner) ? inner : {}, rest, value) };
}
