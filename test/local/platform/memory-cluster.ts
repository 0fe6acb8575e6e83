import { objectId } from '../../../constructs/kubernetes/shared/object-order.ts';
import { CA_FILE } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { NAMESPACES, pscNamespace } from '../../../contracts/names.ts';
import type { PlatformCluster } from '../../../local/platform/platform-cluster.ts';
import { credentialSecretRef, type SecretData } from '../../../operators/psc/credentials/credential-secrets.ts';

export interface MemoryCluster extends PlatformCluster {
  /** Objects by {@link objectId}, in the order in which they first came. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** What was waited for: StatefulSets as `namespace/name=pods`, Jobs as `namespace/name done`, PSCs as `psc/name`. */
  readonly waits: readonly string[];
  /** Programs that ran in pods, as `namespace/pod: program args`, each after its pod's StatefulSet was waited for. */
  readonly execs: readonly string[];
}

/**
 * A cluster that keeps what it is given, and refuses what a real one would refuse for want of something else. Its operator
 * publishes the authority of a PSC that is waited for.
 */
export function memoryCluster(): MemoryCluster {
  const objects = new Map<string, KubernetesObject>();
  const served = new Set<string>();
  const waits: string[] = [];
  const execs: string[] = [];
  return {
    objects,
    waits,
    execs,
    apply: (applied) => {
      for (const object of applied) {
        refuseTooEarly(object, objects, served);
        objects.set(objectId(object), object);
      }
      return Promise.resolve();
    },
    readSecret: ({ namespace, name }) => {
      const data = objects.get(`v1 Secret ${namespace}/${name}`)?.['data'] as SecretData | undefined;
      if (data === undefined) return Promise.resolve(undefined);
      const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
      return Promise.resolve(Object.fromEntries(texts) as SecretData);
    },
    served: (definitions) => {
      for (const name of definitions) served.add(name);
      return Promise.resolve();
    },
    ready: ({ namespace, name }, pods) => {
      waits.push(`${namespace}/${name}=${pods}`);
      return Promise.resolve();
    },
    jobDone: ({ namespace, name }) => {
      waits.push(`${namespace}/${name.replace(/-[0-9a-f]{10}$/, '')} done`);
      if (!objects.has(`batch/v1 Job ${namespace}/${name}`)) throw new Error(`nobody has asked for ${name}`);
      return Promise.resolve();
    },
    pscReady: (psc) => {
      waits.push(`psc/${psc}`);
      const namespace = pscNamespace(psc);
      if (!objects.has(`flotilla.dev/v1 PhysicalStatefulCluster ${namespace}/${psc}`)) {
        throw new Error(`nobody has asked for ${psc}`);
      }
      if (!objects.has(`apps/v1 Deployment ${NAMESPACES.system}/operator`)) {
        throw new Error(`nobody makes the Kafka of ${psc}`);
      }
      const data = { [CA_FILE]: Buffer.from(`authority of ${psc}`).toString('base64') };
      const { name } = credentialSecretRef(psc, 'ca');
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
      objects.set(objectId(secret), secret);
      return Promise.resolve();
    },
    workersReady: (psc, workers) => {
      waits.push(`psc/${psc}=${workers} workers`);
      if (!objects.has(`flotilla.dev/v1 PhysicalStatefulCluster ${pscNamespace(psc)}/${psc}`)) {
        throw new Error(`nobody has asked for ${psc}`);
      }
      return Promise.resolve();
    },
    exec: ({ namespace, name }, program, args) => {
      const statefulSet = `${namespace}/${name.replace(/-\d+$/, '')}=`;
      if (!waits.some((wait) => wait.startsWith(statefulSet))) throw new Error(`${namespace}/${name} may not run yet`);
      execs.push(`${namespace}/${name}: ${[program, ...args].join(' ')}`);
      return Promise.resolve();
    },
  };
}

const CUSTOM_RESOURCES: Readonly<Record<string, string>> = {
  PhysicalStatefulCluster: 'physicalstatefulclusters.flotilla.dev',
  DNSEndpoint: 'dnsendpoints.externaldns.k8s.io',
};

function refuseTooEarly(
  object: KubernetesObject,
  objects: ReadonlyMap<string, KubernetesObject>,
  served: ReadonlySet<string>,
): void {
  const { namespace } = object.metadata;
  if (namespace !== undefined && !objects.has(`v1 Namespace ${namespace}`)) {
    throw new Error(`${objectId(object)} came before its namespace`);
  }
  const definition = CUSTOM_RESOURCES[object.kind];
  if (definition !== undefined && !served.has(definition)) throw new Error(`${objectId(object)} came before its kind`);
}
