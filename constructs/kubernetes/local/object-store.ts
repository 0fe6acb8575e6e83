import { Construct } from 'constructs';
import { KubeConfigMap, IntOrString } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { NetworkPolicyIngressRule, Probe } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import type { ImageLock } from '../../../contracts/images.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { SECRETS } from '../kafka/secrets.ts';
import { fromPart } from '../shared/openings.ts';
import { configFolder, configMapFolder, scratchFolder, secretFolder } from '../shared/platform-container.ts';
import { PORTS } from '../shared/ports.ts';
import { PinnedStatefulSet } from './pinned-stateful-set.ts';

export interface LocalObjectStoreProps {
  readonly images: ImageLock;
  readonly zone: string;
  readonly storageGib: number;
}

/** Name of the local object store: with its namespace, the host of the endpoints in the local region's outputs. */
export const LOCAL_OBJECT_STORE = 'object-store';

/** An object store that speaks S3, as a pod, for a local region, where no cloud runs one. */
export class LocalObjectStore extends Construct {
  constructor(scope: Construct, id: string, props: LocalObjectStoreProps) {
    super(scope, id);
    const namespace = NAMESPACES.controlPlane;
    new KubeConfigMap(this, 'config', {
      metadata: { name: CONFIG, namespace },
      data: { 's3proxy.properties': S3PROXY_PROPERTIES },
    });
    new PinnedStatefulSet(this, 'pod', {
      name: LOCAL_OBJECT_STORE,
      namespace,
      image: imageReference(props.images['object-store']),
      args: ['--properties', `${configFolder(CONFIG)}/s3proxy.properties`],
      port: { name: 's3', number: PORTS.objectStore },
      resources: { cpuMillis: 50, cpuLimitMillis: 500, memoryMib: 192 },
      zone: props.zone,
      storageGib: props.storageGib,
      dataPath: OBJECT_STORE_FOLDER,
      // Its key pair comes from the Secret, as the files `identity` and `credential`.
      folders: [configMapFolder(CONFIG), secretFolder(OBJECT_STORE_SECRET), scratchFolder('/tmp', 256)],
      env: [],
      livenessProbe: listens(6),
      readinessProbe: listens(3),
      ingress: [fromPart(namespace, 'bucket-provisioner', PORTS.objectStore), fromEveryPsc()],
      egress: [],
    });
  }
}

const CONFIG = 'object-store-config';
/** Secret with the store's key pair; `local up` makes it. */
export const OBJECT_STORE_SECRET = SECRETS.objectStore;
/** Folder of the store's pod that has a folder for each bucket. */
export const OBJECT_STORE_FOLDER = '/var/lib/object-store';

const S3PROXY_PROPERTIES = `s3proxy.endpoint=http://0.0.0.0:${PORTS.objectStore}
s3proxy.authorization=aws-v2-or-v4
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${OBJECT_STORE_FOLDER}
`;

function listens(failureThreshold: number): Probe {
  return { tcpSocket: { port: IntOrString.fromNumber(PORTS.objectStore) }, periodSeconds: 10, failureThreshold };
}

/** Brokers with Infinite Storage, whichever PSC they belong to. */
function fromEveryPsc(): NetworkPolicyIngressRule {
  return {
    from: [{ namespaceSelector: { matchExpressions: [{ key: LABELS.psc, operator: 'Exists' }] } }],
    ports: [{ port: IntOrString.fromNumber(PORTS.objectStore), protocol: 'TCP' }],
  };
}
