import { PRECREATED_ONLY_STORAGE_CLASS } from '../../contracts/names.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { Example, ObjectRule } from '../rule.ts';
import { change, type FieldPath } from '../examples/change.ts';
import { changed, clusterWide, storageClass } from '../examples/objects.ts';

/** Provisioner of volumes in a region on one machine: plain files, which nothing encrypts. */
const LOCAL_PROVISIONER = 'local.flotilla.dev/volume';

const NOT_PRECREATED = {
  expression: `!(object.metadata.name == '${PRECREATED_ONLY_STORAGE_CLASS}' && object.provisioner == 'kubernetes.io/no-provisioner')`,
  reason: 'The class for claims made beforehand provisions nothing, so it has nothing to encrypt or to place.',
};

const common = { form: 'object', group: 'storage', severity: 'error', match: { kinds: ['StorageClass'] } } as const;

/** Volumes of tenants. */
export const STORAGE_RULES: readonly ObjectRule[] = [
  {
    ...common,
    match: {
      kinds: ['StorageClass'],
      when: {
        expression: `${NOT_PRECREATED.expression} && object.provisioner != '${LOCAL_PROVISIONER}'`,
        reason: `${NOT_PRECREATED.reason} Volumes of a region on one machine are files of that machine, for trying things out.`,
      },
    },
    id: 'storage-encrypted',
    title: 'Volumes are encrypted with a named key',
    reason: 'The key is what a tenant can take away, and what makes a lost disk or snapshot worthless to its finder.',
    fix: 'Set encrypted and kmsKeyId (aws), disk-encryption-kms-key (gcp) or diskEncryptionSetID (azure).',
    standards: [],
    validations: [
      {
        expression:
          "object.provisioner == 'ebs.csi.aws.com' ? object.?parameters[?'encrypted'].orValue('') == 'true' && object.?parameters[?'kmsKeyId'].orValue('') != '' : " +
          "object.provisioner == 'pd.csi.storage.gke.io' ? object.?parameters[?'disk-encryption-kms-key'].orValue('') != '' : " +
          "object.provisioner == 'disk.csi.azure.com' ? object.?parameters[?'diskEncryptionSetID'].orValue('') != '' : false",
        message: 'the storage class does not encrypt with a named key, or is of a provisioner that no rule knows',
      },
    ],
    examples: {
      passing: [
        example(storageClass(), 'aws'),
        example(
          ofDriver('pd.csi.storage.gke.io', {
            'disk-encryption-kms-key': 'projects/p/locations/l/keyRings/r/cryptoKeys/k',
          }),
          'gcp',
        ),
        example(
          ofDriver('disk.csi.azure.com', { diskEncryptionSetID: '/subscriptions/s/diskEncryptionSets/d' }),
          'azure',
        ),
        example(precreatedOnly(), 'the class that provisions nothing'),
        example(ofDriver(LOCAL_PROVISIONER, {}), 'local'),
      ],
      failing: [
        classWith('no encryption', ['parameters', 'encrypted'], undefined),
        classWith('encryption with a key that nobody chose', ['parameters', 'kmsKeyId'], undefined),
        example(ofDriver('pd.csi.storage.gke.io', { type: 'pd-ssd' }), "the cloud's own key"),
        example(ofDriver('disk.csi.azure.com', { skuName: 'PremiumV2_LRS' }), "azure's own key"),
        example(ofDriver('nfs.example.com', {}), 'an unknown provisioner'),
        example(
          changed(storageClass(), [
            [['metadata', 'name'], PRECREATED_ONLY_STORAGE_CLASS],
            [['parameters', 'encrypted'], 'false'],
          ]),
          'a provisioner behind the name of the exception',
        ),
      ],
    },
  },
  {
    ...common,
    id: 'storage-expandable',
    title: 'Volumes can grow',
    reason: 'Otherwise a full broker can only be replaced, not saved.',
    fix: 'Set allowVolumeExpansion: true.',
    standards: [],
    validations: [
      {
        expression: 'object.?allowVolumeExpansion.orValue(false) == true',
        message: 'volumes of the class cannot grow',
      },
    ],
    examples: {
      passing: [example(storageClass(), 'a good class')],
      failing: [
        classWith('nothing said', ['allowVolumeExpansion'], undefined),
        classWith('refused', ['allowVolumeExpansion'], false),
      ],
    },
  },
  {
    ...common,
    id: 'storage-retained',
    title: 'Volumes outlive their claims',
    reason: "A claim deleted by mistake must not take the only copy of a tenant's data along.",
    fix: 'Set reclaimPolicy: Retain; the operator flips a volume to Delete when its cluster is deleted.',
    standards: [],
    validations: [
      {
        expression: "object.?reclaimPolicy.orValue('Delete') == 'Retain'",
        message: 'volumes of the class are deleted with their claims',
      },
    ],
    examples: {
      passing: [
        example(storageClass(), 'a good class'),
        example(precreatedOnly(), 'the class that provisions nothing'),
      ],
      failing: [
        classWith('nothing said, which means Delete', ['reclaimPolicy'], undefined),
        classWith('Delete', ['reclaimPolicy'], 'Delete'),
      ],
    },
  },
  {
    ...common,
    match: { kinds: ['StorageClass'], when: NOT_PRECREATED },
    id: 'storage-zonal',
    title: 'A storage class makes volumes in one zone',
    reason:
      'A broker never moves to another zone: its volume has to be made where the placement says, not where there is room.',
    fix: 'List exactly one zone in allowedTopologies and set volumeBindingMode: WaitForFirstConsumer.',
    standards: [],
    validations: [
      {
        expression:
          'object.?allowedTopologies.orValue([]).size() == 1 && object.allowedTopologies.all(t, ' +
          't.?matchLabelExpressions.orValue([]).size() == 1 && t.matchLabelExpressions.all(e, ' +
          "e.key.endsWith('/zone') && e.values.size() == 1))",
        message: 'the class does not make its volumes in exactly one zone',
      },
      {
        expression: "object.?volumeBindingMode.orValue('Immediate') == 'WaitForFirstConsumer'",
        message: 'the class makes volumes before it is known where their pods go',
      },
    ],
    examples: {
      passing: [
        example(storageClass(), 'a good class'),
        example(precreatedOnly(), 'the class that provisions nothing'),
      ],
      failing: [
        classWith('no zone', ['allowedTopologies'], undefined),
        classWith(
          'two zones',
          ['allowedTopologies', 0, 'matchLabelExpressions', 0, 'values'],
          ['us-west-2a', 'us-west-2b'],
        ),
        classWith(
          'hosts instead of zones',
          ['allowedTopologies', 0, 'matchLabelExpressions', 0, 'key'],
          'kubernetes.io/hostname',
        ),
        classWith('bound at once', ['volumeBindingMode'], 'Immediate'),
      ],
    },
  },
];

function example(object: KubernetesObject, title: string): Example {
  return { title, objects: [object] };
}

function classWith(title: string, path: FieldPath, value: unknown): Example {
  return { title, objects: [change(storageClass(), path, value)] };
}

function ofDriver(provisioner: string, parameters: Readonly<Record<string, string>>): KubernetesObject {
  return changed(storageClass(), [
    [['provisioner'], provisioner],
    [['parameters'], parameters],
  ]);
}

function precreatedOnly(): KubernetesObject {
  return {
    ...clusterWide('storage.k8s.io/v1', 'StorageClass', PRECREATED_ONLY_STORAGE_CLASS),
    provisioner: 'kubernetes.io/no-provisioner',
    allowVolumeExpansion: true,
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
