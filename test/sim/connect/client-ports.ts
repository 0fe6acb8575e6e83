import { kafkaAccess } from '../../../operators/client/kafka-access.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ClientPorts } from '../../../operators/client/ports.ts';
import { parseConnectors, parseVerdict } from '../../../operators/connect/connect-answers.ts';
import { type LoginAnswer, objectKey, type ObservedPod, type StoredPsc } from '../../../operators/psc/observed.ts';
import type { PscObjects } from '../../../operators/psc/ports.ts';
import type { Courier } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import { LaggingCopy } from '../kernel/versioned-store.ts';
import { BROKERS } from './access-model.ts';
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
      if (stored.spec.kafka !== undefined) return { ...asPscObjects(stored, new Map(), new Map()), pods: BROKER_PODS };
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
    event: (_seen, { reason }) => write(`event ${reason}`, () => undefined),
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

/** Those of its Kafka: nothing of them is looked at but that they are there. */
const BROKER_PODS: readonly ObservedPod[] = BROKERS.map((name, ordinal) => ({
  name,
  uid: name,
  resourceVersion: '1',
  role: 'broker',
  ordinal,
  createdAtMs: 0,
  templateHash: '',
  configHash: '',
  isTerminating: false,
  ready: 'True',
  containersReady: 'True',
  container: { state: 'running', restarts: 0 },
}));

/** The operator's own way to Secrets and users, with models at the other end. */
function access(world: ConnectWorld, process: ConnectProcess, courier: Courier): ClientPorts['access'] {
  const model = world.access;
  const change = (what: string, serve: () => void): Promise<void> => courier.send({ what, kind: 'write', serve });
  const real = kafkaAccess({
    secrets: {
      read: (ref) => courier.send({ what: `get Secret ${ref.name}`, kind: 'read', serve: () => model.read(ref) }),
      write: (object, before) =>
        change(`write Secret ${object.metadata.name}`, () => {
          model.write(object, before);
        }),
    },
    users: {
      grantUser: (_kafka, user, password) =>
        change(`grant ${user}`, () => {
          model.grant(user, password);
        }),
      revokeUser: (_kafka, user) =>
        change(`revoke ${user}`, () => {
          model.revoke(user);
        }),
      userAnswers: (_kafka, login) =>
        courier
          .send({ what: 'log in', kind: 'read', serve: () => model.answers(login) })
          .catch(() => new Map<string, LoginAnswer>()),
    },
    dataPlane: world.dataPlane,
    wallMs: () => process.localMs(),
    newPassword: () => model.newPassword(),
  });
  const sent = <T>(what: string, send: () => Promise<T>): Promise<T> => {
    world.judge.writeSent(process, what);
    return send();
  };
  return {
    state: real.state,
    grant: (psc, kafka) => sent('grant access', () => real.grant(psc, kafka)),
    rotate: (psc, kafka, rotation) => sent(`${rotation.step} password`, () => real.rotate(psc, kafka, rotation)),
    announce: (psc, kafka, mark) => sent('announce password', () => real.announce(psc, kafka, mark)),
    revoke: (psc, kafka) => sent('revoke access', () => real.revoke(psc, kafka)),
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
