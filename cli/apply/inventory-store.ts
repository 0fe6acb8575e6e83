import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../contracts/labels.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { ApiError } from './api-connection.ts';
import { type Cluster, FIELD_MANAGER, type LiveObject } from './cluster.ts';
import {
  chunkNames,
  decodeInventory,
  type EncodedInventory,
  encodeInventory,
  type Inventory,
  INVENTORY_NAME,
  type InventoryOwner,
} from './inventory.ts';
import type { ObjectRef } from './object-ref.ts';

/** The inventory in a cluster, as it was when last read or written. */
export interface StoredInventory {
  readonly inventory: Inventory;
  /** The index that it was read from; undefined before the first apply. */
  readonly index: LiveObject | undefined;
}

/** Reads what was applied to the cluster before; refuses, as a {@link UserError}, an inventory of another stack. */
export async function readInventory(cluster: Cluster, owner: InventoryOwner): Promise<StoredInventory> {
  const index = await cluster.read(configMapRef(INVENTORY_NAME));
  if (index === undefined) return { inventory: { owner, objects: [] }, index };
  const chunks = new Map<string, Readonly<Record<string, string>>>();
  for (const name of chunkNames(dataOf(index))) {
    const chunk = await cluster.read(configMapRef(name));
    if (chunk !== undefined) chunks.set(name, dataOf(chunk));
  }
  const inventory = decodeInventory({ index: dataOf(index), chunks });
  if (!isDeepStrictEqual({ ...inventory.owner }, { ...owner })) throw foreign(inventory.owner, owner);
  return { inventory, index };
}

/**
 * Replaces the inventory: new chunks first, then the index in one write, then what the index no longer names. However
 * it is cut off, the index names a whole inventory, old or new. Does nothing when nothing changes.
 */
export async function writeInventory(
  cluster: Cluster,
  before: StoredInventory,
  objects: readonly ObjectRef[],
): Promise<StoredInventory> {
  const inventory = { owner: before.inventory.owner, objects };
  const encoded = encodeInventory(inventory);
  if (before.index !== undefined && isDeepStrictEqual({ ...dataOf(before.index) }, { ...encoded.index })) return before;
  for (const [name, data] of encoded.chunks) {
    const there = await cluster.read(configMapRef(name));
    if (there === undefined) await cluster.put(configMap(name, data, inventory.owner), undefined);
  }
  await putIndex(cluster, configMap(INVENTORY_NAME, encoded.index, inventory.owner), before.index);
  await removeOldChunks(cluster, encoded);
  return { inventory, index: await cluster.read(configMapRef(INVENTORY_NAME)) };
}

async function putIndex(cluster: Cluster, index: KubernetesObject, before: LiveObject | undefined): Promise<void> {
  try {
    await cluster.put(index, before);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== CONFLICT) throw error;
    // An answer may have been lost after the write was done: then the index already says what it should.
    const now = await cluster.read(configMapRef(INVENTORY_NAME));
    if (now !== undefined && isDeepStrictEqual({ ...dataOf(now) }, index['data'])) return;
    throw new UserError('another apply changed the inventory of this cluster meanwhile', {
      hint: 'let the other one finish, then run the command again',
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
}

async function removeOldChunks(cluster: Cluster, { chunks }: EncodedInventory): Promise<void> {
  const found = await cluster.list('v1', 'ConfigMap', NAMESPACES.system, `${LABELS.component}=${COMPONENT}`);
  for (const one of found) {
    const { name } = one.metadata;
    if (name !== INVENTORY_NAME && !chunks.has(name)) await cluster.delete(one, { effect: 'persist' });
  }
}

const CONFLICT = 409;
const COMPONENT = 'apply-inventory';

function configMap(name: string, data: Readonly<Record<string, string>>, owner: InventoryOwner): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: NAMESPACES.system,
      labels: {
        [LABELS.name]: INVENTORY_NAME,
        [LABELS.instance]: owner.cluster,
        [LABELS.component]: COMPONENT,
        [LABELS.partOf]: PART_OF,
        [LABELS.managedBy]: FIELD_MANAGER,
        [LABELS.stack]: owner.stack,
      },
    },
    data: { ...data },
  };
}

function configMapRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACES.system, name };
}

function dataOf(object: KubernetesObject): Readonly<Record<string, string>> {
  return (object['data'] ?? {}) as Readonly<Record<string, string>>;
}

function foreign(found: InventoryOwner, own: InventoryOwner): UserError {
  return new UserError(
    `this Kubernetes cluster belongs to cluster "${found.cluster}" of stack "${found.stack}", ` +
      `not to cluster "${own.cluster}" of stack "${own.stack}"`,
    {
      hint:
        'choose the context of the right cluster with --context; if this one was really given to another stack, ' +
        `delete the ConfigMap ${NAMESPACES.system}/${INVENTORY_NAME} first (nothing that it lists will be pruned then)`,
      exitCode: EXIT_CODES.environment,
    },
  );
}
