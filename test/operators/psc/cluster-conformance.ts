import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IN_SYNC_GATE } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { PRECREATED_ONLY_STORAGE_CLASS } from '../../../contracts/names.ts';
import { ConflictError, RefusedError, TooManyDisruptionsError } from '../../../operators/psc/ports.ts';
import { claimUid, type Hands, handsIn, isSameView, podIn, uidOf, versionOf } from './conformance-hands.ts';
import type { ConformanceWorld } from './conformance-world.ts';

/** What the operator takes for granted of Kubernetes; the model that it is simulated with is held to the same. */
export function clusterConformance(
  name: string,
  makeWorld: () => Promise<ConformanceWorld>,
  startTimeoutMs: number,
): void {
  describe(`${name} keeps what the operator takes for granted`, () => {
    let world: ConformanceWorld;
    let hands: Hands;

    beforeAll(async () => {
      world = await makeWorld();
      hands = handsIn(world);
      await hands.applyAll();
      await hands.allReady();
    }, startTimeoutMs);

    afterAll(async () => {
      await world.stop();
    }, STOP_TIMEOUT_MS);

    describe('of a PSC', () => {
      statusTests(() => ({ world, hands }));
    });
    describe('of objects', () => {
      objectTests(() => ({ world, hands }));
    });
    describe('of pods', () => {
      podTests(() => ({ world, hands }));
    });
    describe('of disruptions', () => {
      disruptionTests(() => ({ world, hands }));
    });
    describe('of a PSC that goes', () => {
      deletionTests(() => ({ world, hands }));
    });
  });
}

const STOP_TIMEOUT_MS = 60_000;

interface Ground {
  readonly world: ConformanceWorld;
  readonly hands: Hands;
}

function statusTests(ground: () => Ground): void {
  test('status is refused on a version that is not the newest, and nothing of it is kept', async () => {
    const { world, hands } = ground();
    const before = await hands.psc();
    await world.port.writeStatus(before, { observedGeneration: 1, brokerCount: 1 });
    await expect(world.port.writeStatus(before, { brokerCount: 2 })).rejects.toThrow(ConflictError);
    expect((await hands.psc()).status?.brokerCount).toBe(1);
  });

  test("a status leaves the balancer's part alone, and takes back what the operator says no longer", async () => {
    const { world, hands } = ground();
    await world.writeBalance('Moving');
    const time = new Date(0).toISOString();
    const conditions = [
      { type: 'flotilla.dev/Ready', status: 'False', reason: 'BrokersNotInSync', lastTransitionTime: time },
    ];
    await world.port.writeStatus(await hands.psc(), { brokerCount: 3, bootstrapServer: 'x:9094', conditions });
    await world.port.writeStatus(await hands.psc(), { brokerCount: 4, conditions });
    const { status } = await hands.psc();
    expect(status).toMatchObject({ brokerCount: 4, balance: { state: 'Moving' } });
    expect(status?.bootstrapServer).toBeUndefined();
    expect(status?.conditions?.map(({ type }) => type).sort()).toEqual([
      'flotilla.dev/Balancing',
      'flotilla.dev/Ready',
    ]);
  });

  test('a status makes no new generation, an edit of the spec does, and conflicts with a status that has not seen it', async () => {
    const { world, hands } = ground();
    const before = await hands.psc();
    await world.port.writeStatus(before, { brokerCount: 5 });
    const written = await hands.psc();
    expect(written.metadata.generation).toBe(before.metadata.generation);
    await world.editSpec();
    expect((await hands.psc()).metadata.generation).toBe(before.metadata.generation + 1);
    await expect(world.port.writeStatus(written, { brokerCount: 6 })).rejects.toThrow(ConflictError);
  });

  test('the same status again makes no new version', async () => {
    const { world, hands } = ground();
    await world.port.writeStatus(await hands.psc(), { brokerCount: 7 });
    const { metadata } = await hands.psc();
    await world.port.writeStatus(await hands.psc(), { brokerCount: 7 });
    expect((await hands.psc()).metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  test('the finalizer is set on the newest version only', async () => {
    const { world, hands } = ground();
    const before = await hands.psc();
    await world.port.setFinalizer(before, 'present');
    expect((await hands.psc()).metadata.finalizers).toEqual(['flotilla.dev/operator']);
    await expect(world.port.setFinalizer(before, 'absent')).rejects.toThrow(ConflictError);
    await world.port.setFinalizer(await hands.psc(), 'absent');
    expect((await hands.psc()).metadata.finalizers ?? []).toEqual([]);
  });
}

function objectTests(ground: () => Ground): void {
  test('the same object again makes no new version', async () => {
    const { world, hands } = ground();
    const object = await hands.object('ConfigMap', 'kafka-placement');
    const first = await world.port.apply(object);
    const second = await world.port.apply(object);
    expect(versionOf(second)).toBe(versionOf(first));
  });

  test('what somebody changed of an object is taken back, what they added stays', async () => {
    const { world, hands } = ground();
    const object = await hands.object('Service', 'kafka');
    const labels = { ...object.metadata.labels, 'app.kubernetes.io/name': 'changed', 'example.com/added': 'yes' };
    await world.editObject(object, { metadata: { labels } });
    const stored = await world.port.apply(object);
    expect(stored.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'kafka', 'example.com/added': 'yes' });
  });

  test('what the operator asks for no longer goes', async () => {
    const { world, hands } = ground();
    const object = await hands.object('ConfigMap', 'kafka-placement');
    const data = object['data'] as Readonly<Record<string, string>>;
    await world.port.apply({ ...object, data: { ...data, extra: 'more' } });
    expect((await world.port.apply(object))['data']).toEqual(data);
  });

  test('a change that can never be made is refused', async () => {
    const { world, hands } = ground();
    const object = await hands.object('StatefulSet', 'kafka');
    const spec = { ...(object['spec'] as object), serviceName: 'another' };
    await expect(world.port.apply({ ...object, spec })).rejects.toThrow(RefusedError);
  });

  test('an object is removed only if it is the one that was seen, and once it is gone there is nothing to do', async () => {
    const { world, hands } = ground();
    const object = await hands.object('ConfigMap', 'kafka-limits');
    const stored = await world.port.apply(object);
    await expect(world.port.remove(object, 'another')).rejects.toThrow(ConflictError);
    await world.port.remove(object, uidOf(stored));
    expect((await hands.fresh()).objects.has(`ConfigMap/${object.metadata.namespace ?? ''}/kafka-limits`)).toBe(false);
    await world.port.remove(object, uidOf(stored));
    const again = await world.port.apply(object);
    expect(uidOf(again)).not.toBe(uidOf(stored));
  });

  test('an object that names a version is applied at that version only', async () => {
    const { world, hands } = ground();
    const object = await hands.object('ConfigMap', 'kafka-placement');
    const stored = await world.port.apply(object);
    const at = (version: string, extra: string): KubernetesObject => ({
      ...object,
      metadata: { ...object.metadata, resourceVersion: version, annotations: { 'example.com/extra': extra } },
    });
    const changed = await world.port.apply(at(versionOf(stored), 'a'));
    expect(versionOf(changed)).not.toBe(versionOf(stored));
    await expect(world.port.apply(at(versionOf(stored), 'b'))).rejects.toThrow(ConflictError);
    await world.port.apply(object);
  });

  test('a claim is deleted only as it was seen, and once it is gone there is nothing to do', async () => {
    const { world, hands } = ground();
    const claim = await hands.object('PersistentVolumeClaim', 'data-kafka-0');
    const name = 'data-kafka-9';
    const seen = await world.port.apply({ ...claim, metadata: { ...claim.metadata, name } });
    const annotations = { 'flotilla.dev/ending': uidOf(seen) };
    const marked = await world.port.apply({ ...claim, metadata: { ...claim.metadata, name, annotations } });
    const psc = await hands.psc();
    const ref = { name, uid: uidOf(seen), resourceVersion: versionOf(seen) };
    await expect(world.port.deleteClaim(psc, ref)).rejects.toThrow(ConflictError);
    const { claims } = await hands.fresh();
    expect(claims.find((each) => each.name === name)).toMatchObject({ isEnding: true, isTerminating: false });
    const exactly = { ...ref, resourceVersion: versionOf(marked) };
    await expect(world.port.deleteClaim(psc, { ...exactly, uid: 'another' })).rejects.toThrow(ConflictError);
    await world.port.deleteClaim(psc, exactly);
    await world.eventually('no claim', async () => {
      const fresh = await hands.fresh();
      return fresh.claims.some((each) => each.name === name) ? undefined : true;
    });
    await world.port.deleteClaim(psc, exactly);
  });

  test('a volume claim is never removed by the operator', async () => {
    const { world, hands } = ground();
    const claim = await hands.object('PersistentVolumeClaim', 'data-kafka-0');
    await expect(world.port.remove(claim, 'any')).rejects.toThrow('never removed');
  });

  test('caches come to what is stored', async () => {
    const { world, hands } = ground();
    const fresh = await hands.fresh();
    await world.eventually('the caches', async () => {
      const cached = world.port.cached(world.psc);
      return await Promise.resolve(cached !== undefined && isSameView(cached, fresh) ? true : undefined);
    });
  });
}

function podTests(ground: () => Ground): void {
  test('a StatefulSet makes a pod per replica, which carries the hashes of its template', async () => {
    const { hands } = ground();
    const { pods } = await hands.fresh();
    expect(pods.map(({ name }) => name)).toEqual([
      ...['kafka-0', 'kafka-1', 'kafka-2'],
      ...['controller-0', 'controller-1', 'controller-2'],
    ]);
    for (const { templateHash, configHash } of pods) expect([templateHash, configHash]).not.toContain('');
  });

  test('pods keep running when their template changes; one that is lost comes back from the new one, with its claim', async () => {
    const { world, hands } = ground();
    const before = await hands.fresh();
    const object = await hands.object('StatefulSet', 'kafka');
    await world.port.apply(withTemplateHash(object, 'newer'));
    await world.losePod('kafka-1');
    const back = await hands.replaced(podIn(before, 'kafka-1'));
    expect(back.templateHash).toBe('newer');
    const after = await hands.fresh();
    expect(podIn(after, 'kafka-0')).toMatchObject({ uid: podIn(before, 'kafka-0').uid });
    expect(podIn(after, 'kafka-0').templateHash).not.toBe('newer');
    expect(claimUid(after, 'data-kafka-1')).toBe(claimUid(before, 'data-kafka-1'));
    await world.port.apply(object);
    await hands.allReady();
  });

  test('a claim that is not there when its pod comes is made from the template, of the class that nobody serves', async () => {
    const { world, hands } = ground();
    const object = await hands.object('StatefulSet', 'kafka');
    await world.port.apply(withReplicas(object, 4));
    const claim = await world.eventually('the claim of kafka-3', async () =>
      [...(await hands.fresh()).objects.values()].find(({ metadata }) => metadata.name === 'data-kafka-3'),
    );
    expect((claim['spec'] as { readonly storageClassName?: string }).storageClassName).toBe(
      PRECREATED_ONLY_STORAGE_CLASS,
    );
    await world.port.apply(object);
    await world.eventually('kafka-3 to go', async () =>
      (await hands.fresh()).pods.every(({ name }) => name !== 'kafka-3') ? true : undefined,
    );
    expect(claimUid(await hands.fresh(), 'data-kafka-3')).toBeDefined();
    await world.deleteObject(claim);
  });

  test('a broker is ready when its containers are and its gate says so', async () => {
    const { world, hands } = ground();
    const pod = await hands.pod('kafka-2');
    await world.port.setGate(await hands.psc(), pod.name, pod.uid, 'False');
    await world.eventually('kafka-2 not ready', async () =>
      (await hands.pod('kafka-2')).ready === 'False' ? true : undefined,
    );
    expect(await hands.pod('kafka-2')).toMatchObject({ inSyncGate: 'False', containersReady: 'True', uid: pod.uid });
    await world.port.setGate(await hands.psc(), pod.name, pod.uid, 'True');
    await hands.allReady();
  });

  test(`the gate ${IN_SYNC_GATE} of another pod of the same name is left alone`, async () => {
    const { world, hands } = ground();
    await expect(world.port.setGate(await hands.psc(), 'kafka-2', 'another', 'False')).rejects.toThrow(ConflictError);
    expect((await hands.pod('kafka-2')).inSyncGate).toBe('True');
  });
}

function disruptionTests(ground: () => Ground): void {
  test('a pod that a new leader has touched cannot be disrupted on what an earlier one saw', async () => {
    const { world, hands } = ground();
    const [psc, seen] = [await hands.psc(), await hands.pod('kafka-0')];
    await world.port.touchPod(psc, seen, 'new-leader');
    expect(await hands.pod('kafka-0')).toMatchObject({ uid: seen.uid, fenceHolder: 'new-leader' });
    await expect(world.port.deletePod(psc, seen)).rejects.toThrow(ConflictError);
    await expect(world.port.touchPod(psc, seen, 'old-leader')).rejects.toThrow(ConflictError);
    expect(await hands.pod('kafka-0')).toMatchObject({
      uid: seen.uid,
      isTerminating: false,
      fenceHolder: 'new-leader',
    });
  });

  test('an eviction on what is no longer so conflicts, and the pod stays', async () => {
    const { world, hands } = ground();
    const [psc, seen] = [await hands.psc(), await hands.pod('controller-0')];
    await world.port.touchPod(psc, seen, 'new-leader');
    await expect(world.port.evict(psc, seen)).rejects.toThrow(ConflictError);
    expect(await hands.pod('controller-0')).toMatchObject({ uid: seen.uid, isTerminating: false });
  });

  test('one eviction uses the budget up for all brokers, until the pod is ready again', async () => {
    const { world, hands } = ground();
    const psc = await hands.psc();
    const first = await hands.pod('kafka-0');
    await world.eventually('an eviction', async () => await hands.tried(world.port.evict(psc, first)));
    await expect(world.port.evict(psc, await hands.pod('kafka-1'))).rejects.toThrow(TooManyDisruptionsError);
    await hands.replaced(first);
    await expect(world.port.evict(psc, await hands.pod('kafka-1'))).rejects.toThrow(TooManyDisruptionsError);
    await hands.allReady();
    const second = await hands.pod('kafka-1');
    await world.eventually('the next eviction', async () => await hands.tried(world.port.evict(psc, second)));
    await hands.replaced(second);
    await hands.allReady();
  });

  test('a delete asks no budget, and what is gone is done', async () => {
    const { world, hands } = ground();
    const psc = await hands.psc();
    const [first, second] = [await hands.pod('kafka-0'), await hands.pod('kafka-1')];
    await world.port.deletePod(psc, first);
    await world.port.deletePod(psc, second);
    await hands.replaced(first);
    await hands.replaced(second);
    const gone = { name: 'kafka-77', uid: first.uid, resourceVersion: first.resourceVersion };
    await world.port.deletePod(psc, gone);
    await world.port.evict(psc, gone);
    await hands.allReady();
  });

  test('a pod that came under the name of another is not disrupted in its place', async () => {
    const { world, hands } = ground();
    const psc = await hands.psc();
    const old = await hands.pod('kafka-2');
    await world.losePod('kafka-2');
    const back = await hands.replaced(old);
    await expect(world.port.deletePod(psc, old)).rejects.toThrow(ConflictError);
    expect(await hands.pod('kafka-2')).toMatchObject({ uid: back.uid, isTerminating: false });
    await hands.allReady();
  });
}

function deletionTests(ground: () => Ground): void {
  test('a PSC with the finalizer stays until it is taken away, and is not made again by a late write', async () => {
    const { world, hands } = ground();
    await world.port.setFinalizer(await hands.psc(), 'present');
    await world.deletePsc();
    const going = await hands.psc();
    expect(going.metadata.deletionTimestamp).toBeDefined();
    await world.port.setFinalizer(going, 'absent');
    expect(await world.port.fresh(world.psc)).toBeUndefined();
    await expect(world.port.setFinalizer(going, 'present')).rejects.toThrow(ConflictError);
    await expect(world.port.writeStatus(going, { brokerCount: 1 })).rejects.toThrow(ConflictError);
    expect(await world.port.fresh(world.psc)).toBeUndefined();
    await world.eventually(
      'the caches to forget it',
      async () => await Promise.resolve(world.port.cached(world.psc) === undefined ? true : undefined),
    );
  });
}

interface StatefulSetSpec {
  readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
}

function withTemplateHash(object: KubernetesObject, hash: string): KubernetesObject {
  const spec = object['spec'] as StatefulSetSpec;
  const { metadata } = spec.template;
  const annotations = { ...metadata.annotations, 'flotilla.dev/template-hash': hash };
  return { ...object, spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } } };
}

function withReplicas(object: KubernetesObject, replicas: number): KubernetesObject {
  return { ...object, spec: { ...(object['spec'] as StatefulSetSpec), replicas } };
}
