import type { DataPlane } from '../../../contracts/data-plane.ts';
import { imageReference } from '../../../contracts/images.ts';
import type { KubernetesObject, ObjectMetadata } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../shared/pod-security.ts';
import { PRIORITY_CLASSES } from '../shared/priority-classes.ts';
import { GATEWAY_HEALTH_PATH, GATEWAY_PORTS } from './haproxy-config.ts';

type Json = Readonly<Record<string, unknown>>;

export interface GatewayDeploymentOptions {
  readonly metadata: ObjectMetadata;
  readonly selector: Readonly<Record<string, string>>;
  readonly dataPlane: DataPlane;
  /** Changes when HAProxy must start anew to see its static configuration. */
  readonly configDigest: string;
  readonly maxConnections: number;
}

/**
 * One pod per zone: HAProxy, and beside it `flotilla serve gateway`, which places the routes and has HAProxy reload them
 * without dropping a connection. A pod is ready when both are, so no client meets a gateway without routes.
 */
export function gatewayDeployment(options: GatewayDeploymentOptions): KubernetesObject {
  const { metadata, selector, dataPlane } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: Math.max(MIN_REPLICAS, dataPlane.zones.length),
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: {
          labels: metadata.labels,
          annotations: {
            'flotilla.dev/config-hash': options.configDigest,
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(GATEWAY_PORTS.status),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: podSpec(options),
      },
    },
  };
}

const MIN_REPLICAS = 2;

const ROUTES_DIR = '/var/lib/haproxy/routes';
const RUN_DIR = '/run/haproxy';
const MASTER_SOCKET = `${RUN_DIR}/master.sock`;
const SIDECAR_PORT = 8406;

function podSpec({ metadata, selector, dataPlane, maxConnections }: GatewayDeploymentOptions): Json {
  return {
    serviceAccountName: metadata.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    priorityClassName: PRIORITY_CLASSES.platform,
    // Load balancers send no new client after these seconds; those that are connected then find another pod.
    terminationGracePeriodSeconds: DRAIN_SECONDS + 15,
    securityContext: RESTRICTED_POD,
    topologySpreadConstraints: [LABELS.zone, 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: selector },
    })),
    containers: [
      haproxyContainer(imageReference(dataPlane.images.gateway), maxConnections),
      sidecarContainer(imageReference(dataPlane.images.flotilla)),
    ],
    volumes: [
      { name: 'config', configMap: { name: metadata.name } },
      { name: 'routes', emptyDir: { sizeLimit: '16Mi' } },
      { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      {
        name: 'token',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] },
            },
          ],
        },
      },
    ],
  };
}

const DRAIN_SECONDS = 15;

function haproxyContainer(image: string, maxConnections: number): Json {
  const probe = { httpGet: { path: GATEWAY_HEALTH_PATH, port: GATEWAY_PORTS.status }, timeoutSeconds: 3 };
  // Two buffers of 16 KiB and about 4 KiB of state per connection; old workers keep theirs while clients stay.
  const memoryMib = Math.ceil((maxConnections * 36 * 2) / 1024) + 64;
  return {
    name: 'haproxy',
    image,
    command: ['haproxy', '-W', '-db', '-S', MASTER_SOCKET, '-f', '/etc/haproxy/haproxy.cfg', '-f', ROUTES_DIR],
    ports: [
      { name: 'kafka', containerPort: GATEWAY_PORTS.external, protocol: 'TCP' },
      { name: 'status', containerPort: GATEWAY_PORTS.status, protocol: 'TCP' },
    ],
    lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
    readinessProbe: { ...probe, periodSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    resources: {
      requests: { cpu: '100m', memory: `${memoryMib}Mi` },
      limits: { cpu: '2', memory: `${memoryMib}Mi` },
    },
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/haproxy', readOnly: true },
      { name: 'routes', mountPath: ROUTES_DIR, readOnly: true },
      { name: 'run', mountPath: RUN_DIR },
    ],
  };
}

function sidecarContainer(image: string): Json {
  const probe = (path: string): Json => ({ httpGet: { path, port: SIDECAR_PORT }, periodSeconds: 10 });
  return {
    name: 'routes',
    image,
    args: [
      'serve',
      'gateway',
      '--routes',
      ROUTES_DIR,
      '--master-socket',
      MASTER_SOCKET,
      '--port',
      String(SIDECAR_PORT),
    ],
    ports: [{ name: 'health', containerPort: SIDECAR_PORT, protocol: 'TCP' }],
    readinessProbe: probe('/readyz'),
    livenessProbe: probe('/livez'),
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { cpu: '500m', memory: '96Mi' } },
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: 'routes', mountPath: ROUTES_DIR },
      { name: 'run', mountPath: RUN_DIR },
      { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  };
}
