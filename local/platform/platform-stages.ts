import { CA_FILE, SECRETS } from '../../constructs/kubernetes/kafka/secrets.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { ImageLock } from '../../contracts/images.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { MOTHERSHIP, NAMESPACES, OUTBOX_PSC, pscNamespace } from '../../contracts/names.ts';
import { LABELS } from '../../contracts/labels.ts';
import { MOTHERSHIP_SECRET } from '../../constructs/kubernetes/shared/mothership.ts';
import type { RegionOutputs } from '../../contracts/region-outputs.ts';
import { credentialSecretRef, type SecretData } from '../../operators/psc/credentials/credential-secrets.ts';
import { clusterContext } from '../../stacks/cluster-context.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { synthesize, type SynthesisOptions } from '../../stacks/synthesis.ts';
import type { Stage } from '../region/start-region.ts';
import { type GivenSecret, givenSecretObject, givenSecretObjects, givenSecrets } from './given-secrets.ts';
import { type MissingService, missingServices, withoutMissing } from './missing-services.ts';
import { type MothershipUser, mothershipUserName, mothershipUsers, usesMothership } from './mothership-users.ts';
import type { PlatformCluster } from './platform-cluster.ts';
import { ensureTenantBuckets } from './tenant-buckets.ts';

/** All that a region's platform is made from: the same that `synth` writes its manifests from. */
export interface PlatformInput extends SynthesisOptions {
  readonly config: StackConfig;
  readonly outputs: RegionOutputs;
  readonly images: ImageLock;
  /** Sub-commands of `flotilla serve` that exist. */
  readonly services: ReadonlySet<string>;
}

export interface PlatformOptions {
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
  /** Makes a user of the mothership, which serves by then, or gives it this password and these grants. */
  readonly ensureMothershipUser: (user: MothershipUser, password: string) => Promise<void>;
}

export interface RegionPlatform {
  /** In order; each does nothing where its work is done. */
  readonly stages: readonly Stage[];
  /** What the manifests have and this region leaves out, because its program is not written yet. */
  readonly missing: readonly MissingService[];
}

/**
 * Installs the platform in a region whose Kubernetes runs: the manifests that `synth` writes, PSCs among them, and the Secrets
 * that a cloud or a person would give. Kafka is the operator's work, here as everywhere; what comes to the mothership waits
 * until it serves.
 *
 * @throws SynthesisError for a config that its outputs do not fit
 */
export function regionPlatform(
  input: PlatformInput,
  cluster: PlatformCluster,
  options: PlatformOptions,
): RegionPlatform {
  const manifests = manifestsOf(input);
  const { definitions, shared, workloads, tenants, pscs, dataPlane } = manifests;
  const present = withoutMissing(workloads, input.services);
  const early = present.filter((object) => !usesMothership(object));
  const late = present.filter(usesMothership);
  return {
    missing: missingServices([...shared, ...workloads], input.services),
    stages: [
      {
        title: 'platform definitions, namespaces and policies',
        run: async () => {
          await cluster.apply(definitions);
          await cluster.served(definitions.map(({ metadata }) => metadata.name));
          await cluster.apply([...shared, ...tenants]);
        },
      },
      {
        title: 'passwords',
        run: async () => {
          await ensureGivenSecrets(cluster, early, pscs, options);
          await ensureStoreKeys(cluster, pscs);
        },
      },
      {
        title: 'platform services',
        run: async () => {
          await cluster.apply(early);
        },
      },
      ...early.filter(({ kind }) => kind === 'Job').map((job) => jobStage(cluster, job)),
      ...pscs.flatMap(({ metadata: { name }, spec }) =>
        spec.kafka === undefined
          ? []
          : [
              {
                title: `${name}: Kafka by the operator`,
                run: async () => {
                  await cluster.pscReady(name);
                },
              },
            ],
      ),
      {
        title: "tenants' buckets",
        run: async () => {
          await ensureTenantBuckets(cluster, pscs);
        },
      },
      {
        title: 'platform services on the mothership',
        run: async () => {
          // Its authority is there now, which everything that comes to it must know.
          await ensureGivenSecrets(cluster, late, [], options);
          await ensureMothershipUsers(cluster, late, dataPlane, options);
          await cluster.apply(late);
        },
      },
      ...pscs.flatMap((psc) => connectStages(cluster, psc)),
    ],
  };
}

function jobStage(cluster: PlatformCluster, { metadata: { namespace = '', name, labels } }: KubernetesObject): Stage {
  const run = async (): Promise<void> => {
    await cluster.jobDone({ namespace, name });
  };
  return { title: labels?.[LABELS.component] ?? name, run };
}

/** Connectors wait for what their systems have; what the platform's own needs, the stages before have made. */
function connectStages(
  cluster: PlatformCluster,
  { metadata: { name }, spec: { connect } }: PhysicalStatefulCluster,
): readonly Stage[] {
  if (connect === undefined) return [];
  const run = async (): Promise<void> => {
    await (name === OUTBOX_PSC ? cluster.pscReady(name) : cluster.workersReady(name, connect.workers));
  };
  return [{ title: `${name}: Connect by the operator`, run }];
}

interface Manifests {
  readonly definitions: readonly KubernetesObject[];
  /** Namespaces, storage classes and admission policies, which pods need before they come. */
  readonly shared: readonly KubernetesObject[];
  readonly workloads: readonly KubernetesObject[];
  /** Each PSC's namespace, and the PSC itself. */
  readonly tenants: readonly KubernetesObject[];
  /** In the order of their files: the mothership first, for everything else reports to it. */
  readonly pscs: readonly PhysicalStatefulCluster[];
  readonly dataPlane: DataPlane;
}

function manifestsOf({ config, outputs, images, exemptions }: PlatformInput): Manifests {
  const [kubernetes] = config.kubernetesClusters;
  if (kubernetes === undefined) throw new RangeError(`${config.stack} has no Kubernetes cluster`);
  const { dataPlane } = clusterContext(config, kubernetes, images);
  const sorted = { definitions: [], shared: [], workloads: [], tenants: [] } as Record<Part, KubernetesObject[]>;
  for (const { path, objects } of synthesize(config, outputs, images, exemptions === undefined ? {} : { exemptions })) {
    if (path.startsWith(`${kubernetes.name}/`)) sorted[partOf(path.slice(kubernetes.name.length + 1))].push(...objects);
  }
  return { ...sorted, pscs: sorted.tenants.filter(isPsc), dataPlane };
}

type Part = 'definitions' | 'shared' | 'workloads' | 'tenants';

/** By the number that a file's name begins with, which `synth` gives for this. */
function partOf(file: string): Part {
  const step = Number.parseInt(file, 10);
  if (step < 10) return 'definitions';
  if (step < 30) return 'shared';
  return step < 60 ? 'workloads' : 'tenants';
}

function isPsc(object: KubernetesObject): object is KubernetesObject & PhysicalStatefulCluster {
  return object.kind === 'PhysicalStatefulCluster';
}

async function ensureGivenSecrets(
  cluster: PlatformCluster,
  workloads: readonly KubernetesObject[],
  pscs: readonly PhysicalStatefulCluster[],
  options: PlatformOptions,
): Promise<void> {
  const ca = await cluster.readSecret(credentialSecretRef(MOTHERSHIP, 'ca'));
  const secrets = givenSecrets(workloads, pscs, ca?.[CA_FILE]);
  const observed = new Map<GivenSecret, SecretData | undefined>();
  for (const secret of secrets) observed.set(secret, await cluster.readSecret(secret));
  await cluster.apply(givenSecretObjects(observed, options.newPassword));
}

/** Copies the object store's key pair to where brokers mount it: pods see Secrets of their own namespace only. */
async function ensureStoreKeys(cluster: PlatformCluster, pscs: readonly PhysicalStatefulCluster[]): Promise<void> {
  const name = SECRETS.objectStore;
  const keys = await cluster.readSecret({ namespace: NAMESPACES.controlPlane, name });
  if (keys === undefined) return;
  const tiered = pscs.filter(({ spec }) => spec.kafka?.tieredStorage !== undefined);
  const fixed = { name, fixed: keys, passwords: [] };
  await cluster.apply(
    tiered.map(({ metadata }) =>
      givenSecretObject({ ...fixed, namespace: pscNamespace(metadata.name) }, undefined, () => ''),
    ),
  );
}

/** Of the namespaces whose pods come to the mothership; those of others come with their first pod. */
async function ensureMothershipUsers(
  cluster: PlatformCluster,
  workloads: readonly KubernetesObject[],
  { kubernetesCluster }: DataPlane,
  options: PlatformOptions,
): Promise<void> {
  const namespaces = new Set(workloads.map(({ metadata }) => metadata.namespace ?? ''));
  const users = mothershipUsers(kubernetesCluster);
  for (const namespace of namespaces) {
    const user = users.find((each) => each.user === mothershipUserName(namespace));
    const secret = await cluster.readSecret({ namespace, name: MOTHERSHIP_SECRET });
    const password = secret?.['password'];
    if (user === undefined || password === undefined) throw new Error(`${namespace} has no user of the mothership`);
    await options.ensureMothershipUser(user, password);
  }
}
