/** One resource as it exists in the double of a cloud. */
export interface WorldResource {
  readonly id: string;
  /** As in `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Name in the program, not in the cloud. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export type Operation = 'create' | 'update' | 'delete' | 'invoke';

/** Thrown by an operation that was told to fail. */
export class CloudFailure extends Error {}

/** What exists in the double of a cloud and what was done to it; outlives the engine's runs, as a cloud does. */
export class CloudWorld {
  #resources = new Map<string, WorldResource>();
  readonly #writes: string[] = [];
  readonly #failures: { readonly operation: Operation; readonly type: string; readonly says: string }[] = [];
  #created = 0;

  resources(): readonly WorldResource[] {
    return [...this.#resources.values()];
  }

  ofType(type: string): readonly WorldResource[] {
    return this.resources().filter((resource) => resource.type === type);
  }

  /** Every finished write since the last call, in order, as in `create aws:kms/key:Key orders`. */
  takeWrites(): readonly string[] {
    return this.#writes.splice(0);
  }

  /** The next operation of this kind on this type fails before it changes anything; later ones succeed. */
  failNext(operation: Operation, type: string, says = 'told to by the test'): void {
    this.#failures.push({ operation, type, says });
  }

  throwIfToldTo(operation: Operation, type: string): void {
    const place = this.#failures.findIndex((failure) => failure.operation === operation && failure.type === type);
    const [failure] = place === -1 ? [] : this.#failures.splice(place, 1);
    if (failure !== undefined) throw new CloudFailure(`the cloud refused to ${operation} ${type}: ${failure.says}`);
  }

  /** All that exists, to come back to with {@link restore}. */
  snapshot(): ReadonlyMap<string, WorldResource> {
    return new Map(this.#resources);
  }

  /** Makes the world what it was; nothing of it counts as a write. */
  restore(snapshot: ReadonlyMap<string, WorldResource>): void {
    this.#resources = new Map(snapshot);
    this.#writes.splice(0);
  }

  find(id: string): WorldResource | undefined {
    return this.#resources.get(id);
  }

  create(resource: Omit<WorldResource, 'id'>): WorldResource {
    this.throwIfToldTo('create', resource.type);
    this.#created += 1;
    // A replacement has the same name and must not have the same id.
    const created = { ...resource, id: `${resource.name}-${this.#created}` };
    this.#resources.set(created.id, created);
    this.#writes.push(`create ${resource.type} ${resource.name}`);
    return created;
  }

  update(id: string, change: Pick<WorldResource, 'inputs' | 'outputs'>): void {
    const known = this.#resources.get(id);
    if (known === undefined) throw new CloudFailure(`${id} does not exist`);
    this.throwIfToldTo('update', known.type);
    this.#resources.set(id, { ...known, ...change });
    this.#writes.push(`update ${known.type} ${known.name}`);
  }

  /** A resource that is gone already is deleted with success, as clouds' providers do. */
  delete(id: string): void {
    const known = this.#resources.get(id);
    if (known === undefined) return;
    this.throwIfToldTo('delete', known.type);
    this.#resources.delete(id);
    this.#writes.push(`delete ${known.type} ${known.name}`);
  }
}
