import type { LookupFunction } from 'node:net';
import { DATA_PLANE_CONFIG, DATA_PLANE_FILE } from '../../constructs/kubernetes/data-plane/data-plane-config.ts';
import { parseDataPlane } from '../../constructs/kubernetes/data-plane/parse-data-plane.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { NAMESPACES, pscNamespace } from '../../contracts/names.ts';
import { adminAccess } from '../../local/kubernetes/region-control-plane.ts';
import { REGION_LOOPBACK, REGION_PORTS } from '../../local/region/forwarder-addresses.ts';
import { runningRegion } from '../../local/region/running-region.ts';
import { isNotFound } from '../../operators/psc/kubernetes/api-errors.ts';
import { collectionPath, PSC_OBJECT } from '../../operators/psc/kubernetes/kinds.ts';
import type { StoredPsc } from '../../operators/psc/observed.ts';
import { type ApiServer, apiServer, ApiServerError, type TextApi } from '../../operators/runtime/api-server.ts';
import { connect } from '../apply/api-connection.ts';
import { loadKubeConfig } from '../apply/kube-config.ts';
import { inLocalRegion } from '../local/in-local-region.ts';
import { lookupRegion, regionNames } from '../local/region-names.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { personalApi } from './personal-api.ts';

/** Which Kubernetes cluster a command looks at; the region on this machine where nothing is said. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A Kubernetes cluster whose PSCs a person looks at. */
export interface PscCluster {
  readonly api: ApiServer;
  /** How external names become addresses on this machine. @default the system's own way */
  readonly lookup?: LookupFunction;
  /** External names that are there, where one can tell without asking a name server. */
  readonly names?: () => Promise<readonly string[]>;
}

/** One whose pods' logs can be read too. */
export interface WholeCluster extends PscCluster {
  readonly api: ApiServer & TextApi;
}

/** Runs a command's work on the chosen cluster. @throws UserError in the place of what a person can mend */
export async function withPscCluster<T>(
  env: NodeJS.ProcessEnv,
  { kubeconfig, context }: ClusterChoice,
  work: (cluster: WholeCluster) => Promise<T>,
): Promise<T> {
  if (kubeconfig === undefined && context === undefined) {
    return await inLocalRegion(env, async ({ layout }) => {
      await runningRegion(layout);
      const access = {
        ...(await adminAccess(layout)),
        server: `https://${REGION_LOOPBACK}:${REGION_PORTS.kubernetes}`,
      };
      const names = async (): Promise<readonly string[]> => await regionNames(layout);
      return await asked(async () => await work({ api: await apiServer(access), lookup: lookupRegion, names }));
    });
  }
  const config = loadKubeConfig(kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig }, context);
  return await asked(async () => await work({ api: personalApi(connect(config)) }));
}

/** Every PSC of the cluster. */
export async function allPscs({ api }: PscCluster): Promise<readonly StoredPsc[]> {
  const { items } = (await get(api, collectionPath(PSC_OBJECT))) as { readonly items: readonly StoredPsc[] | null };
  return (items ?? []).map(whole);
}

/** One PSC. @throws UserError naming those that are there */
export async function onePsc(cluster: PscCluster, name: string): Promise<StoredPsc> {
  const found = await pscIfThere(cluster, name);
  if (found !== undefined) return found;
  const names = (await allPscs(cluster)).map(({ metadata }) => metadata.name).sort();
  throw new UserError(`there is no PSC ${name}`, {
    hint: names.length === 0 ? 'there are none at all here' : `choose from: ${names.join(', ')}`,
  });
}

/** One PSC; undefined where there is none of that name. */
export async function pscIfThere({ api }: PscCluster, name: string): Promise<StoredPsc | undefined> {
  const path = `${collectionPath(PSC_OBJECT, pscNamespace(name))}/${encodeURIComponent(name)}`;
  const body = await getIfThere(api, path);
  return body === undefined ? undefined : whole(body as StoredPsc);
}

/** The data plane that the cluster's operator serves. @throws UserError where nobody has said */
export async function dataPlaneOf({ api }: PscCluster): Promise<DataPlane> {
  const path = `/api/v1/namespaces/${NAMESPACES.system}/configmaps/${DATA_PLANE_CONFIG}`;
  const { data = {} } = ((await getIfThere(api, path)) ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  const parsed = parseDataPlane(data[DATA_PLANE_FILE] ?? '');
  if (parsed.ok) return parsed.value;
  throw new UserError(`ConfigMap ${NAMESPACES.system}/${DATA_PLANE_CONFIG} does not say which data plane this is`, {
    hint: 'apply the manifests of the stack: ./flotilla apply --help',
    exitCode: EXIT_CODES.environment,
  });
}

const CALL_TIMEOUT_MS = 15_000;

async function get(api: ApiServer, path: string): Promise<unknown> {
  return await api.get({ path, query: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
}

async function getIfThere(api: ApiServer, path: string): Promise<unknown> {
  try {
    return await get(api, path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Items of a list do not say what they are. */
function whole(psc: StoredPsc): StoredPsc {
  return { ...psc, apiVersion: PSC_OBJECT.apiVersion, kind: PSC_OBJECT.kind };
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiServerError)) throw error;
    throw new UserError(`the API server: ${error.message}`, {
      hint:
        error.status === 0
          ? 'see whether it runs: ./flotilla status, or the context of your kubeconfig'
          : 'see whether you may read PSCs there, and whether the platform is installed',
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
}
