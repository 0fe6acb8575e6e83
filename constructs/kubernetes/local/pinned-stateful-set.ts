import { Construct } from 'constructs';
import {
  KubePersistentVolumeClaim,
  KubePodDisruptionBudget,
  KubeService,
  KubeServiceAccount,
  KubeStatefulSet,
  IntOrString,
  Quantity,
} from 'cdk8s-plus-27/lib/imports/k8s.js';
import type {
  EnvVar,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  PersistentVolumeClaimSpec,
  Probe,
  StatefulSetSpec,
} from 'cdk8s-plus-27/lib/imports/k8s.js';
import { LABELS } from '../../../contracts/labels.ts';
import { PRECREATED_ONLY_STORAGE_CLASS, storageClassPrefix, zonalStorageClass } from '../../../contracts/names.ts';
import { allowTraffic } from '../shared/network-policy.ts';
import { containerOf, volumesOf } from '../shared/platform-container.ts';
import type { MountedFolder } from '../shared/platform-container.ts';
import { selectorLabels } from '../shared/platform-labels.ts';
import type { ServiceResources } from '../shared/service-resources.ts';
import { RESTRICTED_POD } from '../shared/pod-security.ts';
import { PRIORITY_CLASSES } from '../shared/priority-classes.ts';

export interface PinnedStatefulSetProps {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly port: { readonly name: string; readonly number: number };
  readonly resources: ServiceResources;
  /** Zone that the pod's volume lives in. */
  readonly zone: string;
  readonly storageGib: number;
  /** Where the volume is mounted. */
  readonly dataPath: string;
  readonly folders: readonly MountedFolder[];
  readonly env: readonly EnvVar[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly ingress: readonly NetworkPolicyIngressRule[];
  readonly egress: readonly NetworkPolicyEgressRule[];
}

/** One pod with one volume in a known zone, for what a cloud would offer as a service of its own. */
export class PinnedStatefulSet extends Construct {
  constructor(scope: Construct, id: string, props: PinnedStatefulSetProps) {
    super(scope, id);
    const { name, namespace } = props;
    const labels = { ...selectorLabels(name), [LABELS.component]: name };
    const metadata = { name, namespace, labels };
    new KubeServiceAccount(this, 'account', { metadata, automountServiceAccountToken: false });
    new KubeService(this, 'service', {
      metadata,
      spec: {
        clusterIp: 'None',
        selector: selectorLabels(name),
        ports: [
          { name: props.port.name, port: props.port.number, targetPort: IntOrString.fromString(props.port.name) },
        ],
      },
    });
    new KubePersistentVolumeClaim(this, 'claim', {
      metadata: { name: `data-${name}-0`, namespace, labels },
      spec: claimSpec(zonalStorageClass(storageClassPrefix(), props.zone), props.storageGib),
    });
    new KubePodDisruptionBudget(this, 'budget', {
      metadata,
      spec: {
        maxUnavailable: IntOrString.fromNumber(1),
        selector: { matchLabels: selectorLabels(name) },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
    allowTraffic(this, 'traffic', {
      name,
      namespace,
      pods: selectorLabels(name),
      ingress: props.ingress,
      egress: props.egress,
    });
    new KubeStatefulSet(this, 'stateful-set', { metadata, spec: statefulSetSpec(props, labels) });
  }
}

function statefulSetSpec(props: PinnedStatefulSetProps, labels: Record<string, string>): StatefulSetSpec {
  const { name } = props;
  return {
    serviceName: name,
    replicas: 1,
    revisionHistoryLimit: 5,
    selector: { matchLabels: selectorLabels(name) },
    // The claim above has this name; should it ever be missing, the pod waits instead of starting on an empty volume.
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: claimSpec(PRECREATED_ONLY_STORAGE_CLASS, props.storageGib) },
    ],
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: PRIORITY_CLASSES.platform,
        securityContext: RESTRICTED_POD,
        terminationGracePeriodSeconds: 60,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: LABELS.zone,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: selectorLabels(name) },
          },
        ],
        volumes: volumesOf(props.folders),
        containers: [
          containerOf({
            name,
            image: props.image,
            command: undefined,
            args: props.args,
            ports: { [props.port.name]: props.port.number },
            resources: props.resources,
            folders: props.folders,
            mounts: [{ name: 'data', mountPath: props.dataPath }],
            env: props.env,
            livenessProbe: props.livenessProbe,
            readinessProbe: props.readinessProbe,
          }),
        ],
      },
    },
  };
}

function claimSpec(storageClassName: string, sizeGib: number): PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    storageClassName,
    resources: { requests: { storage: Quantity.fromString(`${sizeGib}Gi`) } },
  };
}
