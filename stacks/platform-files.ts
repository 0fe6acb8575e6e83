import type { Construct } from 'constructs';
import type { VolumeFigures } from '../constructs/capacity/volume-figures.ts';
import { ControlPlaneServices } from '../constructs/kubernetes/control-plane/control-plane-services.ts';
import { DatabaseMigrations } from '../constructs/kubernetes/control-plane/database-migrations.ts';
import { DataPlaneServices } from '../constructs/kubernetes/data-plane/data-plane-services.ts';
import { Gateway } from '../constructs/kubernetes/gateway/gateway.ts';
import { gatewayHost } from '../constructs/kubernetes/kafka/dns.ts';
import { LocalDatabase } from '../constructs/kubernetes/local/database.ts';
import { LocalObjectStore } from '../constructs/kubernetes/local/object-store.ts';
import { ClusterAutoscaler } from '../constructs/kubernetes/platform/cluster-autoscaler.ts';
import type { ClusterAutoscalerProps } from '../constructs/kubernetes/platform/cluster-autoscaler.ts';
import { ExternalDns } from '../constructs/kubernetes/platform/external-dns.ts';
import { NodeZoneReader } from '../constructs/kubernetes/platform/node-zone-reader.ts';
import { PlatformNamespace } from '../constructs/kubernetes/platform/platform-namespace.ts';
import { PriorityClasses } from '../constructs/kubernetes/platform/priority-classes.ts';
import { SharedStorage } from '../constructs/kubernetes/platform/shared-storage.ts';
import { workloadQuota } from '../constructs/kubernetes/platform/workload-quota.ts';
import type { ClusterContext } from '../constructs/kubernetes/shared/cluster-context.ts';
import { stackLabels } from '../constructs/kubernetes/shared/platform-labels.ts';
import { renderChart } from '../constructs/kubernetes/shared/render-chart.ts';
import type { KubernetesObject } from '../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../contracts/names.ts';
import type { RegionOutputs } from '../contracts/region-outputs.ts';
import type { ControlPlaneConfig } from './stack-config.ts';
import type { SynthesisProblem } from './synthesis-error.ts';
import { SynthesisError } from './synthesis-error.ts';

export interface PlatformFilesProps {
  readonly context: ClusterContext;
  /** Name of the Kubernetes cluster in the stack config. */
  readonly cluster: string;
  readonly outputs: RegionOutputs;
  /** Present where networks of the same cloud are to reach this cluster's gateway without the internet between. */
  readonly privateLink: 'offered' | undefined;
  /** Every pair of figures that a volume of the region's cloud may be given. */
  readonly volumeFigures: readonly VolumeFigures[];
  /** Present where this Kubernetes cluster runs the control plane. */
  readonly controlPlane: ControlPlaneConfig | undefined;
}

/** Objects of one Kubernetes cluster that are there whatever tenants it has, by file name. */
export interface PlatformFiles {
  readonly '10-namespaces': readonly KubernetesObject[];
  readonly '20-storage': readonly KubernetesObject[];
  readonly '30-platform': readonly KubernetesObject[];
  readonly '40-data-plane': readonly KubernetesObject[];
  /** Absent where this Kubernetes cluster does not run the control plane. */
  readonly '50-control-plane'?: readonly KubernetesObject[];
}

/** @throws SynthesisError when the outputs lack what the control plane or the autoscaler needs */
export function platformFiles(props: PlatformFilesProps): PlatformFiles {
  const { context, outputs, controlPlane } = props;
  const { dataPlane } = context;
  const storage = render(context, (chart) => {
    new SharedStorage(chart, 'storage', {
      cloud: dataPlane.cloud,
      zones: dataPlane.zones,
      platformKeyId: outputs.platformKeyId,
      volumeFigures: props.volumeFigures,
      ...(outputs.volumeResourceGroup === undefined ? {} : { resourceGroup: outputs.volumeResourceGroup }),
    });
  });
  const platform = render(context, (chart) => {
    new PriorityClasses(chart, 'priority-classes');
    new NodeZoneReader(chart, 'node-zone-reader');
    new Gateway(chart, 'gateway', {
      dataPlane,
      hostname: gatewayHost(dataPlane.domain),
      ...(props.privateLink === undefined ? {} : { privateLink: props.privateLink }),
    });
    if (dataPlane.cloud !== 'local') {
      const { platformKeyId, identities } = outputs;
      new ExternalDns(chart, 'external-dns', { context, identity: identities.externalDns, platformKeyId });
    }
    if (dataPlane.cloud === 'aws') new ClusterAutoscaler(chart, 'autoscaler', autoscalerProps(props));
  });
  const services = render(context, (chart) => {
    new DataPlaneServices(chart, 'data-plane', { context });
  });
  const control = controlPlane === undefined ? undefined : controlPlaneObjects(props, controlPlane);
  return {
    '10-namespaces': namespaces(context, [...platform, ...services, ...(control ?? [])]),
    '20-storage': storage,
    '30-platform': platform,
    '40-data-plane': services,
    ...(control === undefined ? {} : { '50-control-plane': control }),
  };
}

function autoscalerProps({ context, outputs, cluster }: PlatformFilesProps): ClusterAutoscalerProps {
  const made = Object.hasOwn(outputs.kubernetesClusters, cluster) ? outputs.kubernetesClusters[cluster] : undefined;
  const identity = made?.autoscalerIdentity;
  if (made === undefined || identity === undefined) {
    throw new SynthesisError(context.stack, [
      absentOutput(`kubernetesClusters.${cluster}.autoscalerIdentity`, 'a region on aws'),
    ]);
  }
  return { context, clusterName: made.name, identity };
}

function absentOutput(name: string, whose: string): SynthesisProblem {
  return {
    field: `outputs.${name}`,
    value: 'absent',
    rule: `${whose} has it in its outputs`,
    hint: 'Run `pulumi up` for the stack, or add it to the file that stands in for its outputs',
  };
}

function render(context: ClusterContext, build: (chart: Construct) => void): readonly KubernetesObject[] {
  return renderChart(stackLabels(context.stack), build);
}

/** The platform's namespaces as far as this cluster has parts in them, each held to what its workloads need. */
function namespaces(context: ClusterContext, workloads: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const used = Object.values(NAMESPACES).filter((name) =>
    workloads.some(({ metadata }) => metadata.namespace === name),
  );
  return render(context, (chart) => {
    for (const name of used) {
      new PlatformNamespace(chart, name, {
        name,
        kubernetesVersion: context.kubernetesVersion,
        quota: workloadQuota(name, workloads),
      });
    }
  });
}

function controlPlaneObjects(
  { context, outputs }: PlatformFilesProps,
  controlPlane: ControlPlaneConfig,
): readonly KubernetesObject[] {
  const { database, identities } = outputs;
  const { bucketProvisioner } = identities;
  if (database === undefined || bucketProvisioner === undefined) {
    throw new SynthesisError(
      context.stack,
      [
        ...(database === undefined ? ['database'] : []),
        ...(bucketProvisioner === undefined ? ['identities.bucketProvisioner'] : []),
      ].map((name) => absentOutput(name, 'the region that hosts the control plane')),
    );
  }
  return render(context, (chart) => {
    new ControlPlaneServices(chart, 'services', { context, database, bucketProvisionerIdentity: bucketProvisioner });
    new DatabaseMigrations(chart, 'migrations', { context, database });
    if (context.dataPlane.cloud === 'local') localServices(chart, context, controlPlane, database.name);
  });
}

/** What a cloud would run itself. */
function localServices(
  chart: Construct,
  { dataPlane }: ClusterContext,
  { database }: ControlPlaneConfig,
  databaseName: string,
): void {
  const [zone] = dataPlane.zones;
  if (zone === undefined) throw new Error('a region without zones passed the config');
  const { images } = dataPlane;
  new LocalDatabase(chart, 'database', { images, zone, storageGib: database.storageGib, databaseName });
  new LocalObjectStore(chart, 'object-store', { images, zone, storageGib: LOCAL_OBJECT_STORE_GIB });
}

const LOCAL_OBJECT_STORE_GIB = 20;
