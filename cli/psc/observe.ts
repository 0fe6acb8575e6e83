import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { viewCluster } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { parsePsc } from '../../contracts/psc-check.ts';
import { awaitedHosts } from '../../operators/psc/gates.ts';
import { readFresh } from '../../operators/psc/kubernetes/fresh-objects.ts';
import { authorityRequests } from '../../operators/psc/kubernetes/authority-requests.ts';
import { pscCredentials } from '../../operators/psc/kubernetes/psc-credentials.ts';
import { secretStore } from '../../operators/psc/kubernetes/secret-store.ts';
import { authoritativeNames } from '../../operators/psc/names/names-port.ts';
import type { KafkaView, Observed, ObservedCredentialsState, StoredPsc } from '../../operators/psc/observed.ts';
import type { PscObjects } from '../../operators/psc/ports.ts';
import { ApiServerError } from '../../operators/runtime/api-server.ts';
import { UserError } from '../user-error.ts';
import { kafkaFromOutside } from './kafka-from-outside.ts';
import type { PscCluster } from './psc-cluster.ts';

/** What a plan is made from, and what of it is not known from here but taken for granted. */
export interface SeenFromOutside {
  readonly observed: Observed;
  readonly notes: readonly string[];
}

/** Everything that the operator would observe of a PSC, as far as it can be seen from outside. Undefined: there is no such PSC. */
export async function observeFromOutside(
  cluster: PscCluster,
  name: string,
  dataPlane: DataPlane,
): Promise<SeenFromOutside | undefined> {
  const objects = await readFresh(cluster.api, name);
  return objects === undefined ? undefined : await completed(cluster, objects, dataPlane);
}

/**
 * The same, as if the PSC were changed to what `wanted` says; nothing is changed.
 *
 * @throws UserError where the API server would refuse the change
 */
export async function observeChanged(
  cluster: PscCluster,
  wanted: unknown,
  dataPlane: DataPlane,
): Promise<SeenFromOutside> {
  const { name = '' } = ((wanted ?? {}) as Partial<PhysicalStatefulCluster>).metadata ?? {};
  const live = name === '' ? undefined : await readFresh(cluster.api, name);
  const parsed = parsePsc(wanted, live === undefined ? {} : { oldPsc: live.psc });
  if (!parsed.ok) {
    const lines = parsed.violations.map(({ path, rule }) => `  ${path === '' ? 'the whole' : path}: ${rule}`);
    throw new UserError(['the API server would refuse this PSC', ...lines].join('\n'), {
      hint: 'mend the lines above',
    });
  }
  const psc = changedPsc(parsed.value, live?.psc);
  const objects = live ?? { objects: new Map(), pods: [], claims: [] };
  return await completed(cluster, { ...objects, psc }, dataPlane);
}

function changedPsc(wanted: PhysicalStatefulCluster, live: StoredPsc | undefined): StoredPsc {
  if (live === undefined) {
    return { ...wanted, metadata: { ...wanted.metadata, uid: 'not made yet', resourceVersion: '0', generation: 1 } };
  }
  const isSame = JSON.stringify(wanted.spec) === JSON.stringify(live.spec);
  const metadata = { ...live.metadata, generation: live.metadata.generation + (isSame ? 0 : 1) };
  const annotations = wanted.metadata.annotations ?? live.metadata.annotations;
  return { ...live, spec: wanted.spec, metadata: annotations === undefined ? metadata : { ...metadata, annotations } };
}

async function completed(cluster: PscCluster, objects: PscObjects, dataPlane: DataPlane): Promise<SeenFromOutside> {
  const { psc } = objects;
  const [kafka, { credentials, ...unread }, names] = await Promise.all([
    kafkaOf(cluster, objects),
    credentialsOf(cluster, psc, dataPlane),
    namesOf(cluster, objects, dataPlane),
  ]);
  const observed = {
    ...objects,
    nowMs: Date.now(),
    credentials,
    // What pods show is for those who can reach them.
    shown: new Map<string, never>(),
    resolvedHosts: names,
    kafka,
    freshness: 'fresh' as const,
  };
  return {
    observed,
    notes: [...kafkaNotes(observed), ...(unread.note === undefined ? [] : [unread.note])],
  };
}

function kafkaNotes({ psc, kafka }: Observed): readonly string[] {
  if (psc.spec.kafka === undefined) return [];
  return [
    kafka.state === 'reachable'
      ? "brokers' own metrics say that all is well: they are served inside of the Kubernetes cluster only"
      : `nothing is known of Kafka, which does not answer from outside: ${kafka.reason}`,
  ];
}

const FORBIDDEN = 403;

/** A changed PSC may place brokers that are not there: those are not asked. */
async function kafkaOf(cluster: PscCluster, { psc, pods }: PscObjects): Promise<KafkaView> {
  const made = new Set(pods.map(({ name }) => name));
  const { kafka } = psc.spec;
  if (kafka === undefined || made.size === 0) return { state: 'unreachable', reason: 'no broker runs' };
  const placement = Object.fromEntries(
    Object.entries(kafka.placement).map(([zone, { pods: placed }]) => [
      zone,
      { pods: placed.filter((pod) => made.has(pod)) },
    ]),
  );
  return await kafkaFromOutside(cluster, { ...psc, spec: { ...psc.spec, kafka: { ...kafka, placement } } });
}

async function credentialsOf(
  { api }: PscCluster,
  psc: StoredPsc,
  dataPlane: DataPlane,
): Promise<{ readonly credentials: ObservedCredentialsState; readonly note?: string }> {
  const neverMade = (): string => {
    throw new Error('nothing is made here');
  };
  const wallMs = (): number => Date.now();
  try {
    const secrets = secretStore(api);
    const requests = authorityRequests(api, secrets);
    const { state } = pscCredentials({ secrets, requests, dataPlane, wallMs, newPassword: neverMade });
    return { credentials: await state(psc) };
  } catch (error) {
    // The plan itself says what is wrong with the PSC.
    if (error instanceof InvalidPscError) return { credentials: { state: 'incomplete', reason: error.message } };
    if (!(error instanceof ApiServerError) || error.status !== FORBIDDEN) throw error;
    return { credentials: { state: 'whole' }, note: 'the credentials are whole: you may not read Secrets' };
  }
}

async function namesOf({ names }: PscCluster, objects: PscObjects, dataPlane: DataPlane): Promise<ReadonlySet<string>> {
  const hosts = hostsOf(objects, dataPlane);
  if (hosts.length === 0) return new Set();
  if (names !== undefined) {
    const known = new Set(await names());
    return new Set(hosts.filter((host) => known.has(host)));
  }
  // The domain of a data plane is its cluster's label below the region's zone.
  const zone = dataPlane.domain.slice(dataPlane.domain.indexOf('.') + 1);
  return await authoritativeNames({ zone, clock: { nowMs: () => Date.now() } }).resolved(hosts);
}

/** The plan itself says what is wrong with a PSC that contradicts its data plane. */
function hostsOf({ psc, objects }: PscObjects, dataPlane: DataPlane): readonly string[] {
  try {
    return awaitedHosts(viewCluster(psc, dataPlane), objects);
  } catch (error) {
    if (error instanceof InvalidPscError) return [];
    throw error;
  }
}
