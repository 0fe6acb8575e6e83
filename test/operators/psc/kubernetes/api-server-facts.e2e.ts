import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { PLATFORM_USERS } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { NAMESPACES, pscNamespace } from '../../../../contracts/names.ts';
import { intended, isAsIntended } from '../../../../operators/psc/intent.ts';
import { readPlatformCredentials, secretStore } from '../../../../operators/psc/kubernetes/secret-store.ts';
import type { HeldCertificates } from '../../../../operators/psc/credentials/held-certificates.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { ConflictError, TooManyDisruptionsError } from '../../../../operators/psc/ports.ts';
import { ApiServerError } from '../../../../operators/runtime/api-server.ts';
import { followCollection } from '../../../../operators/runtime/follow-collection.ts';
import { leaseIdentity, type Leadership, takePartInElection } from '../../../../operators/runtime/leader-lease.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../../local/test-control-plane.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { DATA_PLANE, operatorOn, pscPath, realWorld, type RealWorld, WAIT_MAX_MS } from './real-world.ts';

jest.setTimeout(4 * WAIT_MAX_MS);

const PSC = 'facts';
const OTHER = 'other';
let real: RealWorld;
let operator: ReturnType<typeof operatorOn>;
const ended = new AbortController();

beforeAll(async () => {
  real = await realWorld();
  await real.createPsc(PSC);
  await real.createPsc(OTHER);
  operator = operatorOn(real.api, ended.signal);
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  ended.abort();
  await real.stop();
}, 2 * WAIT_MAX_MS);

describe('a watch', () => {
  const path = '/apis/flotilla.dev/v1/physicalstatefulclusters';

  test('from a version that the API server has forgotten is refused with 410, and followers begin anew', async () => {
    // The API server's memory of a kind begins when the kind does.
    const first = '1';
    await expect(lines(path, first)).rejects.toMatchObject({ status: 410 });

    const calls: string[] = [];
    const names = new Set<string>();
    const stop = new AbortController();
    // The first watch is made to start at the forgotten version.
    const api = {
      ...real.api,
      get: async (call: Parameters<typeof real.api.get>[0]) => {
        calls.push('list');
        const answer = (await real.api.get(call)) as { readonly metadata: object };
        return calls.length > 1 ? answer : { ...answer, metadata: { ...answer.metadata, resourceVersion: first } };
      },
    };
    const followed = followCollection<KubernetesObject, string>(
      api,
      { path },
      {
        shape: ({ metadata }) => metadata.name,
        onAll: (all) => {
          names.clear();
          for (const name of all) names.add(name);
        },
        onChange: ({ object }) => {
          names.add(object);
        },
        onTrouble: (error) => {
          throw error;
        },
        signal: stop.signal,
      },
    );
    await eventually({ what: 'a second list', withinMs: WAIT_MAX_MS }, async () => await done(calls.length > 1));
    await real.createPsc('late');
    await eventually({ what: 'the new one', withinMs: WAIT_MAX_MS }, async () => await done(names.has('late')));
    expect([...names].sort()).toEqual([PSC, 'late', OTHER]);
    stop.abort();
    await followed;
  });
});

describe('server-side apply', () => {
  test("refuses another's field unless it is forced", async () => {
    await applyConfigMap('one', 'shared', 'true');
    await expect(applyConfigMap('other', 'changed', 'false')).rejects.toMatchObject({ status: 409 });
    await applyConfigMap('other', 'changed', 'true');
  });

  test('of all that is rendered leaves nothing to be applied again, as it is stored and as it is cached', async () => {
    const psc = await stored(PSC);
    const objects = renderKafkaCluster(psc, DATA_PLANE).map((object) => intended(object, psc));
    for (const object of objects) await operator.port.apply(object);
    const fresh = await operator.port.fresh(PSC);
    const cached = await eventually({ what: 'the caches', withinMs: WAIT_MAX_MS }, async () => {
      const seen = operator.port.cached(PSC);
      return await Promise.resolve((seen?.objects.size ?? 0) >= objects.length ? seen : undefined);
    });
    for (const view of [fresh, cached]) {
      const byKey = new Map(
        [...(view?.objects.values() ?? [])].map((object) => [`${object.kind} ${object.metadata.name}`, object]),
      );
      const again = objects.filter(
        (object) => !isAsIntended(byKey.get(`${object.kind} ${object.metadata.name}`), object),
      );
      expect(again.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
    }
  });

  test('an object that only claims to belong to a PSC is not taken for one of its own', async () => {
    const name = 'stranger';
    const path = `/api/v1/namespaces/${pscNamespace(OTHER)}/configmaps/${name}`;
    const metadata = { name, namespace: pscNamespace(OTHER), labels: { 'flotilla.dev/psc': PSC } };
    await real.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, path);
    const keys = [...((await operator.port.fresh(PSC))?.objects.keys() ?? [])];
    expect(keys.filter((key) => key.includes(name))).toEqual([]);
  });
});

describe('a pod', () => {
  test('is given an annotation by way of its status, and nothing of its spec', async () => {
    const path = `/api/v1/namespaces/${pscNamespace(PSC)}/pods/kafka-0`;
    await eventually({ what: 'kafka-0', withinMs: WAIT_MAX_MS }, async () => await read(path));
    const body = {
      metadata: { annotations: { 'example.com/note': 'there' } },
      spec: { containers: [{ name: 'kafka', image: 'registry.example.com/other:1' }] },
    };
    await write('PATCH', `${path}/status`, body, 'application/strategic-merge-patch+json');
    const pod = await read(path);
    expect(pod?.metadata.annotations?.['example.com/note']).toBe('there');
    expect(JSON.stringify(pod?.['spec'])).not.toContain('other:1');
  });

  test('whose eviction conflicts holds the budget all the same', async () => {
    const psc = await stored(PSC);
    const members = async () =>
      (await operator.port.fresh(PSC))?.pods.filter(({ role }) => role === 'controller') ?? [];
    await eventually({ what: 'three controllers', withinMs: WAIT_MAX_MS }, async () => {
      const pods = await members();
      for (const { name, ready } of pods) if (ready !== 'True') await setReady(name);
      return pods.length === 3 && pods.every(({ ready }) => ready === 'True') ? true : undefined;
    });
    const [first, second] = await members();
    if (first === undefined || second === undefined) throw new Error('no controllers');
    await eventually({ what: 'a budget', withinMs: WAIT_MAX_MS }, async () => {
      const path = `/apis/policy/v1/namespaces/${pscNamespace(PSC)}/poddisruptionbudgets/controller`;
      const budget = (await read(path)) as { readonly status?: { readonly disruptionsAllowed?: number } } | undefined;
      return budget?.status?.disruptionsAllowed === 1 ? true : undefined;
    });
    await expect(operator.port.evict(psc, { ...first, resourceVersion: '1' })).rejects.toThrow(ConflictError);
    await expect(operator.port.evict(psc, second)).rejects.toThrow(TooManyDisruptionsError);
    expect((await members()).map(({ uid }) => uid)).toContain(first.uid);
  });

  test('on a node that does not report, or is not there, is in an unknown state', async () => {
    const name = 'node-1';
    await real.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } }, `/api/v1/nodes/${name}`);
    const bound = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'kafka-1' },
      target: { apiVersion: 'v1', kind: 'Node', name },
    };
    await write('POST', `/api/v1/namespaces/${pscNamespace(PSC)}/pods/kafka-1/binding`, bound);
    await setReady('kafka-1');
    const readyIs = async (ready: string): Promise<void> => {
      await eventually({ what: `kafka-1 ${ready}`, withinMs: WAIT_MAX_MS }, async () => {
        const views = [await operator.port.fresh(PSC), operator.port.cached(PSC)];
        const seen = views.map((view) => view?.pods.find((pod) => pod.name === 'kafka-1')?.ready);
        return seen.every((each) => each === ready) ? true : undefined;
      });
    };
    const nodeIs = async (status: string): Promise<void> => {
      const conditions = [{ type: 'Ready', status, lastHeartbeatTime: new Date().toISOString() }];
      await write(
        'PATCH',
        `/api/v1/nodes/${name}/status`,
        { status: { conditions } },
        'application/strategic-merge-patch+json',
      );
    };
    await nodeIs('True');
    await readyIs('True');
    await nodeIs('Unknown');
    await readyIs('Unknown');
  });
});

describe('credentials', () => {
  test('are made once, whoever else makes them at the same time, and are whole then', async () => {
    const psc = await stored(OTHER);
    expect(await operator.port.credentials(psc)).toMatchObject({ state: 'incomplete' });
    const another = operatorOn(real.api, ended.signal).port;
    const both = await Promise.allSettled([operator.port.issueCredentials(psc), another.issueCredentials(psc)]);
    const losers = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(losers.length).toBeLessThan(2);
    for (const error of losers) expect(error).toBeInstanceOf(ConflictError);
    await operator.port.issueCredentials(psc);
    expect(await operator.port.credentials(psc)).toMatchObject({ state: 'whole' });
    const { password, ca } = await readPlatformCredentials(secretStore(real.api), OTHER, PLATFORM_USERS.operator);
    expect(password.length).toBeGreaterThan(20);
    expect(ca).toContain('BEGIN CERTIFICATE');
  });

  test('get another authority, and forget the former one, with nothing of it left in any Secret', async () => {
    const psc = await stored(OTHER);
    const certificates = async (): Promise<HeldCertificates> => {
      const state = await operator.port.credentials(psc);
      if (state.state !== 'whole' || state.certificates === undefined) throw new Error(`they are ${state.state}`);
      return state.certificates;
    };
    const { ca: first } = await readPlatformCredentials(secretStore(real.api), OTHER, PLATFORM_USERS.operator);
    for (const step of ['replace', 'retire'] as const) {
      await operator.port.rotateAuthority(psc, { step, mark: (await certificates()).mark });
      expect(await operator.port.credentials(psc)).toMatchObject({ state: 'incomplete' });
      await operator.port.issueCredentials(psc);
    }
    expect((await certificates()).former).toBeUndefined();
    const { ca: second } = await readPlatformCredentials(secretStore(real.api), OTHER, PLATFORM_USERS.operator);
    expect(second.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(second).not.toBe(first);
    const kept = await secretStore(real.api).read({ namespace: NAMESPACES.system, name: `${OTHER}-ca-key` });
    expect(Object.keys(kept?.data ?? {}).sort()).toEqual(['tls.crt', 'tls.key']);
  });

  test('that are lost are seen to be lost before anything is disrupted', async () => {
    const psc = await stored(OTHER);
    await write('DELETE', `/api/v1/namespaces/${pscNamespace(OTHER)}/secrets/kafka-platform-users`, {});
    expect(await operator.port.credentials(psc)).toMatchObject({ state: 'whole' });
    await operator.port.fresh(OTHER);
    expect(await operator.port.credentials(psc)).toMatchObject({ state: 'lost' });
  });
});

describe('events', () => {
  test('are about the PSC, and the same one again is counted as a series, not made again', async () => {
    const psc = await stored(PSC);
    const event = { type: 'Warning', reason: 'RollStopped', message: 'kafka-1: ImagePullBackOff' } as const;
    await operator.port.event(psc, event);
    await operator.port.event(psc, event);
    const path = `/apis/events.k8s.io/v1/namespaces/${pscNamespace(PSC)}/events`;
    const { items } = (await real.api.get({ path, query: {}, signal: AbortSignal.timeout(WAIT_MAX_MS) })) as {
      readonly items: readonly { readonly reason: string; readonly regarding: object; readonly note: string }[];
    };
    const ours = items.filter(({ reason }) => reason === event.reason);
    expect(ours).toMatchObject([
      { note: event.message, regarding: { kind: psc.kind, name: PSC, uid: psc.metadata.uid } },
    ]);
  });
});

describe('the lease', () => {
  const times = { durationMs: 2_000, renewDeadlineMs: 1_200, retryMs: 200 };

  function candidate(
    pod: string,
    signal: AbortSignal,
    events: string[],
  ): { readonly leads: () => boolean; readonly over: Promise<void> } {
    let leadership: Leadership | undefined;
    const over = takePartInElection({
      api: real.api,
      namespace: NAMESPACES.system,
      name: 'operator',
      identity: leaseIdentity(pod),
      times,
      lead: async (given) => {
        leadership = given;
        events.push(`${pod} leads`);
        await new Promise((resolve) => {
          given.signal.addEventListener('abort', resolve, { once: true });
        });
        events.push(`${pod} ends`);
      },
      onTrouble: (error) => {
        throw error;
      },
      signal,
    });
    return { leads: () => leadership?.isLeader() === true, over };
  }

  test('has one holder, who hands over at once when it is told to end, and only then', async () => {
    const events: string[] = [];
    const [stopA, stopB] = [new AbortController(), new AbortController()];
    const a = candidate('a', stopA.signal, events);
    await eventually({ what: 'a leads', withinMs: WAIT_MAX_MS }, async () => await done(a.leads()));
    const b = candidate('b', stopB.signal, events);
    await delay(times.durationMs);
    expect([a.leads(), b.leads()]).toEqual([true, false]);
    stopA.abort();
    await a.over;
    expect(a.leads()).toBe(false);
    const startedMs = performance.now();
    await eventually({ what: 'b leads', withinMs: times.durationMs / 2 }, async () => await done(b.leads()));
    expect(performance.now() - startedMs).toBeLessThan(times.durationMs);
    stopB.abort();
    await b.over;
    expect(events).toEqual(['a leads', 'a ends', 'b leads', 'b ends']);
  });

  test('that somebody else has taken ends the leadership', async () => {
    const events: string[] = [];
    const stop = new AbortController();
    const a = candidate('a', stop.signal, events);
    await eventually({ what: 'a leads', withinMs: WAIT_MAX_MS }, async () => await done(a.leads()));
    const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACES.system}/leases/operator`;
    await write(
      'PATCH',
      path,
      { spec: { holderIdentity: 'thief', leaseDurationSeconds: 3600 } },
      'application/merge-patch+json',
    );
    await eventually({ what: 'a ends', withinMs: WAIT_MAX_MS }, async () => await done(events.includes('a ends')));
    expect(a.leads()).toBe(false);
    stop.abort();
    await a.over;
    const lease = (await read(path)) as { readonly spec?: { readonly holderIdentity?: string } } | undefined;
    expect(lease?.spec?.holderIdentity).toBe('thief');
  });
});

async function stored(psc: string): Promise<StoredPsc> {
  const path = pscPath(psc);
  return (await real.api.get({ path, query: {}, signal: AbortSignal.timeout(WAIT_MAX_MS) })) as StoredPsc;
}

async function read(path: string): Promise<KubernetesObject | undefined> {
  try {
    return (await real.api.get({ path, query: {}, signal: AbortSignal.timeout(WAIT_MAX_MS) })) as KubernetesObject;
  } catch (error) {
    if (error instanceof ApiServerError && error.status === 404) return undefined;
    throw error;
  }
}

async function write(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  contentType = 'application/json',
): Promise<unknown> {
  return await real.api.write({ method, path, body, contentType, signal: AbortSignal.timeout(WAIT_MAX_MS) });
}

async function setReady(pod: string): Promise<void> {
  const conditions = ['ContainersReady', 'flotilla.dev/in-sync', 'Ready'].map((type) => ({ type, status: 'True' }));
  const path = `/api/v1/namespaces/${pscNamespace(PSC)}/pods/${pod}/status`;
  await write('PATCH', path, { status: { phase: 'Running', conditions } }, 'application/strategic-merge-patch+json');
}

async function applyConfigMap(fieldManager: string, value: string, force: string): Promise<void> {
  const metadata = { name: 'shared', namespace: pscNamespace(PSC) };
  await real.api.write({
    method: 'PATCH',
    path: `/api/v1/namespaces/${metadata.namespace}/configmaps/shared`,
    query: { fieldManager, force },
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: value } },
    signal: AbortSignal.timeout(WAIT_MAX_MS),
  });
}

async function lines(path: string, resourceVersion: string): Promise<void> {
  const query = { watch: 'true', resourceVersion, timeoutSeconds: '5' };
  for await (const line of real.api.lines({ path, query, signal: AbortSignal.timeout(WAIT_MAX_MS) })) {
    const { type, object } = line as { readonly type: string; readonly object: { readonly code?: number } };
    if (type === 'ERROR') throw new ApiServerError('watch', { status: object.code ?? 0 });
  }
}

async function done(isDone: boolean): Promise<true | undefined> {
  return await Promise.resolve(isDone ? true : undefined);
}
