import { createHash } from 'node:crypto';
import { keyOf, type ObjectRef } from './object-ref.ts';

/** What `flotilla apply` put into a cluster, and for which part of which stack. */
export interface Inventory {
  readonly owner: InventoryOwner;
  readonly objects: readonly ObjectRef[];
}

export interface InventoryOwner {
  readonly stack: string;
  /** Short name of the Kubernetes cluster within the stack. */
  readonly cluster: string;
}

/** An inventory as the data of ConfigMaps: an index and, where it would be too large, the chunks that it names. */
export interface EncodedInventory {
  readonly index: Readonly<Record<string, string>>;
  /** Name of a ConfigMap ▶ its data. Named by content: a chunk that is there is right, so writing can be repeated. */
  readonly chunks: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Name of the index. */
export const INVENTORY_NAME = 'flotilla-inventory';

/** A ConfigMap may hold 1 MiB; the rest is for its metadata. */
export const CHUNK_BYTES = 900_000;

/** One line an object, sorted, so that people can read and compare inventories. */
export function encodeInventory({ owner, objects }: Inventory, chunkBytes: number = CHUNK_BYTES): EncodedInventory {
  const lines = [...objects].sort(byKey).map(encodeRef);
  const texts = splitLines(lines, chunkBytes);
  const base = { stack: owner.stack, cluster: owner.cluster };
  const [only, ...more] = texts;
  if (more.length === 0) return { index: { ...base, [OBJECTS]: only ?? '' }, chunks: new Map() };
  const chunks = new Map(texts.map((text) => [chunkName(text), { [OBJECTS]: text }]));
  return { index: { ...base, [CHUNKS]: [...chunks.keys()].join('\n') }, chunks };
}

/** Names of the chunks that must be read before {@link decodeInventory}. */
export function chunkNames(index: Readonly<Record<string, string>>): readonly string[] {
  return linesOf(index[CHUNKS]);
}

/** Throws {@link BrokenInventoryError} for anything that {@link encodeInventory} did not write. */
export function decodeInventory({ index, chunks }: EncodedInventory): Inventory {
  const { stack, cluster } = index as { readonly stack?: string; readonly cluster?: string };
  if (stack === undefined || cluster === undefined) throw new BrokenInventoryError('it names no stack and cluster');
  const parts = chunkNames(index).map((name) => {
    const text = chunks.get(name)?.[OBJECTS];
    if (text === undefined) throw new BrokenInventoryError(`its part ${name} is missing`);
    if (chunkName(text) !== name) throw new BrokenInventoryError(`its part ${name} was changed`);
    return text;
  });
  return { owner: { stack, cluster }, objects: [index[OBJECTS] ?? '', ...parts].flatMap(linesOf).map(decodeRef) };
}

/** The record in the cluster cannot be trusted: somebody edited it, or a part of it was deleted. */
export class BrokenInventoryError extends Error {
  constructor(what: string) {
    super(`the inventory ${INVENTORY_NAME} cannot be read: ${what}`);
    this.name = 'BrokenInventoryError';
  }
}

const OBJECTS = 'objects';
const CHUNKS = 'chunks';
const NO_NAMESPACE = '-';
const DIGEST_DIGITS = 16;

function chunkName(text: string): string {
  return `${INVENTORY_NAME}-${createHash('sha256').update(text).digest('hex').slice(0, DIGEST_DIGITS)}`;
}

/** Neither versions, kinds nor names hold blanks. */
function encodeRef({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${apiVersion} ${kind} ${namespace ?? NO_NAMESPACE} ${name}`;
}

function decodeRef(line: string): ObjectRef {
  const [apiVersion, kind, namespace, name, ...rest] = line.split(' ');
  if (
    apiVersion === undefined ||
    kind === undefined ||
    namespace === undefined ||
    name === undefined ||
    rest[0] !== undefined
  ) {
    throw new BrokenInventoryError(`the line "${line}" is not: version kind namespace name`);
  }
  return namespace === NO_NAMESPACE ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

function splitLines(lines: readonly string[], maxBytes: number): readonly string[] {
  const texts: string[] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 1;
    if (bytes + size > maxBytes && open.length > 0) {
      texts.push(open.join('\n'));
      open = [];
      bytes = 0;
    }
    open.push(line);
    bytes += size;
  }
  return open.length === 0 ? texts : [...texts, open.join('\n')];
}

function linesOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split('\n');
}

function byKey(a: ObjectRef, b: ObjectRef): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
