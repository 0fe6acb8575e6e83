import type { ServiceResources } from './service-resources.ts';
import { Construct } from 'constructs';
import {
  IntOrString,
  KubeDeployment,
  KubePodDisruptionBudget,
  KubeService,
  KubeServiceAccount,
} from 'cdk8s-plus-27/lib/imports/k8s.js';
import type {
  DeploymentSpec,
  EnvVar,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  PodSpec,
  Probe,
} from 'cdk8s-plus-27/lib/imports/k8s.js';
import { LABELS } from '../../../contracts/labels.ts';
import type { CloudIdentityMarks } from './cloud-identity.ts';
import { containerOf, volumesOf } from './platform-container.ts';
import type { MountedFolder } from './platform-container.ts';
import { allowTraffic } from './network-policy.ts';
import { selectorLabels } from './platform-labels.ts';
import { RESTRICTED_POD } from './pod-security.ts';
import { PORTS } from './ports.ts';
import { PRIORITY_CLASSES } from './priority-classes.ts';

export interface PlatformServiceProps {
  /** Name of every object of the service, and of its pods' label. */
  readonly name: string;
  readonly namespace: string;
  /** Whole reference of the image, with its digest. */
  readonly image: string;
  readonly args: readonly string[];
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** @default 2 */
  readonly replicas?: number;
  readonly resources: ServiceResources;
  /** Ports that other pods use, by name. @default - none */
  readonly servicePorts?: Readonly<Record<string, number>>;
  /** @default 9090 */
  readonly metricsPort?: number;
  /** @default - `/healthz` and `/readyz` on port 8081 */
  readonly probes?: ServiceProbes;
  readonly egress: readonly NetworkPolicyEgressRule[];
  /** Beside the opening for whatever reads metrics. @default - none */
  readonly ingress?: readonly NetworkPolicyIngressRule[];
  /** @default - none */
  readonly folders?: readonly MountedFolder[];
  /** @default - none */
  readonly env?: readonly EnvVar[];
  /** @default - no identity in the cloud */
  readonly cloudIdentity?: CloudIdentityMarks;
  /** Whether pods talk to the Kubernetes API, and so carry the account's token. */
  readonly apiToken: 'mounted' | 'absent';
  /** Texts whose change must roll the pods, as a config file's does. @default - none */
  readonly rollOn?: Readonly<Record<string, string>>;
  /** Longest time that a pod may take to hand over its work. @default 30 */
  readonly gracePeriodSeconds?: number;
  /** How an update replaces pods. @default 'RollingUpdate' */
  readonly updateStrategy?: 'RollingUpdate' | 'Recreate';
}

export interface ServiceProbes {
  readonly livenessPath: string;
  readonly readinessPath: string;
  readonly port: number;
}

/**
 * One stateless service of the platform: service account, Deployment spread over zones, disruption budget, network
 * policy with its openings, and a Service where it has ports that others use.
 */
export class PlatformService extends Construct {
  readonly serviceAccountName: string;
  readonly namespace: string;

  constructor(scope: Construct, id: string, props: PlatformServiceProps) {
    super(scope, id);
    const replicas = props.replicas ?? 2;
    if (!Number.isInteger(replicas) || replicas < 1) throw new RangeError(`${props.name}: ${replicas} replicas`);
    this.serviceAccountName = props.name;
    this.namespace = props.namespace;
    const metadata = { name: props.name, namespace: props.namespace, labels: serviceLabels(props.name) };

    new KubeServiceAccount(this, 'account', {
      metadata: { ...metadata, annotations: { ...props.cloudIdentity?.annotations } },
      automountServiceAccountToken: false,
    });
    new KubeDeployment(this, 'deployment', { metadata, spec: deploymentSpec(props, replicas) });
    new KubePodDisruptionBudget(this, 'budget', {
      metadata,
      spec: {
        maxUnavailable: IntOrString.fromNumber(1),
        selector: { matchLabels: selectorLabels(props.name) },
        // A pod that never became ready protects nothing, and would hold up a node drain for ever.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
    allowTraffic(this, 'traffic', {
      name: props.name,
      namespace: props.namespace,
      pods: selectorLabels(props.name),
      ingress: props.ingress ?? [],
      metricsPort: props.metricsPort ?? PORTS.metrics,
      egress: props.egress,
    });
    const servicePorts = Object.entries(props.servicePorts ?? {});
    if (servicePorts.length > 0) {
      new KubeService(this, 'service', {
        metadata,
        spec: {
          type: 'ClusterIP',
          selector: selectorLabels(props.name),
          ports: servicePorts.map(([name, port]) => ({ name, port, targetPort: IntOrString.fromString(name) })),
        },
      });
    }
  }
}

function deploymentSpec(props: PlatformServiceProps, replicas: number): DeploymentSpec {
  return {
    replicas,
    revisionHistoryLimit: 5,
    selector: { matchLabels: selectorLabels(props.name) },
    strategy:
      props.updateStrategy === 'Recreate'
        ? { type: 'Recreate' }
        : {
            type: 'RollingUpdate',
            rollingUpdate: { maxUnavailable: IntOrString.fromNumber(0), maxSurge: IntOrString.fromNumber(1) },
          },
    template: {
      metadata: {
        labels: { ...serviceLabels(props.name), ...props.cloudIdentity?.podLabels },
        annotations: { ...props.rollOn },
      },
      spec: podSpec(props),
    },
  };
}

function podSpec(props: PlatformServiceProps): PodSpec {
  const probes = props.probes ?? { livenessPath: '/healthz', readinessPath: '/readyz', port: PORTS.health };
  const others = { ...props.servicePorts, metrics: props.metricsPort ?? PORTS.metrics };
  // A port may be named once only, whatever it serves beside probes.
  const ports = Object.values(others).includes(probes.port) ? others : { ...others, health: probes.port };
  return {
    serviceAccountName: props.name,
    automountServiceAccountToken: props.apiToken === 'mounted',
    enableServiceLinks: false,
    priorityClassName: PRIORITY_CLASSES.platform,
    securityContext: RESTRICTED_POD,
    terminationGracePeriodSeconds: props.gracePeriodSeconds ?? 30,
    topologySpreadConstraints: [spreadOver(LABELS.zone, props.name), spreadOver('kubernetes.io/hostname', props.name)],
    volumes: volumesOf(props.folders ?? []),
    containers: [
      containerOf({
        name: props.name,
        image: props.image,
        command: props.command,
        args: props.args,
        ports,
        resources: props.resources,
        folders: props.folders ?? [],
        env: props.env ?? [],
        startupProbe: { ...httpProbe(probes.livenessPath, probes.port), failureThreshold: STARTUP_TRIES },
        livenessProbe: httpProbe(probes.livenessPath, probes.port),
        readinessProbe: httpProbe(probes.readinessPath, probes.port),
      }),
    ],
  };
}

function serviceLabels(name: string): Record<string, string> {
  return { ...selectorLabels(name), [LABELS.component]: name };
}

/** Soft: one zone's loss must not leave the service without a place to start again. */
function spreadOver(topologyKey: string, name: string): NonNullable<PodSpec['topologySpreadConstraints']>[number] {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(name) },
  };
}

/** Five minutes: on a busy machine a service that is killed for starting slowly would start for ever. */
const STARTUP_TRIES = 30;

function httpProbe(path: string, port: number): Probe {
  return {
    httpGet: { path, port: IntOrString.fromNumber(port) },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  };
}
