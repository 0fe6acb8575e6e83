import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONDITION_TYPES, findCondition } from '../../../../contracts/conditions.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../../contracts/labels.ts';
import { pscNamespace } from '../../../../contracts/names.ts';
import type { PhysicalStatefulCluster } from '../../../../contracts/gen/psc-types.ts';
import type { ControlPlane } from '../../../../local/kubernetes/control-plane.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { collectionPath, POD, PSC_OBJECT, pscSelector } from '../../../../operators/psc/kubernetes/kinds.ts';
import { type ApiServer, apiServer } from '../../../../operators/runtime/api-server.ts';
import { type ApiObject, type Collection, followCollection } from '../../../../operators/runtime/follow-collection.ts';
import { Slots } from '../../../../operators/runtime/slots.ts';
import { startTestControlPlane } from '../../../local/test-control-plane.ts';
import { startSimulatedNodes } from '../../../kwok/simulated-nodes.ts';
import { examplePsc } from '../../../support/example-psc.ts';
import { type DnsServer, startDnsServer } from '../names/dns-server.ts';
import { type AuditLog, auditLog } from './audit-log.ts';
import { fleetPod, type FleetPod, type PodsByPsc, type RawFleetPod, ZoneJudge } from './fleet-pods.ts';
import { BROKERS, KafkaFleet } from './kafka-fleet.ts';
import { OPERATOR_USER, type OperatorProcess, startOperatorProcess } from './operator-process.ts';
import { installPlatform, type Platform } from './platform.ts';
import { provisionVolumes } from './zonal-volumes.ts';

/**
 * Many PSCs of six brokers on a real control plane with simulated nodes in three zones, served by one operator in a process of
 * its own. What one machine cannot have of a thousand brokers is played: nodes and pods by kwok, Kafka by the models of the
 * operator's simulation, disks by volume objects, external-dns by a name server that follows the DNSEndpoints.
 */
export interface Fleet {
  readonly api: ApiServer;
  readonly controlPlane: ControlPlane;
  readonly kafka: KafkaFleet;
  readonly operator: OperatorProcess;
  readonly audit: AuditLog;
  readonly pods: PodsByPsc;
  readonly zones: ZoneJudge;
  readonly pscs: ReadonlyMap<string, StoredPsc>;
  /** What had trouble, in words: watches that broke and the like. */
  readonly troubles: readonly string[];
  /** Creates PSCs and their namespaces, all at once. */
  readonly create: (names: readonly string[]) => Promise<void>;
  /** Merges a change into the spec of a PSC. */
  readonly edit: (name: string, spec: unknown) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Number of PSCs: the usual one, or what the variable asks for. A data plane is designed for 200. */
export function fleetSize(usual: number): number {
  return Number(process.env['FLOTILLA_FLEET_PSCS'] ?? usual);
}

export async function startFleet(): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-fleet-'));
  const stopping = new AbortController();
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    stopping.abort();
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const audit = await auditLog(folder, OPERATOR_USER);
    const controlPlane = await startTestControlPlane({
      controllerManager: 'run',
      scheduler: 'run',
      moreFlags: { ...ROOM_FOR_MANY, 'kube-apiserver': audit.flags },
    });
    ends.push(controlPlane.stop);
    const caFile = join(folder, 'ca.crt');
    await writeFile(caFile, controlPlane.admin.authority);
    const { certificate, key } = controlPlane.admin;
    const api = await apiServer({ server: controlPlane.server, caFile, identity: { certificate, key } });
    const platform = await installPlatform(api, controlPlane);
    ends.push((await startSimulatedNodes({ kubeconfig: controlPlane.kubeconfig, folder })).stop);
    const dns = await startDnsServer();
    ends.push(() => dns.close());
    const kafka = new KafkaFleet();
    ends.push(() => {
      kafka.stop();
      return Promise.resolve();
    });
    const followed = follow(api, platform, { kafka, dns, signal: stopping.signal });
    const operator = await startOperatorProcess({
      folder,
      kafka,
      server: controlPlane.server,
      caFile,
      token: platform.operatorToken,
      dnsServer: dns.address,
    });
    ends.push(operator.stop);
    return { api, controlPlane, kafka, operator, audit, ...followed, ...hands(api), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * By themselves controllers ask as little as suits a cluster where nothing happens. Those that this test does not need are not
 * started: endpoints of services that nobody calls would take most of the machine.
 */
const ROOM_FOR_MANY = {
  'kube-controller-manager': [
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
    '--concurrent-statefulset-syncs=20',
    '--controllers=statefulset-controller,disruption-controller,persistentvolume-binder-controller,' +
      'serviceaccount-controller,namespace-controller,node-lifecycle-controller',
  ],
  'kube-scheduler': ['--kube-api-qps=1000', '--kube-api-burst=2000'],
} as const;

type Followed = Pick<Fleet, 'pods' | 'zones' | 'pscs' | 'troubles'>;

interface FollowParts {
  readonly kafka: KafkaFleet;
  readonly dns: DnsServer;
  readonly signal: AbortSignal;
}

function follow(api: ApiServer, platform: Platform, { kafka, dns, signal }: FollowParts): Followed {
  const troubles: string[] = [];
  const pods: PodsByPsc = new Map();
  const zones = new ZoneJudge(pods);
  const zoneOf = new Map(
    platform.nodes.map((node) => [node.metadata?.name, node.metadata?.labels?.[LABELS.zone] ?? '']),
  );
  const sawPod = (pod: FleetPod): void => {
    const own = pods.get(pod.psc) ?? new Map<string, FleetPod>();
    pods.set(pod.psc, own);
    own.set(pod.metadata.name, pod);
    kafka.of(pod.psc).saw(pod);
    zones.saw(pod);
  };
  const lostPod = (pod: FleetPod): void => {
    pods.get(pod.psc)?.delete(pod.metadata.name);
    kafka.of(pod.psc).lost(pod);
    zones.saw({ ...pod, isTerminating: true });
  };
  const pscs = new Map<string, StoredPsc>();
  const watched = <T>(collection: Collection, shape: (raw: ApiObject) => T, hears: Hears<T>): void => {
    void followCollection<ApiObject, T>(api, collection, {
      shape,
      onAll: hears.all,
      onChange: ({ type, object }) => {
        hears[type](object);
      },
      onTrouble: ({ message }) => troubles.push(message),
      signal,
    });
  };
  const podsOfPscs = { path: collectionPath(POD), labelSelector: pscSelector() };
  watched(podsOfPscs, (raw) => fleetPod(raw as RawFleetPod, zoneOf), {
    all: (found) => {
      const there = new Set(found.map(({ uid }) => uid));
      for (const pod of [...pods.values()].flatMap((own) => [...own.values()])) if (!there.has(pod.uid)) lostPod(pod);
      found.forEach(sawPod);
    },
    set: sawPod,
    gone: lostPod,
  });
  const sawPsc = (psc: StoredPsc): void => {
    pscs.set(psc.metadata.name, psc);
  };
  watched({ path: collectionPath(PSC_OBJECT) }, (raw) => raw as unknown as StoredPsc, {
    all: (found) => {
      found.forEach(sawPsc);
    },
    set: sawPsc,
    gone: ({ metadata }) => pscs.delete(metadata.name),
  });
  const publish = ({ spec: { endpoints } }: DnsEndpoint): void => {
    for (const { dnsName } of endpoints) dns.records.set(dnsName, [{ type: 'A', address: '127.0.0.1' }]);
  };
  watched({ path: '/apis/externaldns.k8s.io/v1alpha1/dnsendpoints' }, (raw) => raw as DnsEndpoint, {
    all: (found) => {
      found.forEach(publish);
    },
    set: publish,
    gone: () => undefined,
  });
  const { nodes, classes } = platform;
  void provisionVolumes({ api, nodes, classes, signal, onTrouble: (message) => troubles.push(message) });
  return { pods, zones, pscs, troubles };
}

interface Hears<T> {
  readonly all: (objects: readonly T[]) => void;
  readonly set: (object: T) => void;
  readonly gone: (object: T) => void;
}

interface DnsEndpoint extends ApiObject {
  readonly spec: { readonly endpoints: readonly { readonly dnsName: string }[] };
}

const CALL_TIMEOUT_MS = 60_000;
const CALLS_AT_A_TIME = 32;

function hands(api: ApiServer): Pick<Fleet, 'create' | 'edit'> {
  const slots = new Slots(CALLS_AT_A_TIME);
  const create = async (path: string, body: unknown): Promise<void> => {
    await api.write({ method: 'POST', path, body, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  };
  return {
    create: async (names) => {
      const inTurns = async (work: (name: string) => Promise<void>): Promise<void> => {
        await Promise.all(names.map((name) => slots.run(async () => work(name))));
      };
      await inTurns(async (name) => create('/api/v1/namespaces', namespaceOf(name)));
      await inTurns(async (name) => create(collectionPath(PSC_OBJECT, pscNamespace(name)), fleetPsc(name)));
    },
    edit: async (name, spec) => {
      const path = `${collectionPath(PSC_OBJECT, pscNamespace(name))}/${name}`;
      const contentType = 'application/merge-patch+json';
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      await api.write({ method: 'PATCH', path, contentType, body: { spec }, signal });
    },
  };
}

function namespaceOf(psc: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: pscNamespace(psc), labels: { [LABELS.psc]: psc } },
  };
}

/** Six brokers in three zones, of which both of one zone may be replaced together. */
function fleetPsc(name: string): PhysicalStatefulCluster {
  const psc = examplePsc('local', { name, brokers: BROKERS });
  const { kafka } = psc.spec;
  if (kafka === undefined) throw new Error('the example is no Kafka cluster');
  const brokers = { ...kafka.brokers, maxUnavailablePerZone: BROKERS / 3 };
  return { ...psc, spec: { ...psc.spec, kafka: { ...kafka, brokers } } };
}

/** What keeps a PSC from being settled; undefined when it is as its spec wants it, and says so of the newest spec. */
export function unsettled(psc: StoredPsc | undefined): string | undefined {
  if (psc === undefined) return 'it is not there';
  const { status, metadata } = psc;
  if (status?.observedGeneration !== metadata.generation) return 'its status speaks of an older spec';
  const wrong = SETTLED.flatMap(([type, is, reason]) => {
    const found = findCondition(status.conditions, type);
    const isSo = found?.status === is && found.reason === reason && found.observedGeneration === metadata.generation;
    return isSo ? [] : [`${type} is ${found?.status ?? 'absent'}: ${found?.reason ?? ''} ${found?.message ?? ''}`];
  });
  if (wrong.length > 0) return wrong.join('; ');
  return status.fence === undefined ? undefined : 'a fence is left';
}

const SETTLED = [
  [CONDITION_TYPES.ready, 'True', 'AllBrokersInSync'],
  [CONDITION_TYPES.clusterResizing, 'False', 'ClusterNotResizing'],
  [CONDITION_TYPES.rolling, 'False', 'ClusterNotRolling'],
  [CONDITION_TYPES.reconciling, 'False', 'UpToDate'],
  [CONDITION_TYPES.stalled, 'False', 'NotStalled'],
] as const;
