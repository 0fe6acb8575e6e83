import { PRECREATED_ONLY_STORAGE_CLASS } from '../../../contracts/names.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { capacityGib, requestedGib, withField, type ApiModel } from './api-model.ts';
import { fieldOf } from './apply-intent.ts';

/** Volume claims and the volumes behind them: made when a pod first needs them, grown when their claims ask for more. */
export class ClaimsModel {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #api: ApiModel;
  /** Claim's uid ▶ its volume. */
  readonly #volumes = new Map<string, string>();
  readonly #resizing = new Set<string>();
  readonly #released = new Set<string>();
  /** Volume ▶ the directory that a controller's first start has written on it. */
  readonly #directories = new Map<string, string>();

  constructor(scheduler: Scheduler, random: Prng, api: ApiModel) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#api = api;
    api.onChange((key) => {
      if (key.startsWith('PersistentVolumeClaim/')) this.#resizeLater(key);
    });
  }

  find(name: string): KubernetesObject | undefined {
    return this.#api.objectsOfKind('PersistentVolumeClaim').find(({ metadata }) => metadata.name === name);
  }

  /** Zone of a claim that a provisioner serves; undefined where none does. */
  zoneOf(claim: KubernetesObject): string | undefined {
    const isServed = fieldOf(claim, 'spec', 'storageClassName') !== PRECREATED_ONLY_STORAGE_CLASS;
    return isServed ? claim.metadata.labels?.[LABELS.zone] : undefined;
  }

  /** What the StatefulSet controller does for a pod whose claim is missing. */
  remake(name: string, namespace: string, template: unknown): void {
    this.#api.putObject({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: fieldOf(template, 'spec'),
      status: { phase: 'Pending' },
    });
  }

  /** One that was made for a pod is gone: sooner or later its StatefulSet looks for it again. */
  placeholderGone(placeholder: KubernetesObject): void {
    const { name, namespace = '' } = placeholder.metadata;
    if (!this.#random.chance(0.5)) return;
    this.#scheduler.after(this.#random.int(200, 3_000), () => {
      if (this.find(name) === undefined) this.remake(name, namespace, placeholder);
    });
  }

  /** What a controller finds on its volume; on an empty one, what it writes there. */
  directoryOn(volume: string, written: () => string): { readonly directory: string; readonly wasEmpty: boolean } {
    const found = this.#directories.get(volume);
    const directory = found ?? written();
    this.#directories.set(volume, directory);
    return { directory, wasEmpty: found === undefined };
  }

  /** The volume of a claim; an empty one is made where there is none yet. */
  bind(claim: KubernetesObject): string {
    const uid = String(claim.metadata['uid']);
    const bound = this.#volumes.get(uid);
    if (bound !== undefined) return bound;
    const volume = `volume-of-${uid}`;
    this.#volumes.set(uid, volume);
    this.#setCapacity(withField(claim, ['spec', 'volumeName'], volume) as KubernetesObject, requestedGib(claim));
    return volume;
  }

  /**
   * Lets go of a volume, whose provisioner deletes it.
   *
   * @throws ConflictError as long as its claim is there
   */
  release(volume: string, claimUid: string): void {
    if (this.#volumes.get(claimUid) !== volume) throw new ConflictError(`${volume} is not the volume of ${claimUid}`);
    const isClaimed = this.#api
      .objectsOfKind('PersistentVolumeClaim')
      .some(({ metadata }) => metadata['uid'] === claimUid);
    if (isClaimed) throw new ConflictError(`${volume} is not released`);
    this.#released.add(volume);
  }

  /** Somebody has deleted a claim by hand: what becomes of its volume is that person's business. */
  lost({ metadata }: KubernetesObject): void {
    const volume = this.#volumes.get(String(metadata['uid']));
    if (volume !== undefined) this.#released.add(volume);
  }

  /** Volumes without a claim that nobody has let go of. */
  leftOver(): readonly string[] {
    const there = new Set(this.#api.objectsOfKind('PersistentVolumeClaim').map(({ metadata }) => metadata['uid']));
    return [...this.#volumes].flatMap(([uid, volume]) =>
      there.has(uid) || this.#released.has(volume) ? [] : [volume],
    );
  }

  #resizeLater(key: string): void {
    if (this.#resizing.has(key) || !this.#isTooSmall(this.#api.objects.current.get(key))) return;
    this.#resizing.add(key);
    this.#scheduler.after(this.#random.int(3_000, 30_000), () => {
      this.#resizing.delete(key);
      const claim = this.#api.objects.current.get(key);
      if (claim !== undefined && this.#isTooSmall(claim)) this.#setCapacity(claim, requestedGib(claim));
    });
  }

  #isTooSmall(claim: KubernetesObject | undefined): boolean {
    const size = capacityGib(claim);
    return size !== undefined && size < requestedGib(claim);
  }

  #setCapacity(claim: KubernetesObject, sizeGib: number): void {
    const grown = withField(claim, ['status'], { phase: 'Bound', capacity: { storage: `${sizeGib}Gi` } });
    this.#api.putObject(grown as KubernetesObject, claim);
  }
}
