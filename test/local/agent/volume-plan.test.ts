import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../local/agent/kubernetes-types.ts';
import { describe, expect, it } from '@jest/globals';
import {
  MIN_VOLUME_BYTES,
  planVolumes,
  type VolumeAction,
  type VolumeState,
} from '../../../local/agent/volume-plan.ts';

const GIB = 2 ** 30;
const CLASS: StorageClass = {
  metadata: { name: 'flotilla-local-a' },
  provisioner: 'local.flotilla.dev/volume',
  reclaimPolicy: 'Retain',
};
const NODE: Node = { metadata: { name: 'node-a', labels: { 'topology.kubernetes.io/zone': 'local-a' } } };

function claim(over: Partial<PersistentVolumeClaim> = {}, storage = '2Gi'): PersistentVolumeClaim {
  return {
    metadata: {
      name: 'data-kafka-0',
      namespace: 'psc-demo',
      uid: 'u1',
      annotations: { 'volume.kubernetes.io/selected-node': 'node-a' },
    },
    spec: {
      storageClassName: 'flotilla-local-a',
      resources: { requests: { storage } },
      accessModes: ['ReadWriteOnce'],
    },
    ...over,
  };
}

const state = (over: Partial<VolumeState>): VolumeState => ({
  claims: [],
  volumes: [],
  classes: [CLASS],
  nodes: [NODE],
  files: [],
  ...over,
});

function provisioned(actions: readonly VolumeAction[]): PersistentVolume {
  const [action] = actions;
  if (action?.kind !== 'provision') throw new Error(`nothing is provisioned: ${JSON.stringify(actions)}`);
  return action.volume;
}

/** The claim once Kubernetes has bound it to its volume. */
function bound(volume: PersistentVolume, storage: string, told: string): VolumeState {
  const asked = claim({}, storage);
  return state({
    volumes: [{ ...volume, spec: { ...volume.spec, capacity: { storage: told } } }],
    claims: [
      {
        ...asked,
        spec: { ...asked.spec, volumeName: volume.metadata?.name ?? '' },
        status: { phase: 'Bound', capacity: { storage: told } },
      },
    ],
    files: [volume.metadata?.name ?? ''],
  });
}

describe('volumes of a local region', () => {
  it('are made in the zone that the scheduler chose, pinned to it and to their claim, and kept when it goes', () => {
    const plan = planVolumes(state({ claims: [claim()] }));
    expect(plan).toMatchObject([{ kind: 'provision', zone: 'local-a', bytes: 2 * GIB }]);
    expect(provisioned(plan)).toMatchObject({
      metadata: { name: 'pvc-u1' },
      spec: {
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'flotilla-local-a',
        claimRef: { namespace: 'psc-demo', name: 'data-kafka-0', uid: 'u1' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['local-a'] }] },
            ],
          },
        },
      },
    });
  });

  it.each([
    ['no node is chosen yet', claim({ metadata: { name: 'data', uid: 'u1' } })],
    ['its class is another driver’s', claim({ spec: { storageClassName: 'other' } })],
    ['it goes already', claim({ metadata: { ...claim().metadata, deletionTimestamp: '2026-11-22T00:00:00Z' } })],
    ['it has a volume', claim({ spec: { ...claim().spec, volumeName: 'pvc-u1' } })],
  ])('are not made for a claim when %s', (_, asked) => {
    const other: StorageClass = { metadata: { name: 'other' }, provisioner: 'example.com/disk' };
    expect(planVolumes(state({ claims: [asked], classes: [CLASS, other] }))).toEqual([]);
  });

  it('are never smaller than a file system can be', () => {
    expect(planVolumes(state({ claims: [claim({}, '1Mi')] }))).toMatchObject([{ bytes: MIN_VOLUME_BYTES }]);
  });

  it('are made once, although the claim is not bound at once', () => {
    const volume = provisioned(planVolumes(state({ claims: [claim()] })));
    expect(planVolumes(state({ claims: [claim()], volumes: [volume], files: ['pvc-u1'] }))).toEqual([]);
  });

  it('grow when their claim asks for more than it was told to have, and then rest', () => {
    const volume = provisioned(planVolumes(state({ claims: [claim()] })));
    expect(planVolumes(bound(volume, '3Gi', '2Gi'))).toEqual([
      {
        kind: 'grow',
        name: 'pvc-u1',
        zone: 'local-a',
        bytes: 3 * GIB,
        claim: { namespace: 'psc-demo', name: 'data-kafka-0' },
      },
    ]);
    expect(planVolumes(bound(volume, '3Gi', '3Gi'))).toEqual([]);
  });

  it.each([
    ['Released', 'Delete', undefined, ['forget']],
    ['Released', 'Retain', undefined, []],
    ['Bound', 'Delete', undefined, []],
    ['Released', 'Delete', '2026-11-23T00:00:00Z', []],
  ])('that are %s under the policy %s, going since %s, need %j', (phase, policy, deletionTimestamp, kinds) => {
    const volume = provisioned(planVolumes(state({ claims: [claim()] })));
    const volumes: readonly PersistentVolume[] = [
      {
        ...volume,
        metadata: { ...volume.metadata, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
        spec: { ...volume.spec, persistentVolumeReclaimPolicy: policy },
        status: { phase },
      },
    ];
    expect(planVolumes(state({ volumes, files: ['pvc-u1'] })).map(({ kind }) => kind)).toEqual(kinds);
    const foreign = volumes.map((each) => ({ ...each, metadata: { ...each.metadata, annotations: {} } }));
    expect(planVolumes(state({ volumes: foreign, files: ['pvc-u1'] }))).toEqual([]);
  });

  it('lose their file only when Kubernetes knows neither the volume nor a claim for it', () => {
    const volume = provisioned(planVolumes(state({ claims: [claim()] })));
    expect(planVolumes(state({ files: ['pvc-u1'] }))).toEqual([{ kind: 'remove', name: 'pvc-u1' }]);
    expect(planVolumes(state({ files: ['pvc-u1'], volumes: [volume] }))).toEqual([]);
    const interrupted = planVolumes(state({ files: ['pvc-u1'], claims: [claim()] }));
    expect(interrupted.map(({ kind }) => kind)).toEqual(['provision']);
  });
});
