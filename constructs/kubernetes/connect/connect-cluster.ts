import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
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
import { CREDENTIALS_VOLUME, credentialsVolume, KAFKA_CREDENTIALS_FOLDER } from '../client/kafka-access.ts';
import type { RoleConfig } from '../kafka/config-maps.ts';
import { PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import { SCRAPE_ANNOTATIONS } from '../kafka/metrics.ts';
import { type PolicyRule, tcpPorts } from '../kafka/network-openings.ts';
import { metricsRule } from '../kafka/network-policies.ts';
import type { LoginSet } from '../kafka/secrets.ts';
import { RESTRICTED_CONTAINER } from '../shared/pod-security.ts';
import { PORTS } from '../shared/ports.ts';
import { type ConnectView, viewConnect } from './connect-view.ts';
import { SECRETS_FOLDER } from './connector-rules.ts';
import { workerProperties } from './worker-config.ts';

/** File of the workers' settings in their ConfigMap. */
export const WORKER_FILE = 'connect.properties';

const CONFIG_FOLDER = '/etc/flotilla/worker';

/**
 * Objects of one PSC of kind `connect`: the same pair gives the same bytes. Connectors are no objects: the operator makes them
 * through Connect's REST interface.
 *
 * @param login that its workers come to their Kafka with
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function renderConnect(psc: PhysicalStatefulCluster, dataPlane: DataPlane, login: LoginSet = 'a'): ClientStages {
  const view = viewConnect(psc, dataPlane);
  const files = { [WORKER_FILE]: workerProperties(view) };
  return {
    network: clientNetwork(view, {
      port: PORTS.connect,
      otherPorts: { metrics: KAFKA_PORTS.metrics },
      ingress: [metricsRule()],
      egress: connectorEgress(view),
    }),
    config: [clientConfigMap(view, files)],
    volumes: [],
    pods: clientPods(view, {
      replicas: view.connect.workers,
      files,
      container: workerContainer(view),
      volumes: volumes(view, files, login),
      annotations: SCRAPE_ANNOTATIONS,
      // Tasks end, their offsets are committed, and the group hears of it.
      gracePeriodSeconds: 60,
    }),
  };
}

function connectorEgress({ connect }: ConnectView): readonly PolicyRule[] {
  return (connect.egress ?? []).map(({ ranges, ports }) => ({
    to: ranges.map((cidr) => ({ ipBlock: { cidr } })),
    ports: tcpPorts(...ports),
  }));
}

function workerContainer({ connect: { image, resources, secrets = [] } }: ConnectView): Json {
  const { heapMib } = resources;
  return {
    name: 'connect',
    image,
    args: [`${CONFIG_FOLDER}/${WORKER_FILE}`],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      // Before what the image's entry point says, which gives shares of the container's memory.
      { name: 'JDK_JAVA_OPTIONS', value: `-Xms${heapMib}m -Xmx${heapMib}m` },
    ],
    ports: Object.entries({ rest: PORTS.connect, metrics: KAFKA_PORTS.metrics }).map(([name, containerPort]) => ({
      name,
      containerPort,
      protocol: 'TCP',
    })),
    resources: containerResources(resources),
    // `/health` says 503 while a worker joins its group: ready, but not alive, may wait for that.
    ...httpProbes(PORTS.connect, { lives: '/', works: '/health' }),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: 'config', mountPath: CONFIG_FOLDER, readOnly: true },
      { name: CREDENTIALS_VOLUME, mountPath: KAFKA_CREDENTIALS_FOLDER, readOnly: true },
      ...secrets.map((secret, index) => ({
        name: `secret-${index}`,
        mountPath: `${SECRETS_FOLDER}/${secret}`,
        readOnly: true,
      })),
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function volumes(view: ConnectView, files: RoleConfig, login: LoginSet): readonly Json[] {
  return [
    { name: 'config', configMap: { name: clientConfigMapName(view, files) } },
    credentialsVolume(login),
    ...(view.connect.secrets ?? []).map((secretName, index) => ({
      name: `secret-${index}`,
      secret: { secretName, defaultMode: 0o440 },
    })),
    // Compression libraries unpack their native code here.
    { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
  ];
}
