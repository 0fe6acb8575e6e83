import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ClientPorts } from '../../../operators/client/ports.ts';
import { parseConnectors, parseVerdict } from '../../../operators/connect/connect-answers.ts';
import { objectKey, type ObservedPod, type StoredPsc } from '../../../operators/psc/observed.ts';
import type { PscObjects } from '../../../operators/psc/ports.ts';
import type { Courier } from '../kernel/courier.ts';
import { NetworkError } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import { LaggingCopy } from '../kernel/versioned-store.ts';
import type { ConnectProcess } from './connect-process.ts';
import type { ConnectWorld } from './world.ts';

/** Kubernetes, Kafka and Connect as one operator process sees them. */
export function clientPorts(
  world: ConnectWorld,
  process: ConnectProcess,
  courier: Courier,
  random: Prng,
): Omit<ClientPorts, 'clock' | 'isLeader'> {
  return {
    cluster: cluster(world, process, courier, random),
    access: access(world, process, courier),
    connect: connect(world, process, courier),
  };
}

type Writer = <T>(what: string, serve: () => T) => Promise<T>;

function writer({ judge }: ConnectWorld, process: ConnectProcess, courier: Courier): Writer {
  return (what, serve) => {
    judge.writeSent(process, what);
    return courier.send({ what, kind: 'write', serve });
  };
}

function cluster(world: ConnectWorld, process: ConnectProcess, courier: Courier, random: Prng): ClientPorts['cluster'] {
  const { api, scheduler, judge } = world;
  const write = writer(world, process, courier);
  const psc = new LaggingCopy(api.psc);
  const objects = new LaggingCopy(api.objects);
  const pods = new LaggingCopy(api.pods);
  const before = (): number => scheduler.nowMs - random.int(0, 2 * world.weather.cacheLagMs);
  return {
    cached: (name) => {
      const stored = psc.upTo(before()).get(name);
      if (stored === undefined) return undefined;
      return asPscObjects(stored, objects.upTo(before()), pods.upTo(before()));
    },
    fresh: async (name) => {
      process.freshAtMs = scheduler.nowMs;
      const stored = await courier.send({ what: 'get PSC', kind: 'read', serve: () => api.psc.current.get(name) });
      if (stored === undefined) return undefined;
      const listed = await courier.send({
        what: 'list objects and pods',
        kind: 'read',
        serve: () => ({ objects: new Map(api.objects.current), pods: new Map(api.pods.current) }),
      });
      return asPscObjects(stored, listed.objects, listed.pods);
    },
    apply: (object) =>
      write(`apply ${objectKey(object)}`, () => {
        judge.applied(object);
        return api.apply(object);
      }),
    remove: (object, uid) =>
      write(`remove ${objectKey(object)}`, () => {
        api.remove(object, uid);
      }),
    setFinalizer: (seen, finalizer) =>
      write('set finalizer', () => {
        api.setFinalizers(seen, finalizer === 'present' ? ['flotilla.dev/operator'] : []);
      }),
    writeStatus: (seen, status) =>
      write('write status', () => {
        api.writeStatus(seen, status);
        judge.statusWritten(status);
      }),
  };
}

function asPscObjects(
  psc: StoredPsc,
  objects: ReadonlyMap<string, KubernetesObject>,
  pods: ReadonlyMap<string, ObservedPod>,
): PscObjects {
  const ordered = [...pods.values()].sort((a, b) => a.ordinal - b.ordinal);
  return { psc, objects: new Map(objects), pods: ordered, claims: [] };
}

function access(world: ConnectWorld, process: ConnectProcess, courier: Courier): ClientPorts['access'] {
  const write = writer(world, process, courier);
  return {
    state: () =>
      courier.send({
        what: 'access',
        kind: 'read',
        serve: () =>
          world.isGranted ? ({ state: 'whole' } as const) : ({ state: 'incomplete', reason: 'no user' } as const),
      }),
    grant: () =>
      write('grant access', () => {
        if (!world.isKafkaUp) throw new NetworkError('Kafka does not answer');
        world.isGranted = true;
      }),
    revoke: () =>
      write('revoke access', () => {
        world.isGranted = false;
      }),
  };
}

function connect(world: ConnectWorld, process: ConnectProcess, courier: Courier): ClientPorts['connect'] {
  const { group, judge } = world;
  const write = writer(world, process, courier);
  const call = (kind: string, name: string, serve: () => void): Promise<void> => {
    judge.callSent(process, kind, name);
    return write(`${kind} ${name}`, serve);
  };
  return {
    view: () =>
      courier
        .send({ what: 'connectors', kind: 'read', serve: () => group.raw() })
        .then((raw) => ({ state: 'reachable', connectors: parseConnectors(raw) }) as const)
        .catch((error: unknown) => ({ state: 'unreachable', reason: String(error) }) as const),
    verdict: (_psc, { config }) =>
      courier
        .send({ what: 'validate', kind: 'read', serve: () => group.rawVerdict(config) })
        .then(parseVerdict)
        .catch((error: unknown) => ({ verdict: 'unknown', reason: String(error) }) as const),
    create: (_psc, { name, config }, state) =>
      call('create', name, () => {
        group.create(name, config, state);
      }),
    configure: (_psc, { name, config }) =>
      call('configure', name, () => {
        group.configure(name, config);
      }),
    pause: (_psc, name) =>
      call('pause', name, () => {
        group.setPaused(name, true);
      }),
    resume: (_psc, name) =>
      call('resume', name, () => {
        group.setPaused(name, false);
      }),
    restartFailed: (_psc, name) =>
      call('restart', name, () => {
        group.restartFailed(name);
      }),
    remove: (_psc, name) =>
      call('remove', name, () => {
        group.remove(name);
      }),
  };
}
