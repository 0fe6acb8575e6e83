import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { PRECREATED_ONLY_STORAGE_CLASS, zonalStorageClass } from '../../../contracts/names.ts';
import {
  clientConfigMap,
  clientConfigMapName,
  clientNetwork,
  clientPods,
  containerResources,
  httpProbes,
  type Json,
} from '../client/client-objects.ts';
import type { ClientStages } from '../client/client-stages.ts';
import { clientLabels } from '../client/client-view.ts';
import { CREDENTIALS_VOLUME, credentialsVolume } from '../client/kafka-access.ts';
import { claimName, DATA_VOLUME } from '../kafka/claims.ts';
import type { RoleConfig } from '../kafka/config-maps.ts';
import { tcpPorts } from '../kafka/network-openings.ts';
import type { LoginSet } from '../kafka/secrets.ts';
import { RESTRICTED_CONTAINER } from '../shared/pod-security.ts';
import { PORTS } from '../shared/ports.ts';
import { KSQLDB_FILES, KSQLDB_PATHS, ksqlDbProperties, ksqlDbScript } from './ksqldb-config.ts';
import { type KsqlDbView, viewKsqlDb } from './ksqldb-view.ts';

/**
 * Objects of one PSC of kind `ksqldb`: the same pair gives the same bytes. State on its volumes is a copy of what its Kafka
 * keeps: a node with an empty one reads it anew.
 *
 * @param login that its nodes come to their Kafka with
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function renderKsqlDb(psc: PhysicalStatefulCluster, dataPlane: DataPlane, login: LoginSet = 'a'): ClientStages {
  const view = viewKsqlDb(psc, dataPlane);
  const files = { [KSQLDB_FILES.properties]: ksqlDbProperties(view), [KSQLDB_FILES.script]: ksqlDbScript(view) };
  return {
    network: clientNetwork(view, {
      port: PORTS.ksqldb,
      otherPorts: {},
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { [LABELS.ksqldbClient]: view.name } } }],
          ports: tcpPorts(PORTS.ksqldb),
        },
      ],
      egress: [],
    }),
    config: [clientConfigMap(view, files)],
    volumes: Array.from({ length: view.ksqldb.nodes }, (_, ordinal) => claim(view, ordinal)),
    pods: clientPods(view, {
      replicas: view.ksqldb.nodes,
      files,
      container: nodeContainer(view),
      volumes: volumes(view, files, login),
      annotations: {},
      // Streams commit and close their state.
      gracePeriodSeconds: 120,
      volumeClaimTemplates: [
        {
          metadata: { name: DATA_VOLUME },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: PRECREATED_ONLY_STORAGE_CLASS,
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ],
    }),
  };
}

function claim(view: KsqlDbView, ordinal: number): KubernetesObject {
  const { storage } = view.ksqldb;
  const zone = view.zones[ordinal % view.zones.length] ?? '';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(`ksqldb-${ordinal}`),
      namespace: view.namespace,
      labels: { ...clientLabels(view), [LABELS.zone]: zone },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: zonalStorageClass(storage.classPrefix, zone),
      resources: { requests: { storage: `${storage.sizeGib}Gi` } },
    },
  };
}

function nodeContainer({ ksqldb: { image, resources } }: KsqlDbView): Json {
  const { CONFIG_DIR, CREDENTIALS_DIR, RUN_DIR, DATA_DIR } = KSQLDB_PATHS;
  return {
    name: 'ksqldb',
    image,
    command: ['sh', `${CONFIG_DIR}/${KSQLDB_FILES.script}`],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'KSQL_HEAP_OPTS', value: `-Xms${resources.heapMib}m -Xmx${resources.heapMib}m` },
      // Its start script would write beside itself, where nothing can be written.
      { name: 'LOG_DIR', value: '/tmp' },
    ],
    ports: [{ name: 'rest', containerPort: PORTS.ksqldb, protocol: 'TCP' }],
    resources: containerResources(resources),
    ...httpProbes(PORTS.ksqldb, { lives: '/info', works: '/info' }),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_DIR, readOnly: true },
      { name: CREDENTIALS_VOLUME, mountPath: CREDENTIALS_DIR, readOnly: true },
      { name: DATA_VOLUME, mountPath: DATA_DIR },
      { name: 'run', mountPath: RUN_DIR },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function volumes(view: KsqlDbView, files: RoleConfig, login: LoginSet): readonly Json[] {
  return [
    { name: 'config', configMap: { name: clientConfigMapName(view, files), defaultMode: 0o444 } },
    credentialsVolume(login),
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
  ];
}
