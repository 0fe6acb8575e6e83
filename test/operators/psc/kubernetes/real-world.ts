import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DNS_ENDPOINT_CRD } from '../../../../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import { PRIORITY_CLASS } from '../../../../constructs/kubernetes/kafka/pod-template.ts';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { FIELD_OWNERS } from '../../../../contracts/field-owners.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { NAMESPACES, pscNamespace } from '../../../../contracts/names.ts';
import { PSC_CRD } from '../../../../contracts/psc-crd.ts';
import type { ControlPlane } from '../../../../local/kubernetes/control-plane.ts';
import { intended } from '../../../../operators/psc/intent.ts';
import { clusterPort } from '../../../../operators/psc/kubernetes/cluster-port.ts';
import { type PscCache, pscCache } from '../../../../operators/psc/kubernetes/psc-cache.ts';
import { authorityRequests } from '../../../../operators/psc/kubernetes/authority-requests.ts';
import { pscCredentials } from '../../../../operators/psc/kubernetes/psc-credentials.ts';
import { secretStore } from '../../../../operators/psc/kubernetes/secret-store.ts';
import type { ClusterPort } from '../../../../operators/psc/ports.ts';
import { type ApiServer, apiServer, ApiServerError } from '../../../../operators/runtime/api-server.ts';
import { eventRecorder } from '../../../../operators/runtime/event-recorder.ts';
import { newPassword } from '../../../../operators/runtime/new-password.ts';
import { startTestControlPlane } from '../../../local/test-control-plane.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import type { ConformanceWorld } from '../conformance-world.ts';

/** A real control plane with its controllers, without nodes: pods are made, and run when a test says so. */
export interface RealWorld {
  readonly controlPlane: ControlPlane;
  readonly api: ApiServer;
  /** Server-side apply by the hands of the tests. */
  readonly apply: (object: KubernetesObject, path: string) => Promise<unknown>;
  /** Makes a PSC and its namespace. */
  readonly createPsc: (name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const WAIT_MAX_MS = 30_000;
export const DATA_PLANE = exampleDataPlane('local');
const CALL_TIMEOUT_MS = 30_000;

export async function realWorld(): Promise<RealWorld> {
  const controlPlane = await startTestControlPlane({ controllerManager: 'run' });
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-real-world-'));
  const stop = async (): Promise<void> => {
    await controlPlane.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const caFile = join(folder, 'ca.crt');
    await writeFile(caFile, controlPlane.admin.authority);
    const { certificate, key } = controlPlane.admin;
    const api = await apiServer({ server: controlPlane.server, caFile, identity: { certificate, key } });
    const apply = async (object: KubernetesObject, path: string): Promise<unknown> =>
      await applyAs(api, 'test', object, path);
    for (const crd of [PSC_CRD, DNS_ENDPOINT_CRD]) {
      await apply(crd, `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`);
    }
    await apply(
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: PRIORITY_CLASS }, value: 1000 },
      `/apis/scheduling.k8s.io/v1/priorityclasses/${PRIORITY_CLASS}`,
    );
    for (const name of [NAMESPACES.system, NAMESPACES.gateway])
      await apply(namespace(name), `/api/v1/namespaces/${name}`);
    const createPsc = async (name: string): Promise<void> => {
      await apply(namespace(pscNamespace(name)), `/api/v1/namespaces/${pscNamespace(name)}`);
      const psc = examplePsc('local', { name }) as unknown as KubernetesObject;
      // A definition is served a moment after it was accepted.
      await eventually(
        { what: 'the PSC kind served', withinMs: WAIT_MAX_MS },
        async () => await applyAs(api, 'stack', psc, pscPath(name)),
      );
    };
    return { controlPlane, api, apply, createPsc, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Path of a PSC. */
export function pscPath(psc: string): string {
  return `/apis/flotilla.dev/v1/namespaces/${pscNamespace(psc)}/physicalstatefulclusters/${psc}`;
}

/** The operator's port on a real cluster, with its own caches until `signal` is aborted. */
export function operatorOn(
  api: ApiServer,
  signal: AbortSignal,
): { readonly port: ClusterPort; readonly cache: PscCache } {
  const unexpected = (error: ApiServerError): void => {
    process.stderr.write(`trouble: ${error.message}\n`);
  };
  const cache = pscCache({
    api,
    onChange: () => undefined,
    onMisplaced: () => undefined,
    onTrouble: (_, error) => {
      unexpected(error);
    },
  });
  void cache.run(signal);
  const wallMs = (): number => Date.now();
  const secrets = secretStore(api);
  const requests = authorityRequests(api, secrets);
  const credentials = pscCredentials({ secrets, requests, dataPlane: DATA_PLANE, wallMs, newPassword });
  const events = eventRecorder({
    api,
    controller: 'flotilla.dev/operator',
    instance: 'operator-0',
    wallMs,
    onTrouble: unexpected,
  });
  return { port: clusterPort({ api, cache, credentials, events, wallMs }), cache };
}

/** {@link ConformanceWorld} on a real control plane of its own. */
export async function realConformanceWorld(): Promise<ConformanceWorld> {
  const real = await realWorld();
  const { api } = real;
  const psc = 'orders';
  await real.createPsc(psc);
  const ended = new AbortController();
  const { port } = operatorOn(api, ended.signal);
  const podPath = (pod: string): string => `/api/v1/namespaces/${pscNamespace(psc)}/pods/${pod}`;
  let edits = 0;
  return {
    port,
    psc,
    objects: (stored) => renderKafkaCluster(stored, DATA_PLANE).map((object) => intended(object, stored)),
    editSpec: async () => {
      edits += 1;
      await patch(api, pscPath(psc), {
        spec: { maintenance: { rollRequestedAt: new Date(edits * 1000).toISOString() } },
      });
    },
    writeBalance: async (state) => {
      const { apiVersion, kind } = examplePsc('local', { name: psc });
      const lastTransitionTime = new Date(0).toISOString();
      const condition = { type: 'flotilla.dev/Balancing', status: 'False', reason: 'Balanced', lastTransitionTime };
      const metadata = { name: psc, namespace: pscNamespace(psc) };
      const object = { apiVersion, kind, metadata, status: { balance: { state }, conditions: [condition] } };
      await applyAs(api, FIELD_OWNERS.balancer, object, `${pscPath(psc)}/status`);
    },
    deletePsc: async () => {
      await api.write({ method: 'DELETE', path: pscPath(psc), body: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    },
    editObject: async (object, change) => {
      await patch(api, pathOf(object), change);
    },
    deleteObject: async (object) => {
      await api.write({
        method: 'DELETE',
        path: pathOf(object),
        body: {},
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
    },
    losePod: async (pod) => {
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      await api.write({ method: 'DELETE', path: podPath(pod), body: { gracePeriodSeconds: 0 }, signal });
    },
    setContainersReady: async (pod, status) => {
      await setCondition(api, podPath(pod), 'ContainersReady', status);
    },
    eventually: async (what, look) => {
      return await eventually({ what, withinMs: WAIT_MAX_MS }, async () => {
        await settleReadiness(api, pscNamespace(psc));
        return await look();
      });
    },
    stop: async () => {
      ended.abort();
      await real.stop();
    },
  };

  function pathOf(object: KubernetesObject): string {
    const plural = { Service: 'services', PersistentVolumeClaim: 'persistentvolumeclaims' }[object.kind];
    if (plural === undefined) throw new Error(`tests edit no ${object.kind}`);
    return `/api/v1/namespaces/${pscNamespace(psc)}/${plural}/${object.metadata.name}`;
  }
}

/** An object of a list or an answer, as tests look at it. */
interface RawPod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly readinessGates?: readonly { readonly conditionType: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The kubelet's part, which is not there: a pod is Ready when its containers and all its gates are. */
async function settleReadiness(api: ApiServer, namespaceName: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespaceName}/pods`;
  const { items } = (await api.get({ path, query: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })) as {
    readonly items: readonly RawPod[] | null;
  };
  for (const { metadata, spec, status } of items ?? []) {
    const is = (type: string): boolean => status.conditions?.find((each) => each.type === type)?.status === 'True';
    const gates = spec.readinessGates ?? [];
    const wanted = is('ContainersReady') && gates.every(({ conditionType }) => is(conditionType));
    if (wanted !== is('Ready')) await setCondition(api, `${path}/${metadata.name}`, 'Ready', wanted ? 'True' : 'False');
  }
}

async function setCondition(api: ApiServer, path: string, type: string, status: 'True' | 'False'): Promise<void> {
  await api
    .write({
      method: 'PATCH',
      path: `${path}/status`,
      contentType: 'application/strategic-merge-patch+json',
      body: {
        status: { phase: 'Running', conditions: [{ type, status, lastTransitionTime: new Date().toISOString() }] },
      },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    .catch((error: unknown) => {
      // The pod may have gone since it was listed.
      if (!(error instanceof ApiServerError && error.status === 404)) throw error;
    });
}

async function applyAs(api: ApiServer, fieldManager: string, object: unknown, path: string): Promise<unknown> {
  return await api.write({
    method: 'PATCH',
    path,
    query: { fieldManager, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
}

async function patch(api: ApiServer, path: string, body: unknown): Promise<void> {
  const contentType = 'application/merge-patch+json';
  await api.write({ method: 'PATCH', path, contentType, body, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}
