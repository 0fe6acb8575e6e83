import { selectorLabels } from '../../../constructs/kubernetes/shared/platform-labels.ts';
import { NAMESPACES, pscNamespace } from '../../../contracts/names.ts';
import { collectionPath, madeCollections, POD, pscSelector } from '../../../operators/psc/kubernetes/kinds.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { ApiServerError } from '../../../operators/runtime/api-server.ts';
import { statusText } from '../../balance/balance-text.ts';
import { explainPlan } from '../explain-plan.ts';
import { explanationText } from '../explanation-text.ts';
import { observeFromOutside } from '../observe.ts';
import { dataPlaneOf, onePsc, type WholeCluster } from '../psc-cluster.ts';
import { redact } from '../../../operators/runtime/redact.ts';

/** Files by their paths in the bundle. */
export type BundleFiles = ReadonlyMap<string, string>;

/** Lines of each log, and how many bytes of it at most. */
const LOG_LINES = '2000';
const LOG_BYTES = String(2 * 2 ** 20);
const CALL_MAX_MS = 30_000;

/**
 * All that a bug report needs of one PSC: itself, what was made for it, what the operator and the balancer say of it, events and
 * the ends of logs. No Secret is in it. What cannot be read is named in `left-out.txt`, and the rest is there all the same.
 *
 * @throws UserError where there is no such PSC
 */
export async function collectBundle(cluster: WholeCluster, name: string, nowMs: number): Promise<BundleFiles> {
  const psc = await onePsc(cluster, name);
  const bundle = new Bundle();
  const pods = await podsOf(cluster, name, bundle);
  bundle.add('psc.json', json(psc));
  bundle.add('balance.txt', statusText(psc, nowMs));
  await Promise.all([
    bundle.part('explain.txt', async () => await explained(cluster, name)),
    bundle.part('events.txt', async () =>
      eventLines(await list(cluster, `/api/v1/namespaces/${pscNamespace(name)}/events`)),
    ),
    bundle.part('nodes.json', async () => json((await list(cluster, '/api/v1/nodes')).map(nodeOf))),
    ...madeCollections(name).map(async ({ kind, namespace }) => {
      const file = `objects/${kind.plural}${namespace === NAMESPACES.gateway ? '-of-the-gateway' : ''}.json`;
      await bundle.part(file, async () =>
        json(await list(cluster, collectionPath(kind, namespace), { labelSelector: pscSelector(name) })),
      );
    }),
    ...pods.flatMap((pod) => logsOf(cluster, pod, bundle)),
  ]);
  bundle.add('README.txt', readme(psc, nowMs));
  return bundle.files();
}

class Bundle {
  readonly #files = new Map<string, string>();
  readonly #leftOut: string[] = [];

  add(path: string, text: string): void {
    this.#files.set(path, redact(text));
  }

  /** A part that may be missing: one that cannot be read is no reason to have none. */
  async part(path: string, read: () => Promise<string | undefined>): Promise<void> {
    try {
      const text = await read();
      if (text !== undefined) this.add(path, text);
    } catch (error) {
      this.#leftOut.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  files(): BundleFiles {
    if (this.#leftOut.length > 0) this.add('left-out.txt', `${this.#leftOut.sort().join('\n')}\n`);
    return new Map([...this.#files].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

interface RawObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: unknown;
    managedFields?: unknown;
  };
  readonly spec?: { readonly containers?: readonly Named[]; readonly initContainers?: readonly Named[] };
  readonly status?: Readonly<Record<string, unknown>>;
}

interface Named {
  readonly name: string;
}

async function list(
  { api }: WholeCluster,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly RawObject[]> {
  const answer = await api.get({ path, query, signal: AbortSignal.timeout(CALL_MAX_MS) });
  const items = (answer as { readonly items: readonly RawObject[] | null }).items ?? [];
  return items.map((item) => ({ ...item, metadata: { ...item.metadata, managedFields: undefined } }));
}

/** Those of the PSC, and of whoever looks after it. */
async function podsOf(cluster: WholeCluster, name: string, bundle: Bundle): Promise<readonly RawObject[]> {
  const found: RawObject[] = [];
  await bundle.part('objects/pods.json', async () => {
    const own = await list(cluster, collectionPath(POD, pscNamespace(name)));
    found.push(...own);
    return json(own);
  });
  for (const service of ['operator', 'balancer']) {
    const labelSelector = Object.entries(selectorLabels(service))
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    await bundle.part(`objects/${service}-pods.json`, async () => {
      const pods = await list(cluster, collectionPath(POD, NAMESPACES.system), { labelSelector });
      found.push(...pods);
      return json(pods);
    });
  }
  return found;
}

function logsOf(cluster: WholeCluster, { metadata, spec }: RawObject, bundle: Bundle): readonly Promise<void>[] {
  const { name = '', namespace = '' } = metadata ?? {};
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return containers.flatMap((container) => [
    bundle.part(
      `logs/${name}/${container.name}.log`,
      async () => await log(cluster, { name, namespace }, container, {}),
    ),
    logBefore(cluster, { name, namespace }, container, bundle),
  ]);
}

interface PodName {
  readonly name: string;
  readonly namespace: string;
}

async function log(
  { api }: WholeCluster,
  { name, namespace }: PodName,
  container: Named,
  query: Readonly<Record<string, string>>,
): Promise<string> {
  return await api.text({
    path: `/api/v1/namespaces/${namespace}/pods/${name}/log`,
    query: { container: container.name, tailLines: LOG_LINES, limitBytes: LOG_BYTES, timestamps: 'true', ...query },
    signal: AbortSignal.timeout(CALL_MAX_MS),
  });
}

/** Of the container before this one, where there was one: it has often died of what is asked about. */
async function logBefore(cluster: WholeCluster, pod: PodName, container: Named, bundle: Bundle): Promise<void> {
  await bundle.part(`logs/${pod.name}/${container.name}.before.log`, async () => {
    try {
      return await log(cluster, pod, container, { previous: 'true' });
    } catch (error) {
      if (error instanceof ApiServerError && error.status === BAD_REQUEST) return undefined;
      throw error;
    }
  });
}

/** What the API server says where no container was there before. */
const BAD_REQUEST = 400;

async function explained(cluster: WholeCluster, name: string): Promise<string> {
  const dataPlane = await dataPlaneOf(cluster);
  const seen = await observeFromOutside(cluster, name, dataPlane);
  if (seen === undefined) return 'the PSC has gone meanwhile\n';
  return explanationText(explainPlan(seen.observed, dataPlane), seen.notes, seen.observed.nowMs);
}

function nodeOf({ metadata, status }: RawObject): unknown {
  const { conditions, capacity, allocatable, nodeInfo } = status ?? {};
  return { name: metadata?.name, labels: metadata?.labels, conditions, capacity, allocatable, nodeInfo };
}

interface RawEvent extends RawObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

function eventLines(events: readonly RawEvent[]): string {
  const lines = events.map(({ type, reason, message, count = 1, lastTimestamp, eventTime, involvedObject = {} }) => {
    const time = lastTimestamp ?? eventTime ?? '';
    const times = count > 1 ? ` (${count} times)` : '';
    return `${time}  ${type ?? ''}  ${reason ?? ''}  ${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}${times}  ${message ?? ''}`;
  });
  return `${lines.sort().join('\n')}\n`;
}

function readme({ metadata, spec, status }: StoredPsc, nowMs: number): string {
  return [
    `PSC ${metadata.name}, revision ${spec.revision}, generation ${metadata.generation}, seen at ${new Date(nowMs).toISOString()}.`,
    '',
    'psc.json          the PSC with its status',
    "explain.txt       the operator's next pass, what it waits for, and runbooks",
    'balance.txt       what the balancer says',
    'events.txt        events of its namespace, the oldest first',
    'objects/          what was made for it; no Secrets',
    'nodes.json        the nodes, with their conditions',
    'logs/             the last 2,000 lines of each container; .before.log: of the one before it',
    'left-out.txt      what could not be read, and why',
    '',
    'Passwords, tokens and private keys are taken out wherever they were recognised. Look through it before you hand it on: names of',
    'topics, users and hosts are in it.',
    '',
    ...(status?.conditions ?? []).map(({ type, status: is, reason }) => `${type} ${is} ${reason}`),
    '',
  ].join('\n');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
