import { type ApiConnection, bodyOf } from './api-connection.ts';
import { describeRef, groupOf, type ObjectRef } from './object-ref.ts';

const NOT_FOUND = 404;

/** A kind that the cluster does not know: its definition is missing, or its version is no longer served. */
export class UnknownKindError extends Error {
  constructor(ref: ObjectRef) {
    super(`the cluster knows no ${ref.kind} in ${ref.apiVersion}`);
    this.name = 'UnknownKindError';
  }
}

/** An object without a namespace, whose kind lives in namespaces; the API server would refuse its path. */
export class MissingNamespaceError extends Error {
  constructor(ref: ObjectRef) {
    super(`${describeRef(ref)} names no namespace, and its kind lives in one`);
    this.name = 'MissingNamespaceError';
  }
}

interface ApiGroup {
  readonly versions: readonly { readonly groupVersion: string }[];
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Paths of objects, from what the API server says of the kinds that it serves. */
export class ResourceNames {
  readonly #connection: ApiConnection;
  readonly #known = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  /** Path of an object in its own version; throws {@link UnknownKindError}. */
  async existingPath(ref: ObjectRef): Promise<string> {
    const path = await this.#objectPath(ref);
    if (path === undefined) throw new UnknownKindError(ref);
    return path;
  }

  /**
   * Path of an object in its own version or, where that is no longer served, in another of its group: an object that
   * was applied long ago is still there. Undefined: no version has the kind.
   */
  async pathInAnyVersion(ref: ObjectRef): Promise<string | undefined> {
    const own = await this.#objectPath(ref);
    if (own !== undefined) return own;
    for (const apiVersion of await this.#servedVersions(groupOf(ref.apiVersion))) {
      const path = await this.#objectPath({ ...ref, apiVersion });
      if (path !== undefined) return path;
    }
    return undefined;
  }

  async #servedVersions(group: string): Promise<readonly string[]> {
    if (group === '') return [];
    const answer = await this.#connection({ method: 'GET', path: `/apis/${group}` });
    if (answer.status === NOT_FOUND) return [];
    return (bodyOf(answer) as ApiGroup).versions.map(({ groupVersion }) => groupVersion);
  }

  async #objectPath(ref: ObjectRef): Promise<string | undefined> {
    const resource = await this.#resource(ref.apiVersion, ref.kind);
    if (resource === undefined) return undefined;
    if (resource.namespaced && ref.namespace === undefined) throw new MissingNamespaceError(ref);
    const path = pathOf(ref.apiVersion, resource, resource.namespaced ? ref.namespace : undefined);
    return `${path}/${encodeURIComponent(ref.name)}`;
  }

  /** Path of a kind's list; undefined where the cluster does not serve the kind. */
  async listPath(apiVersion: string, kind: string, namespace?: string): Promise<string | undefined> {
    const resource = await this.#resource(apiVersion, kind);
    return resource === undefined ? undefined : pathOf(apiVersion, resource, namespace);
  }

  async #resource(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const find = async (): Promise<ApiResource | undefined> =>
      (await this.#resources(apiVersion)).find((resource) => resource.kind === kind && !resource.name.includes('/'));
    const found = await find();
    if (found !== undefined) return found;
    // A definition may have been applied since the last look.
    this.#known.delete(apiVersion);
    return await find();
  }

  #resources(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.#known.get(apiVersion) ?? this.#fetch(apiVersion);
    this.#known.set(apiVersion, known);
    return known;
  }

  async #fetch(apiVersion: string): Promise<readonly ApiResource[]> {
    const answer = await this.#connection({ method: 'GET', path: rootOf(apiVersion) });
    if (answer.status === NOT_FOUND) return [];
    return (bodyOf(answer) as { readonly resources: readonly ApiResource[] }).resources;
  }
}

function rootOf(apiVersion: string): string {
  return groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

function pathOf(apiVersion: string, resource: ApiResource, namespace: string | undefined): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${rootOf(apiVersion)}${scope}/${resource.name}`;
}
