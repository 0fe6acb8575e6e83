import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT_FILES, clientFiles } from '../../../cli/local/client-files.ts';
import { operatorAccess } from '../../../cli/local/tenant-access.ts';
import type { LocalRegion } from '../../../cli/local/region-folder.ts';
import type { KafkaSpec, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { kafkaUuid, NAMESPACES, pscNamespace } from '../../../contracts/names.ts';
import { kubectl as kubectlWith } from '../../../local/kubernetes/region-control-plane.ts';
import { runningRegion, type RunningRegion } from '../../../local/region/running-region.ts';
import { collectionPath, PSC_OBJECT } from '../../../operators/psc/kubernetes/kinds.ts';
import type { Pod } from '../../../local/agent/kubernetes-types.ts';
import { eventually } from '../../local/eventually.ts';
import { read } from '../../policies/api-server-client.ts';
import type { JavaClientFiles } from './kafka-tools.ts';
import { regionApi } from './region-api.ts';

/** Name of a tenant of the tests' own, that they may grow, roll and take away. */
export const LEDGER = 'ledger';

/** Seldom enough that the questions cost nothing beside what is asked about. */
const LOOK_MS = 250;

export interface Ledger {
  readonly psc: () => Promise<PhysicalStatefulCluster>;
  /** As a person with `kubectl edit`: a merge patch of the spec. */
  readonly edit: (spec: unknown) => Promise<void>;
  /** Resolves with the PSC when it is as it should be. */
  readonly when: (
    isRight: (psc: PhysicalStatefulCluster) => boolean,
    timeoutMs: number,
  ) => Promise<PhysicalStatefulCluster>;
  /** Name ▶ uid of its pods. */
  readonly podUids: () => Promise<Readonly<Record<string, string>>>;
  /** Client properties and hosts file of its platform user, in this folder. */
  readonly clientFiles: (folder: string, brokers: number) => Promise<JavaClientFiles>;
  readonly kubectl: RunningRegion['kubectl'];
  /** The region's one operator or balancer, as `namespace/name`, and the zone that it runs in. */
  readonly controller: (name: 'operator' | 'balancer') => Promise<{ readonly pod: string; readonly zone: string }>;
  /** Kubernetes node that one of its pods runs on. */
  readonly nodeOf: (pod: string) => Promise<string>;
  /** Names of the volume claims of one kind of its pods, sorted. */
  readonly volumesOf: (pods: 'kafka' | 'controller') => Promise<readonly string[]>;
  /** Resolves when it is gone, its volumes with it. */
  readonly remove: (timeoutMs: number) => Promise<void>;
}

/**
 * Makes a tenant like the region's own one, of one CKU and without Infinite Storage, and leaves it to the operator.
 *
 * @param kafka what differs from it
 */
export async function makeLedger(local: LocalRegion, kafka: Partial<KafkaSpec> = {}): Promise<Ledger> {
  const { layout, kubernetes, kubectl } = await runningRegion(local.layout);
  // Not by kubectl: it is asked over and over.
  const { administrator } = await regionApi(local.layout);
  const get = async <T>(path: string): Promise<T> => (await read(administrator, path)) as T;
  const namespace = pscNamespace(LEDGER);
  const demo = await get<PhysicalStatefulCluster>(pscPath('demo'));
  const home = await get<KubernetesObject>(`/api/v1/namespaces/${pscNamespace('demo')}`);
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [renamed(home), pscOf(demo, kafka)] });
  await kubectlWith(layout, kubernetes, ['apply', '--server-side', '--field-manager=flotilla-apply', '-f', '-'], list);
  const psc = async (): Promise<PhysicalStatefulCluster> => await get(pscPath(LEDGER));
  return {
    psc,
    kubectl,
    edit: async (spec) => {
      await kubectl([
        '--namespace',
        namespace,
        'patch',
        'psc',
        LEDGER,
        '--type=merge',
        '--patch',
        JSON.stringify({ spec }),
      ]);
    },
    when: async (isRight, timeoutMs) => await eventually(psc, isRight, timeoutMs, LOOK_MS),
    podUids: async () => {
      const { items } = await get<{ readonly items: readonly KubernetesObject[] }>(
        `/api/v1/namespaces/${namespace}/pods`,
      );
      return Object.fromEntries(items.map(({ metadata }) => [metadata.name, String(metadata['uid'])]));
    },
    clientFiles: async (folder, brokers) => {
      const access = await operatorAccess(withLedger(local), LEDGER);
      const [, domain = ''] = access.bootstrapServer.split(/^bootstrap\.|:\d+$/);
      // Also those of brokers that are still to come.
      const names = ['bootstrap', ...Array.from({ length: brokers }, (_, index) => `kafka-${index}`)].map(
        (pod) => `${pod}.${domain}`,
      );
      const files = clientFiles({ ...access, tenant: LEDGER, folder, names, machineHosts: '' });
      for (const [file, content] of files) await writeFile(join(folder, file), content);
      return { properties: join(folder, CLIENT_FILES.properties), hosts: join(folder, CLIENT_FILES.hosts) };
    },
    controller: async (name) => {
      const { items } = await get<{ readonly items: readonly Pod[] }>(`/api/v1/namespaces/${NAMESPACES.system}/pods`);
      const pod = items.find(({ metadata }) => metadata?.name?.startsWith(`${name}-`) === true);
      const node = layout.nodes.find((each) => each.name === pod?.spec?.nodeName);
      if (pod?.metadata?.name === undefined || node === undefined) throw new Error(`no ${name} runs`);
      return { pod: `${NAMESPACES.system}/${pod.metadata.name}`, zone: node.zone };
    },
    nodeOf: async (pod) => {
      const { spec } = await get<Pod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);
      if (spec?.nodeName === undefined) throw new Error(`${pod} runs on no node`);
      return spec.nodeName;
    },
    volumesOf: async (pods) => {
      const { items } = await get<{ readonly items: readonly KubernetesObject[] }>(
        `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
      );
      return items
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith(`data-${pods}-`))
        .sort();
    },
    remove: async (timeoutMs) => {
      const ofNamespace = ['--namespace', namespace];
      await kubectl([...ofNamespace, 'delete', 'psc', LEDGER, '--ignore-not-found', '--wait=false']);
      const there = async (): Promise<string> =>
        await kubectl([...ofNamespace, 'get', 'psc,pods', '--ignore-not-found', '--output=name']);
      await eventually(there, (text) => text.trim() === '', timeoutMs);
      await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
      const left = async (): Promise<string> =>
        await kubectl(['get', 'namespace', namespace, '--ignore-not-found', '--output=name']);
      await eventually(left, (text) => text.trim() === '', timeoutMs);
    },
  };
}

function pscPath(name: string): string {
  return `${collectionPath(PSC_OBJECT, pscNamespace(name))}/${name}`;
}

/** As if the stack's config had it. */
function withLedger(local: LocalRegion): LocalRegion {
  const { tenants } = local.config;
  return {
    ...local,
    config: { ...local.config, tenants: [...tenants, ...tenants.map((tenant) => ({ ...tenant, name: LEDGER }))] },
  };
}

/** With the tenant's name instead of demo's, and nothing that the API server has added. */
function renamed({ apiVersion, kind, metadata, ...rest }: KubernetesObject): KubernetesObject {
  const { name, namespace, labels } = metadata;
  const own = { name, labels, ...(namespace === undefined ? {} : { namespace }) };
  const fields = without(rest, 'status');
  const text = JSON.stringify({ apiVersion, kind, metadata: own, ...(kind === 'Namespace' ? {} : fields) });
  return JSON.parse(
    text.replaceAll('psc-demo', pscNamespace(LEDGER)).replaceAll('"demo"', `"${LEDGER}"`),
  ) as KubernetesObject;
}

function pscOf(demo: PhysicalStatefulCluster, own: Partial<KafkaSpec>): KubernetesObject {
  const copy = renamed(demo) as KubernetesObject & PhysicalStatefulCluster;
  const kafka = without(copy.spec.kafka ?? {}, 'tieredStorage', 'identity');
  // Its quotas would hold the load up, which the longest wait would then be a measure of.
  const limits = {
    ...copy.spec.kafka?.limits,
    ingressBytesPerSecond: '60000000',
    egressBytesPerSecond: '180000000',
  };
  return {
    ...copy,
    spec: { ...copy.spec, kafka: { ...kafka, limits, clusterId: kafkaUuid(LEDGER), config: {}, ...own } },
  };
}

function without(object: object, ...names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
