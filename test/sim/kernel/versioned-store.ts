interface Change<T> {
  readonly atMs: number;
  readonly key: string;
  /** Absent when it was deleted. */
  readonly value?: T;
}

/** Values by key with all that was ever done to them, so that readers may be behind. */
export class VersionedStore<T> {
  readonly #current = new Map<string, T>();
  readonly #changes: Change<T>[] = [];

  get current(): ReadonlyMap<string, T> {
    return this.#current;
  }

  get changes(): readonly Change<T>[] {
    return this.#changes;
  }

  put(atMs: number, key: string, value: T): void {
    this.#current.set(key, value);
    this.#changes.push({ atMs, key, value });
  }

  drop(atMs: number, key: string): void {
    this.#current.delete(key);
    this.#changes.push({ atMs, key });
  }
}

/** One reader's copy of a store: as it was some time ago, and never older than it has been before. */
export class LaggingCopy<T> {
  readonly #store: VersionedStore<T>;
  readonly #copy: Map<string, T>;
  #position: number;

  constructor(store: VersionedStore<T>) {
    this.#store = store;
    this.#copy = new Map(store.current);
    this.#position = store.changes.length;
  }

  /** With every change up to a time; an earlier time than before changes nothing. */
  upTo(timeMs: number): ReadonlyMap<string, T> {
    const { changes } = this.#store;
    for (;;) {
      const change = changes[this.#position];
      if (change === undefined || change.atMs > timeMs) return this.#copy;
      this.#position += 1;
      if (change.value === undefined) this.#copy.delete(change.key);
      else this.#copy.set(change.key, change.value);
    }
  }
}
