import { Construct } from 'constructs';
import { KubeClusterRole, KubeClusterRoleBinding, KubeConfigMap } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { cloudIdentityMarks } from '../shared/cloud-identity.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { toApiServer, toCloudApis } from '../shared/openings.ts';
import type { MountedFolder } from '../shared/platform-container.ts';
import { PlatformService } from '../shared/platform-service.ts';
import { PORTS } from '../shared/ports.ts';

export interface ExternalDnsProps {
  readonly context: ClusterContext;
  /** Cloud identity that may change the records of the region's zone, and nothing else. */
  readonly identity: string;
  /** Disk encryption set of the region: on azure, the zone is in the resource group that it names. */
  readonly platformKeyId: string;
}

/** external-dns, which writes the names of Kafka clusters and of the gateway into the region's zone. Not for `local`. */
export class ExternalDns extends Construct {
  constructor(scope: Construct, id: string, props: ExternalDnsProps) {
    super(scope, id);
    const { context } = props;
    const { dataPlane } = context;
    const provider = providerSettings(props);
    if (provider.azureConfig !== undefined) {
      new KubeConfigMap(this, 'azure', {
        metadata: { name: AZURE_CONFIG, namespace: NAMESPACES.dns },
        data: { 'azure.json': provider.azureConfig },
      });
    }
    new PlatformService(this, 'service', {
      name: NAME,
      namespace: NAMESPACES.dns,
      image: imageReference(dataPlane.images['external-dns']),
      // It has no leader election: two of them would write each record twice.
      replicas: 1,
      updateStrategy: 'Recreate',
      args: [...commonArgs(context), ...provider.args],
      resources: { cpuMillis: 50, cpuLimitMillis: 500, memoryMib: 256 },
      metricsPort: PORTS.externalDns,
      probes: { livenessPath: '/healthz', readinessPath: '/healthz', port: PORTS.externalDns },
      cloudIdentity: cloudIdentityMarks(dataPlane.cloud, props.identity),
      egress: [toApiServer(context), ...toCloudApis(context)],
      folders: provider.azureConfig === undefined ? [] : [AZURE_FOLDER],
      apiToken: 'mounted',
    });
    this.grantAccess();
  }

  private grantAccess(): void {
    new KubeClusterRole(this, 'role', {
      metadata: { name: ROLE },
      rules: [
        { apiGroups: ['externaldns.k8s.io'], resources: ['dnsendpoints'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['externaldns.k8s.io'], resources: ['dnsendpoints/status'], verbs: ['get', 'update', 'patch'] },
      ],
    });
    new KubeClusterRoleBinding(this, 'binding', {
      metadata: { name: ROLE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACES.dns }],
    });
  }
}

const NAME = 'external-dns';
const ROLE = 'flotilla-external-dns';
const AZURE_CONFIG = 'azure-config';
const AZURE_FOLDER: MountedFolder = {
  from: 'configMap',
  source: AZURE_CONFIG,
  name: AZURE_CONFIG,
  path: '/etc/kubernetes',
};

/** Flags of external-dns 0.21. */
function commonArgs({ dataPlane, dnsZone }: ClusterContext): readonly string[] {
  return [
    '--source=crd',
    '--crd-source-apiversion=externaldns.k8s.io/v1alpha1',
    '--crd-source-kind=DNSEndpoint',
    // The gateway's load balancer, whose address only its Service knows.
    '--source=service',
    '--service-type-filter=LoadBalancer',
    // Matches the zone as well as its records: with the data plane's own suffix it would find no zone.
    `--domain-filter=${dnsZone}`,
    '--managed-record-types=A',
    '--managed-record-types=AAAA',
    '--managed-record-types=CNAME',
    // Only what this cluster made is ever changed, though several clusters share the zone.
    '--registry=txt',
    `--txt-owner-id=${dataPlane.kubernetesCluster}`,
    '--txt-prefix=flotilla-owner-',
    '--policy=sync',
    '--interval=1m',
    '--events',
    '--log-format=json',
    `--metrics-address=:${PORTS.externalDns}`,
  ];
}

interface ProviderSettings {
  readonly args: readonly string[];
  /** Content of the file that the azure provider reads, JSON. */
  readonly azureConfig?: string;
}

function providerSettings({ context, platformKeyId }: ExternalDnsProps): ProviderSettings {
  switch (context.dataPlane.cloud) {
    case 'aws':
      return { args: ['--provider=aws', '--aws-zones-cache-duration=1h', '--aws-batch-change-size=500'] };
    case 'gcp':
      return { args: ['--provider=google', `--google-project=${context.account}`] };
    case 'azure':
      return {
        args: ['--provider=azure'],
        azureConfig: `${JSON.stringify(
          {
            // The tenant id comes from AKS' workload identity webhook, in the pod's environment.
            subscriptionId: context.account,
            resourceGroup: resourceGroupOf(platformKeyId),
            useWorkloadIdentityExtension: true,
          },
          undefined,
          2,
        )}\n`,
      };
    case 'local':
      throw new Error('a local region resolves its names itself: external-dns has no provider for it');
  }
}

/** Resource group in an Azure resource id, as in `/subscriptions/…/resourceGroups/<group>/providers/…`. */
function resourceGroupOf(resourceId: string): string {
  const group = /\/resourceGroups\/([^/]+)\//i.exec(resourceId)?.[1];
  if (group === undefined) throw new RangeError(`${resourceId} is no Azure resource id: it names no resource group`);
  return group;
}
