import { renderKafkaCluster } from '../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { objectKey } from '../../../operators/psc/observed.ts';
import type { ClusterPort } from '../../../operators/psc/ports.ts';
import type { ConformanceWorld } from '../../operators/psc/conformance-world.ts';
import { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { Trace } from '../kernel/trace.ts';
import { isJson, type Json } from './apply-intent.ts';
import { clusterPort } from './cluster-port.ts';
import { Courier } from '../kernel/courier.ts';
import { driven } from './driven.ts';
import { NEWEST_KAFKA } from './upgrades.ts';
import { World } from './world.ts';

const SEED = 1;
const STEP_MS = 500;
/** Virtual time that a condition may take. */
const PATIENCE_MS = 20 * 60_000;

/** The model of Kubernetes under the hands of the conformance tests, with nobody else at work in it. */
export async function simulatedWorld(): Promise<ConformanceWorld> {
  const world = new World(SEED, () => Promise.resolve({ lookAgainMs: PATIENCE_MS }), new Trace());
  const { scheduler, api, pods } = world;
  const courier = new Courier({
    scheduler,
    random: new Prng(SEED),
    weather: () => world.weather,
    crash: () => undefined,
    pause: () => undefined,
    isGone: () => false,
    pausedUntilMs: () => 0,
    onInjected: () => undefined,
  });
  const caller = { holder: 'operator', freshAtMs: { cluster: 0, kafka: 0 } };
  const port = drivenPort(clusterPort(world, caller, courier, new Prng(SEED)), scheduler);
  world.createPsc(3, 1, 0, NEWEST_KAFKA);
  const psc = api.storedPsc();
  if (psc !== undefined) world.issueCredentials(psc);
  return await Promise.resolve({
    port,
    psc: world.pscName,
    objects: (stored) => renderKafkaCluster(stored, world.dataPlane),
    editSpec: async () => {
      api.editPsc((stored) => ({
        ...stored,
        spec: { ...stored.spec, revision: String(Number(stored.spec.revision) + 1) },
      }));
      await Promise.resolve();
    },
    writeBalance: async (state) => {
      const time = new Date(0).toISOString();
      const balancing = {
        type: 'flotilla.dev/Balancing',
        status: 'True',
        reason: 'MovingReplicas',
        lastTransitionTime: time,
      } as const;
      api.editPsc((stored) => {
        const others = (stored.status?.conditions ?? []).filter(({ type }) => type !== balancing.type);
        return { ...stored, status: { ...stored.status, balance: { state }, conditions: [...others, balancing] } };
      });
      await Promise.resolve();
    },
    deletePsc: async () => {
      api.editPsc((stored) => ({
        ...stored,
        metadata: { ...stored.metadata, deletionTimestamp: new Date(0).toISOString() },
      }));
      await Promise.resolve();
    },
    editObject: async (object, patch) => {
      const stored = api.objects.current.get(objectKey(object));
      if (stored === undefined) throw new Error(`${objectKey(object)} is not there`);
      api.putObject(mergePatch(stored, patch) as KubernetesObject, stored);
      await Promise.resolve();
    },
    deleteObject: async (object) => {
      api.remove(object);
      await Promise.resolve();
    },
    losePod: async (name) => {
      const pod = pods.get(name);
      if (pod !== undefined) pods.lose(pod);
      await Promise.resolve();
    },
    // The model's kubelet does it by itself.
    setContainersReady: async () => {
      await scheduler.runUntil(scheduler.nowMs + STEP_MS);
    },
    eventually: async (what, look) => {
      const deadlineMs = scheduler.nowMs + PATIENCE_MS;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (scheduler.nowMs > deadlineMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms of virtual time`);
        await scheduler.runUntil(scheduler.nowMs + STEP_MS);
      }
    },
    stop: () => Promise.resolve(),
  });
}

/** Lets virtual time pass while somebody waits for an answer. */
function drivenPort(port: ClusterPort, scheduler: Scheduler): ClusterPort {
  const drive = driven(scheduler, PATIENCE_MS);
  return {
    cached: (psc) => port.cached(psc),
    fresh: (psc) => drive(port.fresh(psc)),
    credentials: (psc) => drive(port.credentials(psc)),
    issueCredentials: (psc) => drive(port.issueCredentials(psc)),
    rotateAuthority: (psc, rotation) => drive(port.rotateAuthority(psc, rotation)),
    requestAuthority: (psc, request) => drive(port.requestAuthority(psc, request)),
    renewAuthority: (psc) => drive(port.renewAuthority(psc)),
    rotatePasswords: (psc, rotation) => drive(port.rotatePasswords(psc, rotation)),
    apply: (object) => drive(port.apply(object)),
    writeStatus: (psc, status) => drive(port.writeStatus(psc, status)),
    setFinalizer: (psc, finalizer) => drive(port.setFinalizer(psc, finalizer)),
    remove: (object, uid) => drive(port.remove(object, uid)),
    deleteClaim: (psc, claim) => drive(port.deleteClaim(psc, claim)),
    releaseVolume: (psc, volume, claimUid) => drive(port.releaseVolume(psc, volume, claimUid)),
    setGate: (psc, pod, uid, status) => drive(port.setGate(psc, pod, uid, status)),
    touchPod: (psc, pod, holder) => drive(port.touchPod(psc, pod, holder)),
    evict: (psc, pod) => drive(port.evict(psc, pod)),
    deletePod: (psc, pod) => drive(port.deletePod(psc, pod)),
    event: (psc, event) => drive(port.event(psc, event)),
  };
}

function mergePatch(stored: Json, patch: Json): Json {
  const changed = Object.entries(patch).map(([key, value]) => {
    const current = stored[key];
    return [key, isJson(value) && isJson(current) ? mergePatch(current, value) : value] as const;
  });
  return { ...stored, ...Object.fromEntries(changed) };
}
