import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { nodeIdOf } from '../../../operators/psc/classify.ts';
import { observedClaim } from '../../../operators/psc/kubernetes/observed-claim.ts';
import { objectKey, type ObservedPod, type StoredPsc } from '../../../operators/psc/observed.ts';
import { ConflictError, RefusedError, type ClusterPort, type PscObjects } from '../../../operators/psc/ports.ts';
import type { Prng } from '../kernel/prng.ts';
import { LaggingCopy } from '../kernel/versioned-store.ts';
import type { Courier } from '../kernel/courier.ts';
import type { World } from './world.ts';

/** The process that asks. */
export interface Caller {
  readonly holder: string;
  /** When its last reads past the caches were sent. */
  readonly freshAtMs: { cluster: number; kafka: number };
}

/** Kubernetes as one operator process sees it. */
export function clusterPort(world: World, process: Caller, courier: Courier, random: Prng): ClusterPort {
  const { api, pods, claims, judge } = world;
  const write = <T>(what: string, serve: () => T): Promise<T> => {
    judge.writeSent(process, what);
    return courier.send({ what, kind: 'write', serve });
  };
  return {
    cached: cachedReader(world, random),
    fresh: (psc) => freshReader(world, process, courier)(psc),
    credentials: (psc) => courier.send({ what: 'credentials', kind: 'read', serve: () => world.credentialsOf(psc) }),
    issueCredentials: (psc) =>
      write('issue credentials', () => {
        world.issueCredentials(psc);
      }),
    rotateAuthority: (_psc, rotation) =>
      write(`${rotation.step} the authority`, () => {
        world.credentials.rotate(rotation);
      }),
    requestAuthority: () =>
      write('ask for the authority', () => {
        world.issuer.ask();
      }),
    renewAuthority: () =>
      write('ask for another authority', () => {
        world.issuer.renew();
      }),
    rotatePasswords: (_psc, rotation) =>
      write(`${rotation.step} passwords`, () => {
        world.passwords.rotate(rotation);
      }),
    apply: (object) => {
      const decision = judge.decided(process, 'stop');
      return write(`apply ${objectKey(object)}`, () => {
        judge.applied(object);
        const before = api.objects.current.get(objectKey(object));
        const stored = api.apply(object);
        judge.stopped(decision, before, stored);
        return stored;
      });
    },
    deleteClaim: (_psc, { name, uid, resourceVersion }) =>
      write(`delete claim ${name}`, () => {
        const claim = claims.find(name);
        if (claim === undefined) return;
        api.remove(claim, uid, resourceVersion);
        judge.claimDeleted(claim);
        if (observedClaim(claim).isPlaceholder) claims.placeholderGone(claim);
      }),
    releaseVolume: (_psc, volume, claimUid) =>
      write(`release ${volume}`, () => {
        claims.release(volume, claimUid);
      }),
    writeStatus: (psc, status) =>
      write('write status', () => {
        api.writeStatus(psc, status);
      }),
    setFinalizer: (psc, finalizer) =>
      write('set finalizer', () => {
        api.setFinalizers(psc, finalizer === 'present' ? ['flotilla.dev/operator'] : []);
      }),
    remove: (object, uid) =>
      write(`remove ${objectKey(object)}`, () => {
        judge.removed(object);
        if (object.kind === 'PersistentVolumeClaim') throw new RefusedError('volume claims are never removed');
        api.remove(object, uid);
      }),
    setGate: (_psc, name, uid, status) =>
      write(`set gate of ${name} to ${status}`, () => {
        const pod = pods.get(name);
        if (pod === undefined) return;
        if (pod.uid !== uid) throw new ConflictError(`${name} is another pod now`);
        pods.setGate(pod, status);
      }),
    touchPod: (_psc, ref, holder) =>
      write(`touch ${ref.name}`, () => {
        const pod = pods.exactly(ref);
        if (pod !== undefined) pods.mark(pod, holder);
      }),
    evict: (_psc, ref) => {
      const decision = judge.decided(process, 'evict');
      return write(`evict ${ref.name}`, () => {
        const pod = pods.exactly(ref);
        if (pod === undefined) return;
        pods.evict(pod, () => {
          judge.disrupted(decision, pod);
        });
      });
    },
    deletePod: (_psc, ref) => {
      const decision = judge.decided(process, 'delete');
      return write(`delete ${ref.name}`, () => {
        const pod = pods.exactly(ref);
        if (pod === undefined) return;
        judge.disrupted(decision, pod);
        pods.terminate(pod);
      });
    },
    event: (_psc, event) =>
      write(`event ${event.reason}`, () => {
        world.note(`event ${event.reason}: ${event.message}`);
      }),
  };
}

/** Informers: each kind lags by itself, and never goes back. */
function cachedReader(world: World, random: Prng): ClusterPort['cached'] {
  const { api, scheduler } = world;
  const psc = new LaggingCopy(api.psc);
  const objects = new LaggingCopy(api.objects);
  const pods = new LaggingCopy(api.pods);
  const before = (): number => scheduler.nowMs - random.int(0, 2 * world.weather.cacheLagMs);
  return (name) => {
    const stored = psc.upTo(before()).get(name);
    return stored === undefined ? undefined : asPscObjects(stored, objects.upTo(before()), pods.upTo(before()));
  };
}

/** Three reads, one after the other: the PSC, its objects, its pods. */
function freshReader(world: World, process: Caller, courier: Courier): ClusterPort['fresh'] {
  const { api } = world;
  return async (name) => {
    process.freshAtMs.cluster = world.scheduler.nowMs;
    const psc = await courier.send({ what: 'get PSC', kind: 'read', serve: () => api.psc.current.get(name) });
    if (psc === undefined) return undefined;
    const [objects, pods] = await Promise.all([
      courier.send({ what: 'list objects', kind: 'read', serve: () => new Map(api.objects.current) }),
      courier.send({ what: 'list pods', kind: 'read', serve: () => new Map(api.pods.current) }),
    ]);
    return asPscObjects(psc, objects, pods);
  };
}

function asPscObjects(
  psc: StoredPsc,
  objects: ReadonlyMap<string, KubernetesObject>,
  pods: ReadonlyMap<string, ObservedPod>,
): PscObjects {
  const claims = [...objects.values()].filter(({ kind }) => kind === 'PersistentVolumeClaim');
  const idOf = ({ role, ordinal }: ObservedPod): number => nodeIdOf(role === 'controller' ? role : 'broker', ordinal);
  const ordered = [...pods.values()].sort((a, b) => idOf(a) - idOf(b));
  return { psc, objects: new Map(objects), pods: ordered, claims: claims.map(observedClaim) };
}
