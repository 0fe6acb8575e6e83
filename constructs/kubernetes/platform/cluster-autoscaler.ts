import { Construct } from 'constructs';
import { imageReference } from '../../../contracts/images.ts';
import { TERMINATION_GRACE_SECONDS } from '../kafka/pod-template.ts';
import { cloudIdentityMarks } from '../shared/cloud-identity.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { grantInCluster } from '../shared/cluster-role.ts';
import { grantInOwnNamespace } from '../shared/leader-election.ts';
import { toApiServer, toCloudApis } from '../shared/openings.ts';
import { PlatformService } from '../shared/platform-service.ts';
import { PORTS } from '../shared/ports.ts';
import { CLUSTER_AUTOSCALER } from './cluster-autoscaler-account.ts';

export interface ClusterAutoscalerProps {
  readonly context: ClusterContext;
  /** Name of the cluster in the cloud, by which its node groups are tagged. */
  readonly clusterName: string;
  /** Role that may size the cluster's node groups, and nothing else. */
  readonly identity: string;
}

/**
 * The cluster autoscaler, which keeps each node group between its bounds. For aws alone: GKE and AKS have their own.
 *
 * The node groups need no tags of ours: EKS sets those that they are discovered by, and tells labels and taints of a group
 * without nodes, where volumes' zone is a label that the group gives (constructs/cloud/aws/node-pools.ts).
 */
export class ClusterAutoscaler extends Construct {
  constructor(scope: Construct, id: string, props: ClusterAutoscalerProps) {
    super(scope, id);
    const { context, clusterName, identity } = props;
    const { cloud, images, region } = context.dataPlane;
    if (cloud !== 'aws') throw new RangeError(`${cloud} has a cluster autoscaler of its own`);
    const { name, namespace } = CLUSTER_AUTOSCALER;
    new PlatformService(this, 'service', {
      name,
      namespace,
      image: imageReference(images['cluster-autoscaler']),
      // A second one would only wait for the lease: while none runs, nodes stay as they are.
      replicas: 1,
      // The old one gives its lease up first, and none decides beside another.
      updateStrategy: 'Recreate',
      command: ['/cluster-autoscaler'],
      args: autoscalerArgs(namespace, clusterName),
      // The nodes' metadata service, which it would ask otherwise, is closed to pods.
      env: [{ name: 'AWS_REGION', value: region }],
      // For a thousand nodes; to be measured on a cluster of that size.
      resources: { cpuMillis: 100, cpuLimitMillis: 1000, memoryMib: 1024 },
      metricsPort: PORTS.clusterAutoscaler,
      probes: { livenessPath: HEALTH_PATH, readinessPath: HEALTH_PATH, port: PORTS.clusterAutoscaler },
      cloudIdentity: cloudIdentityMarks(cloud, identity),
      egress: [toApiServer(context), ...toCloudApis(context)],
      apiToken: 'mounted',
    });
    grantInOwnNamespace(this, 'own', { name, namespace, rules: STATUS_RULES });
    grantInCluster(this, 'cluster', {
      name: 'flotilla-cluster-autoscaler',
      serviceAccount: name,
      namespace,
      rules: CLUSTER_RULES,
    });
  }
}

const HEALTH_PATH = '/health-check';

/** Flags of the cluster autoscaler 1.36. */
function autoscalerArgs(namespace: string, clusterName: string): readonly string[] {
  return [
    '--cloud-provider=aws',
    `--namespace=${namespace}`,
    `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${clusterName}`,
    // Each group is one zone's: a broker's volume decides which of them has to grow, never their sizes.
    '--balance-similar-node-groups=false',
    '--expander=least-waste',
    // What our pods have on their nodes is scratch: without this no node with a gateway on it would ever go.
    '--skip-nodes-with-local-storage=false',
    // A broker that leaves its node hands its partitions over first.
    `--max-graceful-termination-sec=${TERMINATION_GRACE_SECONDS.broker}`,
    `--address=:${PORTS.clusterAutoscaler}`,
    '--leader-elect=true',
    '--logtostderr=true',
    '--v=2',
  ];
}

const STATUS_CONFIG_MAP = 'cluster-autoscaler-status';

const STATUS_RULES = [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [STATUS_CONFIG_MAP],
    verbs: ['get', 'update', 'delete'],
  },
  // A create carries no name yet, so it cannot be held to one.
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
];

const READ = ['get', 'list', 'watch'];

/**
 * What it reads is what a scheduler decides by, for it plays one. It writes taints onto nodes and asks for evictions, which
 * disruption budgets rule (github.com/kubernetes/autoscaler, charts/cluster-autoscaler/templates/clusterrole.yaml).
 */
const CLUSTER_RULES = [
  { apiGroups: [''], resources: ['nodes'], verbs: [...READ, 'update', 'patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  {
    apiGroups: [''],
    resources: [
      'namespaces',
      'persistentvolumeclaims',
      'persistentvolumes',
      'pods',
      'replicationcontrollers',
      'services',
    ],
    verbs: READ,
  },
  { apiGroups: ['apps'], resources: ['daemonsets', 'replicasets', 'statefulsets'], verbs: READ },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: READ },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  { apiGroups: ['resource.k8s.io'], resources: ['deviceclasses', 'resourceclaims', 'resourceslices'], verbs: READ },
  {
    apiGroups: ['storage.k8s.io'],
    resources: ['csidrivers', 'csinodes', 'csistoragecapacities', 'storageclasses', 'volumeattachments'],
    verbs: READ,
  },
];
