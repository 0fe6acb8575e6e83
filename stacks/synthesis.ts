import { volumeFigures } from '../constructs/capacity/volume-figures.ts';
import type { VolumeFigures } from '../constructs/capacity/volume-figures.ts';
import { CLIENT_STAGES } from '../constructs/kubernetes/client/client-stages.ts';
import { renderConnect } from '../constructs/kubernetes/connect/connect-cluster.ts';
import { renderKafkaCluster } from '../constructs/kubernetes/kafka/kafka-cluster.ts';
import { DNS_ENDPOINT_CRD } from '../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import { TenantNamespace } from '../constructs/kubernetes/platform/tenant-namespace.ts';
import { ZonalStorageClasses } from '../constructs/kubernetes/platform/zonal-storage-classes.ts';
import type { ClusterContext } from '../constructs/kubernetes/shared/cluster-context.ts';
import { inApplyOrder } from '../constructs/kubernetes/shared/object-order.ts';
import { stackLabels } from '../constructs/kubernetes/shared/platform-labels.ts';
import { renderChart } from '../constructs/kubernetes/shared/render-chart.ts';
import type { DataPlane } from '../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../contracts/gen/psc-types.ts';
import type { ImageLock } from '../contracts/images.ts';
import type { KubernetesObject } from '../contracts/kubernetes-object.ts';
import { MOTHERSHIP, OUTBOX_PSC, storageClassPrefix } from '../contracts/names.ts';
import { PSC_CRD } from '../contracts/psc-crd.ts';
import type { RegionOutputs } from '../contracts/region-outputs.ts';
import { admissionPolicies } from '../policies/admission-policies.ts';
import type { Exemption } from '../policies/exemptions.ts';
import { clusterContext } from './cluster-context.ts';
import { outboxPsc } from './outbox-psc.ts';
import { platformFiles } from './platform-files.ts';
import { offersPrivateLink } from './private-link.ts';
import { mothershipPsc, pscForTenant, storageOutputs } from './psc-for-tenant.ts';
import type { KubernetesClusterConfig, StackConfig, TenantConfig } from './stack-config.ts';

/** One file of manifests below `dist/<stack>/`, with its objects in the order in which a cluster can take them. */
export interface ManifestFile {
  /** With forward slashes, as in `a/70-tenants/acme.k8s.yaml`. */
  readonly path: string;
  readonly objects: readonly KubernetesObject[];
}

/**
 * Every manifest of one stack, file by file: `<cluster>/…` is to be applied, `rendered/<cluster>/…` is what the operator
 * will make of each PSC.
 *
 * Lazy: a file's objects live only until the next one is asked for, so that memory does not grow with tenants.
 *
 * @throws SynthesisError when the config asks for what its region or its outputs do not have
 */
export function* synthesize(
  config: StackConfig,
  outputs: RegionOutputs,
  images: ImageLock,
  options: SynthesisOptions = {},
): Generator<ManifestFile> {
  const figures = volumeFigures(config.region.cloud);
  for (const cluster of [...config.kubernetesClusters].sort(byName)) {
    const synthesis: ClusterSynthesis = {
      config,
      cluster,
      outputs,
      images,
      context: clusterContext(config, cluster, images),
      exemptions: options.exemptions ?? [],
      figures,
    };
    yield* sharedFiles(synthesis);
    if (config.mothership.hosted && runsMothership(config, cluster)) {
      const psc = mothershipPsc(config, config.mothership, outputs, images);
      yield* pscFiles(synthesis, `60-${MOTHERSHIP}`, psc);
      yield* outboxFiles(synthesis, psc);
    }
    for (const tenant of config.tenants.filter((each) => each.cluster === cluster.name).sort(byName)) {
      yield* tenantFiles(synthesis, tenant);
    }
  }
}

export interface SynthesisOptions {
  /** Objects that a policy lets pass until a date: the API server must let them pass too. @default - none */
  readonly exemptions?: readonly Exemption[];
}

/** Registries and repositories that images of a stack come from. */
export function allowedRegistries({ region }: StackConfig, images: ImageLock): readonly string[] {
  const own = `${region.imageRegistry}/`;
  const others = Object.values(images).filter(({ repository }) => !repository.startsWith(own));
  return [region.imageRegistry, ...others.map(({ repository }) => repository).sort()];
}

/** What the files of one Kubernetes cluster are made from. */
interface ClusterSynthesis {
  readonly config: StackConfig;
  readonly cluster: KubernetesClusterConfig;
  readonly outputs: RegionOutputs;
  readonly images: ImageLock;
  readonly context: ClusterContext;
  readonly exemptions: readonly Exemption[];
  readonly figures: readonly VolumeFigures[];
}

function runsMothership({ mothership }: StackConfig, { name }: KubernetesClusterConfig): boolean {
  return mothership.hosted && mothership.cluster === name;
}

/** Files that are there whatever tenants the cluster has. */
function* sharedFiles(synthesis: ClusterSynthesis): Generator<ManifestFile> {
  const { config, cluster, outputs, images, context, exemptions, figures } = synthesis;
  const registries = allowedRegistries(config, images);
  const controlPlane = config.controlPlane?.cluster === cluster.name ? config.controlPlane : undefined;
  const objects: Readonly<Record<string, readonly KubernetesObject[]>> = {
    '00-crds': inApplyOrder([PSC_CRD, DNS_ENDPOINT_CRD]),
    '15-admission-policies': admissionPolicies({ registries, exemptions }),
    ...platformFiles({
      context,
      cluster: cluster.name,
      outputs,
      privateLink: runsMothership(config, cluster) && offersPrivateLink(config) ? 'offered' : undefined,
      volumeFigures: figures,
      controlPlane,
    }),
  };
  for (const name of Object.keys(objects).sort()) {
    yield { path: manifestPath(cluster.name, name), objects: objects[name] ?? [] };
  }
}

/** Where the control plane is, is the mothership: its rows go from the database that the outputs name. */
function* outboxFiles(synthesis: ClusterSynthesis, mothership: PhysicalStatefulCluster): Generator<ManifestFile> {
  const { database } = synthesis.outputs;
  // Platform files of the control plane say what is missing.
  if (database === undefined) return;
  yield* pscFiles(synthesis, `61-${OUTBOX_PSC}`, outboxPsc(mothership, database, synthesis.images));
}

function* tenantFiles(synthesis: ClusterSynthesis, tenant: TenantConfig): Generator<ManifestFile> {
  const { config, outputs, images } = synthesis;
  const psc = pscForTenant(tenant, config, outputs, images);
  // The key in the form that the cloud's volumes take it, which the config's need not be.
  const keyId = tenant.encryptionKey === undefined ? undefined : storageOutputs(config, outputs, tenant.name).keyId;
  yield* pscFiles(synthesis, `70-tenants/${tenant.name}`, psc, keyId);
}

/** A PSC in its namespace, with storage classes of its own where its volumes have a key of their own; and its rendering. */
function* pscFiles(
  { cluster, context, outputs }: ClusterSynthesis,
  file: string,
  psc: PhysicalStatefulCluster,
  keyId?: string,
): Generator<ManifestFile> {
  const { dataPlane, stack, kubernetesVersion } = context;
  const name = psc.metadata.name;
  const around = renderChart(stackLabels(stack), (chart) => {
    new TenantNamespace(chart, 'namespace', { psc, kubernetesVersion });
    if (keyId !== undefined) {
      const { cloud, zones } = dataPlane;
      new ZonalStorageClasses(chart, 'storage', {
        cloud,
        zones,
        prefix: storageClassPrefix(name),
        keyId,
        ...(outputs.volumeResourceGroup === undefined ? {} : { resourceGroup: outputs.volumeResourceGroup }),
      });
    }
  });
  yield { path: manifestPath(cluster.name, file), objects: [...around, asObject(psc)] };
  yield { path: manifestPath(`rendered/${cluster.name}`, name), objects: renderedObjects(psc, dataPlane) };
}

/** What the operator makes of a PSC of any kind. */
function renderedObjects(psc: PhysicalStatefulCluster, dataPlane: DataPlane): readonly KubernetesObject[] {
  if (psc.spec.connect === undefined) return renderKafkaCluster(psc, dataPlane);
  const stages = renderConnect(psc, dataPlane);
  return CLIENT_STAGES.flatMap((stage) => stages[stage]);
}

function manifestPath(folder: string, name: string): string {
  return `${folder}/${name}.k8s.yaml`;
}

/** A PSC's own type has no index signature, which every Kubernetes object's has. */
function asObject({ apiVersion, kind, metadata, spec }: PhysicalStatefulCluster): KubernetesObject {
  return { apiVersion, kind, metadata, spec };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
