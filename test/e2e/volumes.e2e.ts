import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS } from '../../contracts/labels.ts';
import { storageClassPrefix, zonalStorageClass } from '../../contracts/names.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../local/agent/kubernetes-types.ts';
import { nodePaths } from '../../local/nodes/node-files.ts';
import type { NodeLayout } from '../../local/region/layout.ts';
import { eventually } from '../local/eventually.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { DATA, platformImage, smallPod } from './support/small-pod.ts';
import { type TestNamespace, testNamespace } from './support/test-namespace.ts';

const MIB = 1024 * 1024;
const CLAIMED_MIB = 384;
const GROWN_MIB = 640;
const KUBERNETES_MAX_MS = 60_000;

jest.setTimeout(KUBERNETES_MAX_MS);

describe('volumes of the region', () => {
  let region: TestRegion;
  let namespace: TestNamespace;
  let image: string;

  beforeAll(async () => {
    region = await testRegion();
    namespace = await testNamespace(region.local.layout);
    image = platformImage(region.local.config);
    const { nodes } = region.local.layout;
    await namespace.apply(
      ...nodes.map(({ zone }) => claimIn(zone, zone)),
      claimIn(region.nodeAt(0).zone, 'nobody-uses-it'),
      ...nodes.map(({ zone }) => podOf(zone)),
    );
    await ready();
  }, UP_MAX_MS);

  afterAll(async () => {
    await namespace.kubectl('delete', 'pod', '--all', '--wait');
    const claims = await namespace.get<{ readonly items: readonly PersistentVolumeClaim[] }>('pvc');
    const volumes = claims.items.flatMap(({ spec }) => spec?.volumeName ?? []);
    for (const volume of volumes) await giveUp(volume);
    await namespace.remove();
    await eventually(
      async () => await namespace.kubectl('get', 'pv', '--ignore-not-found', '--output=name', ...volumes),
      (left) => left === '',
      KUBERNETES_MAX_MS,
    );
  }, KUBERNETES_MAX_MS);

  it("are made in their class's zone once a pod needs them, and pin the pod and its successors to it", async () => {
    for (const { zone } of region.local.layout.nodes) {
      const volume = await volumeOf(zone);
      const pod = await namespace.get<Pod>('pod', zone);
      expect(pod.spec?.nodeName).toBe(nodeIn(zone).name);
      expect(volume.spec?.nodeAffinity?.required?.nodeSelectorTerms).toEqual([
        { matchExpressions: [{ key: LABELS.zone, operator: 'In', values: [zone] }] },
      ]);
      expect(statSync(fileOf(zone, volume)).size).toBe(CLAIMED_MIB * MIB);
    }
    const { spec, status } = await namespace.get<PersistentVolumeClaim>('pvc', 'nobody-uses-it');
    expect({ phase: status?.phase, volume: spec?.volumeName }).toEqual({ phase: 'Pending', volume: undefined });
  });

  it('take the writes of pods that are not root, in every zone', async () => {
    for (const { zone } of region.local.layout.nodes) {
      const said = await namespace.run(zone, `id -u; echo from ${zone} >${DATA}/note && cat ${DATA}/note`);
      expect(said).toBe(`10001\nfrom ${zone}\n`);
    }
  });

  it('are full at the size that was claimed, and take more once the claim has grown under the running pod', async () => {
    const { zone } = region.nodeAt(0);
    const before = await running(zone);
    const written = await writeUntilFull(zone);
    // What the file system keeps for itself, its log of 64 MiB above all, is part of the claim.
    expect(written / MIB).toBeGreaterThan(CLAIMED_MIB * 0.75);
    expect(written / MIB).toBeLessThan(CLAIMED_MIB);
    await expect(writeMore(zone)).rejects.toThrow('No space left on device');

    const resources = { requests: { storage: `${GROWN_MIB}Mi` } };
    await namespace.kubectl('patch', 'pvc', zone, '--patch', JSON.stringify({ spec: { resources } }));
    await eventually(
      async () => await sizeMib(zone),
      (size) => size > CLAIMED_MIB,
      KUBERNETES_MAX_MS,
    );
    await writeMore(zone);
    expect((written + (await writeUntilFull(zone))) / MIB).toBeGreaterThan(GROWN_MIB * 0.75);
    const claim = await eventually(
      async () => await namespace.get<PersistentVolumeClaim>('pvc', zone),
      ({ status }) => status?.capacity?.['storage'] === String(GROWN_MIB * MIB),
      KUBERNETES_MAX_MS,
    );
    expect(claim.status?.conditions ?? []).toEqual([]);
    expect(await running(zone)).toEqual(before);
  });

  it('keep what was written when their pod goes, and show it to the next one on the same node', async () => {
    const { zone } = region.nodeAt(1);
    const checksum = `sha256sum ${DATA}/kept`;
    const before = await namespace.run(zone, `head -c 1000000 /dev/urandom >${DATA}/kept && sync && ${checksum}`);
    const { metadata, spec } = await namespace.get<Pod>('pod', zone);
    await namespace.kubectl('delete', 'pod', zone, '--wait');
    await namespace.apply(podOf(zone));
    await ready();
    const next = await namespace.get<Pod>('pod', zone);
    expect(next.metadata?.uid).not.toBe(metadata?.uid);
    expect(next.spec?.nodeName).toBe(spec?.nodeName);
    expect(await namespace.run(zone, checksum)).toBe(before);
  });

  it('outlive their claim until they are given up, and then free their file', async () => {
    const { zone } = region.nodeAt(2);
    const volume = await volumeOf(zone);
    const file = fileOf(zone, volume);
    const name = volume.metadata?.name ?? '';
    await namespace.kubectl('delete', 'pod', zone, '--wait');
    await namespace.kubectl('delete', 'pvc', zone, '--wait');
    await eventually(
      async () => (await namespace.get<PersistentVolume>('pv', name)).status?.phase,
      (phase) => phase === 'Released',
      KUBERNETES_MAX_MS,
    );
    expect(existsSync(file)).toBe(true);
    await giveUp(name);
    await eventually(
      () => existsSync(file),
      (exists) => !exists,
      KUBERNETES_MAX_MS,
    );
    expect(await namespace.kubectl('get', 'pv', name, '--ignore-not-found')).toBe('');
  });

  function podOf(zone: string): KubernetesObject {
    return smallPod({ name: zone, image, claim: zone });
  }

  async function ready(): Promise<void> {
    await namespace.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=50s');
  }

  async function volumeOf(claim: string): Promise<PersistentVolume> {
    const { spec } = await namespace.get<PersistentVolumeClaim>('pvc', claim);
    return await namespace.get<PersistentVolume>('pv', spec?.volumeName ?? 'none');
  }

  /** As whoever removes a tenant does: its volumes are kept until somebody says otherwise. */
  async function giveUp(volume: string): Promise<void> {
    const spec = { persistentVolumeReclaimPolicy: 'Delete' };
    await namespace.kubectl('patch', 'pv', volume, '--patch', JSON.stringify({ spec }));
  }

  /** Tells one start of a pod's container from the next. */
  async function running(pod: string): Promise<unknown> {
    const { status } = await namespace.get<Pod>('pod', pod);
    return status?.containerStatuses?.map(({ containerID, restartCount }) => ({ containerID, restartCount }));
  }

  /** @returns bytes that the volume took before it was full */
  async function writeUntilFull(pod: string): Promise<number> {
    const file = `${DATA}/full-$(date +%s%N)`;
    const script = `f=${file}; dd if=/dev/zero of=$f bs=1M 2>&1 | grep -q 'No space left' && stat -c %s $f`;
    return Number(await namespace.run(pod, script));
  }

  async function writeMore(pod: string): Promise<void> {
    await namespace.run(pod, `dd if=/dev/zero of=${DATA}/more bs=1M count=32 conv=fsync`);
  }

  async function sizeMib(pod: string): Promise<number> {
    return Number(await namespace.run(pod, `df --output=size --block-size=1M ${DATA} | tail -1`));
  }

  function nodeIn(zone: string): NodeLayout {
    const node = region.local.layout.nodes.find((each) => each.zone === zone);
    if (node === undefined) throw new Error(`the region has no zone ${zone}`);
    return node;
  }

  function fileOf(zone: string, { metadata }: PersistentVolume): string {
    return join(nodePaths(nodeIn(zone)).volumes, `${metadata?.name ?? ''}.img`);
  }
});

function claimIn(zone: string, name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: zonalStorageClass(storageClassPrefix(), zone),
      resources: { requests: { storage: `${CLAIMED_MIB}Mi` } },
    },
  };
}
