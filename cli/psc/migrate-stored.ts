import { PSC_CRD } from '../../contracts/psc-crd.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { isConflict, isNotFound } from '../../operators/psc/kubernetes/api-errors.ts';
import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { storageVersion, type VersionedDefinition } from '../apply/stored-versions.ts';
import { UserError } from '../user-error.ts';

export interface Migration {
  /** Version in which all PSCs are stored now. */
  readonly version: string;
  /** Versions in which none is stored any more. */
  readonly retired: readonly string[];
  /** PSCs that were written anew. */
  readonly rewritten: number;
}

type Definition = KubernetesObject & VersionedDefinition;

/**
 * Has every PSC stored in the version that the definition stores now, and then says so in `status.storedVersions`, as Kubernetes'
 * documents ask for before a version may go. Each PSC is written as it is: the API server stores it anew where its version differs,
 * and writes nothing where it does not. May be broken off and repeated at any point.
 *
 * @throws UserError where the definition is not there, or changes meanwhile
 */
export async function migrateStored(api: Pick<ApiServer, 'get' | 'write'>): Promise<Migration> {
  const definition = await readDefinition(api);
  const version = storageVersion(definition);
  if (version === undefined) throw new Error(`${PSC_CRD.metadata.name} stores no version`);
  const retired = (definition.status?.storedVersions ?? []).filter((name) => name !== version);
  if (retired.length === 0) return { version, retired, rewritten: 0 };
  let rewritten = 0;
  for (const path of await pathsOfPscs(api, version)) {
    await rewrite(api, path);
    rewritten += 1;
  }
  await trim(api, definition, version);
  return { version, retired, rewritten };
}

const DEFINITION_PATH = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${PSC_CRD.metadata.name}`;
const PAGE = 100;
const MERGE_PATCH = 'application/merge-patch+json';
const CALL_TIMEOUT_MS = 30_000;

async function readDefinition(api: Pick<ApiServer, 'get'>): Promise<Definition> {
  try {
    return (await api.get({ path: DEFINITION_PATH, query: {}, signal: signal() })) as Definition;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UserError(`the Kubernetes cluster has no ${PSC_CRD.metadata.name}`, {
      hint: 'apply the manifests of the stack first: ./flotilla apply --help',
      cause: error,
    });
  }
}

async function pathsOfPscs(api: Pick<ApiServer, 'get'>, version: string): Promise<readonly string[]> {
  const { group, names } = PSC_CRD.spec;
  const base = `/apis/${group}/${version}`;
  const paths: string[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const query: Readonly<Record<string, string>> = { limit: String(PAGE), ...(next === '' ? {} : { continue: next }) };
    const page = (await api.get({ path: `${base}/${names.plural}`, query, signal: signal() })) as PscList;
    for (const { metadata } of page.items ?? []) {
      paths.push(`${base}/namespaces/${metadata.namespace ?? ''}/${names.plural}/${encodeURIComponent(metadata.name)}`);
    }
    next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
  }
  return paths;
}

interface PscList {
  readonly metadata?: { readonly continue?: string };
  readonly items: readonly KubernetesObject[] | null;
}

/** A patch of nothing: the API server reads, and writes what is not stored as it would store it now. What is gone is stored nowhere. */
async function rewrite(api: Pick<ApiServer, 'write'>, path: string): Promise<void> {
  try {
    await api.write({ method: 'PATCH', path, contentType: MERGE_PATCH, body: {}, signal: signal() });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Only at the version of the definition that was read: another may have come whose storage version is another. */
async function trim(api: Pick<ApiServer, 'write'>, { metadata }: Definition, version: string): Promise<void> {
  const { resourceVersion } = metadata as { readonly resourceVersion?: string };
  try {
    await api.write({
      method: 'PATCH',
      path: `${DEFINITION_PATH}/status`,
      contentType: MERGE_PATCH,
      body: { metadata: { resourceVersion }, status: { storedVersions: [version] } },
      signal: signal(),
    });
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new UserError(`${PSC_CRD.metadata.name} was changed meanwhile`, {
      hint: 'run ./flotilla psc migrate again',
      cause: error,
    });
  }
}

/** What has been done, for people. */
export function migrationText({ version, retired, rewritten }: Migration): string {
  if (retired.length === 0) return `all PSCs are stored as ${version}\n`;
  return `${rewritten} PSCs are stored as ${version}, none as ${retired.join(', ')} any more\n`;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(CALL_TIMEOUT_MS);
}
