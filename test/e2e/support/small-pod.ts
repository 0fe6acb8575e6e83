import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../../constructs/kubernetes/shared/pod-security.ts';
import { imageReference } from '../../../contracts/images.ts';
import { loadImageLock } from '../../../images/image-lock.ts';
import { PATHS } from '../../../cli/project.ts';
import type { StackConfig } from '../../../stacks/stack-config.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';

export interface SmallPod {
  readonly name: string;
  /** Image with bash and Node: {@link platformImage}. */
  readonly image: string;
  /** @default - it waits for its end */
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** Claim that is mounted at {@link DATA}. */
  readonly claim?: string;
}

/** Where a small pod sees its claim. */
export const DATA = '/data';

/** Name of the platform's own image, which every node of the region has. */
export function platformImage({ region }: StackConfig): string {
  return imageReference(loadImageLock(PATHS.imageLock, region.imageRegistry).flotilla);
}

/** A pod of the restricted profile that needs next to nothing and ends at once when it is told to. */
export function smallPod({ name, image, command = WAIT, labels = {}, node, claim }: SmallPod): KubernetesObject {
  const [volumes, volumeMounts] =
    claim === undefined
      ? [[], []]
      : [[{ name: 'data', persistentVolumeClaim: { claimName: claim } }], [{ name: 'data', mountPath: DATA }]];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      ...(node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': node } }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: RESTRICTED_POD,
      containers: [
        {
          name: 'main',
          image,
          imagePullPolicy: 'Never',
          command,
          securityContext: RESTRICTED_CONTAINER,
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
          volumeMounts,
        },
      ],
      volumes,
    },
  };
}

const WAIT: readonly string[] = ['sleep', 'infinity'];
