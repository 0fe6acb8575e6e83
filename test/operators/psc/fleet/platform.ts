import { PRIORITY_CLASS } from '../../../../constructs/kubernetes/kafka/pod-template.ts';
import { DataPlaneServices } from '../../../../constructs/kubernetes/data-plane/data-plane-services.ts';
import { DNS_ENDPOINT_CRD } from '../../../../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import { NodeZoneReader } from '../../../../constructs/kubernetes/platform/node-zone-reader.ts';
import { ZonalStorageClasses } from '../../../../constructs/kubernetes/platform/zonal-storage-classes.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { NAMESPACES, storageClassPrefix } from '../../../../contracts/names.ts';
import { PSC_CRD } from '../../../../contracts/psc-crd.ts';
import { connect } from '../../../../cli/apply/api-connection.ts';
import { clusterOf } from '../../../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../../../cli/apply/kube-config.ts';
import type { Node, StorageClass } from '../../../../local/agent/kubernetes-types.ts';
import type { ControlPlane } from '../../../../local/kubernetes/control-plane.ts';
import { OPERATOR_LEASE } from '../../../../operators/psc/serve-operator.ts';
import type { ApiServer } from '../../../../operators/runtime/api-server.ts';
import { exampleContext, objectsOf } from '../../../constructs/kubernetes/support/objects-of.ts';
import { simulatedNode } from '../../../kwok/simulated-nodes.ts';
import { EXAMPLE_PLACES } from '../../../support/example-psc.ts';

/** What PSCs need of a Kubernetes cluster beside the operator. */
export interface Platform {
  readonly nodes: readonly Node[];
  readonly classes: readonly StorageClass[];
  /** Of the operator's service account. */
  readonly operatorToken: string;
}

const { zones } = EXAMPLE_PLACES.local;
const NODES_PER_ZONE = { brokers: 4, platform: 2 } as const;
const PERSIST = { conflicts: 'force', effect: 'persist' } as const;
/** What the cluster is to run by itself: here the operator is a process beside it. */
const NOT_APPLIED: readonly string[] = ['Deployment', 'PodDisruptionBudget', 'NetworkPolicy'];

/** Installs definitions, rights, classes and nodes as `synth` has them, nodes apart. */
export async function installPlatform(api: ApiServer, controlPlane: ControlPlane): Promise<Platform> {
  const cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined)));
  for (const definition of [PSC_CRD, DNS_ENDPOINT_CRD]) {
    await cluster.apply(definition, PERSIST);
    await cluster.waitUntilServed({ ...definition, name: definition.metadata.name });
  }
  const rights = objectsOf((scope) => {
    new DataPlaneServices(scope, 'services', { context: exampleContext('local') });
    new NodeZoneReader(scope, 'zones');
  }).filter(({ kind }) => !NOT_APPLIED.includes(kind));
  const classes = objectsOf((scope) => {
    new ZonalStorageClasses(scope, 'classes', { cloud: 'local', zones, prefix: storageClassPrefix(), keyId: 'none' });
  });
  const nodes = zones.flatMap((zone) =>
    Object.entries(NODES_PER_ZONE).flatMap(([nodeClass, count]) =>
      Array.from({ length: count }, (_, index) => simulatedNode(`${zone}-${nodeClass}-${index}`, zone, nodeClass)),
    ),
  );
  const priority = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: PRIORITY_CLASS } };
  const namespaces = [NAMESPACES.system, NAMESPACES.gateway].map((name): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  for (const object of [...namespaces, ...rights, ...classes, { ...priority, value: 1000 }, ...nodes]) {
    await cluster.apply(object, PERSIST);
  }
  return {
    nodes,
    classes: classes as readonly StorageClass[],
    operatorToken: await token(api),
  };
}

async function token(api: ApiServer): Promise<string> {
  const answer = await api.write({
    method: 'POST',
    path: `/api/v1/namespaces/${NAMESPACES.system}/serviceaccounts/${OPERATOR_LEASE}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    signal: AbortSignal.timeout(30_000),
  });
  return (answer as { readonly status: { readonly token: string } }).status.token;
}
