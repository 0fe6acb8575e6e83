import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { type ApiConnection, bodyOf } from './api-connection.ts';
import { describeRef, type ObjectRef, refOf } from './object-ref.ts';
import { ResourceNames } from './resource-names.ts';

/** Field manager of everything that `flotilla apply` sets. */
export const FIELD_MANAGER = 'flotilla-apply';

export interface WriteMode {
  /** `force` takes over fields that others own. */
  readonly conflicts: 'refuse' | 'force';
  /** `dry-run` has the API server judge the write and not keep it. */
  readonly effect: 'persist' | 'dry-run';
}

/** What an apply needs of a Kubernetes cluster; refusals of the API server are {@link ApiError}s. */
export interface Cluster {
  /** The object as it is; undefined when it, its namespace or its kind is not there. */
  read(ref: ObjectRef): Promise<LiveObject | undefined>;
  /** The object after a server-side apply. */
  apply(object: KubernetesObject, mode: WriteMode): Promise<LiveObject>;
  /** Deletes exactly the object that was read; undefined precondition fields match any. */
  delete(live: LiveObject, mode: Pick<WriteMode, 'effect'>): Promise<void>;
  /** Whether any object of a kind is there, in one namespace or in all. */
  hasAny(apiVersion: string, kind: string, namespace?: string): Promise<boolean>;
  list(apiVersion: string, kind: string, namespace: string, labelSelector: string): Promise<readonly LiveObject[]>;
  /** Creates or replaces: fails with a conflict when the object is not the one that was read. */
  put(object: KubernetesObject, before: LiveObject | undefined): Promise<void>;
  /** Resolves when the definition serves its kind; throws after a bounded wait. */
  waitUntilServed(definition: ObjectRef): Promise<void>;
}

/** An object as the API server returns it. */
export interface LiveObject extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
  };
}

const ESTABLISHED_TIMEOUT_MS = 60_000;
const ESTABLISHED_POLL_MS = 100;
const NOT_FOUND = 404;

/** The cluster behind a connection. */
export function clusterOf(connection: ApiConnection): Cluster {
  const resources = new ResourceNames(connection);
  const checked = async (call: Parameters<ApiConnection>[0]): Promise<unknown> => bodyOf(await connection(call));
  const cluster: Cluster = {
    async read(ref) {
      const path = await resources.pathInAnyVersion(ref);
      if (path === undefined) return undefined;
      const answer = await connection({ method: 'GET', path });
      return answer.status === NOT_FOUND ? undefined : (bodyOf(answer) as LiveObject);
    },
    async apply(object, mode) {
      const path = await resources.existingPath(refOf(object));
      return (await checked({
        method: 'PATCH',
        path,
        query: {
          fieldManager: FIELD_MANAGER,
          fieldValidation: 'Strict',
          ...(mode.conflicts === 'force' ? { force: 'true' } : {}),
          ...(mode.effect === 'dry-run' ? { dryRun: 'All' } : {}),
        },
        // JSON is YAML.
        contentType: 'application/apply-patch+yaml',
        body: object,
      })) as LiveObject;
    },
    async delete(live, mode) {
      const path = await resources.existingPath(refOf(live));
      const { uid, resourceVersion } = live.metadata;
      const query = mode.effect === 'dry-run' ? { dryRun: 'All' } : {};
      const options = { propagationPolicy: 'Background', preconditions: { uid, resourceVersion } };
      const answer = await connection({ method: 'DELETE', path, query, body: options });
      if (answer.status !== NOT_FOUND) bodyOf(answer);
    },
    async hasAny(apiVersion, kind, namespace) {
      const path = await resources.listPath(apiVersion, kind, namespace);
      if (path === undefined) return false;
      return itemsOf(await checked({ method: 'GET', path, query: { limit: '1' } })).length > 0;
    },
    async list(apiVersion, kind, namespace, labelSelector) {
      const path = await resources.listPath(apiVersion, kind, namespace);
      if (path === undefined) return [];
      const items = itemsOf(await checked({ method: 'GET', path, query: { labelSelector } }));
      return items.map((item) => ({ ...item, apiVersion, kind }));
    },
    async put(object, before) {
      const path = await resources.existingPath(refOf(object));
      const query = { fieldManager: FIELD_MANAGER };
      if (before === undefined) {
        await checked({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), query, body: object });
        return;
      }
      const { uid, resourceVersion } = before.metadata;
      const replacement = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
      await checked({ method: 'PUT', path, query, body: replacement });
    },
    async waitUntilServed(definition) {
      const deadlineMs = performance.now() + ESTABLISHED_TIMEOUT_MS;
      while (!(await isServed(await cluster.read(definition), resources))) {
        if (performance.now() > deadlineMs) {
          throw new Error(`${describeRef(definition)} was not established after ${ESTABLISHED_TIMEOUT_MS / 1000} s`);
        }
        await delay(ESTABLISHED_POLL_MS);
      }
    },
  };
  return cluster;
}

interface Definition {
  readonly spec?: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function isServed(live: LiveObject | undefined, resources: ResourceNames): Promise<boolean> {
  const { spec, status } = (live ?? {}) as Definition;
  const isEstablished = status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True');
  if (spec === undefined || isEstablished !== true) return false;
  for (const { name, served } of spec.versions) {
    // Discovery lags behind the condition, and without it the kind has no path.
    if (served && (await resources.listPath(`${spec.group}/${name}`, spec.names.kind)) === undefined) return false;
  }
  return true;
}

function itemsOf(list: unknown): readonly LiveObject[] {
  return (list as { readonly items?: readonly LiveObject[] }).items ?? [];
}
