import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { objectLabels, podSelector, roleLabels } from './labels.ts';
import {
  BOOTSTRAP_LABEL,
  EXTERNAL_SERVICE_SUFFIX,
  HEADLESS_SERVICES,
  INTERNAL_BOOTSTRAP_SERVICE,
  PORTS,
} from './listeners.ts';

/**
 * Services of one cluster. All of them lead to pods that are not Ready: a broker that is not in sync must still be found
 * by the others to catch up, and it serves clients, who follow the leaders that Kafka names rather than readiness.
 * Without that, nothing would work before the operator has set the pods' readiness gate.
 */
export function services(view: ClusterView): readonly KubernetesObject[] {
  return [
    headless(view, 'controller', { controller: PORTS.controller, metrics: PORTS.metrics }),
    headless(view, 'broker', {
      replication: PORTS.replication,
      internal: PORTS.internal,
      external: PORTS.external,
      metrics: PORTS.metrics,
    }),
    anyBroker(view, INTERNAL_BOOTSTRAP_SERVICE, { internal: PORTS.internal }),
    anyBroker(view, `${BOOTSTRAP_LABEL}${EXTERNAL_SERVICE_SUFFIX}`, { external: PORTS.external }),
    ...view.brokers.map(({ name }) => oneBroker(view, name)),
  ];
}

type Ports = Readonly<Record<string, number>>;

function headless(view: ClusterView, role: KafkaRole, ports: Ports): KubernetesObject {
  return service(view, HEADLESS_SERVICES[role], roleLabels(view, role), {
    clusterIP: 'None',
    selector: podSelector(view, role),
    ports: servicePorts(ports),
  });
}

function anyBroker(view: ClusterView, name: string, ports: Ports): KubernetesObject {
  return service(view, name, roleLabels(view, 'broker'), {
    type: 'ClusterIP',
    selector: podSelector(view, 'broker'),
    ports: servicePorts(ports),
  });
}

/** The broker that a Service is for; undefined where it is for several. */
export function brokerOfService({ kind, metadata: { name } }: KubernetesObject): string | undefined {
  return kind === 'Service' ? SERVICE_OF_ONE.exec(name)?.[1] : undefined;
}

const SERVICE_OF_ONE = new RegExp(`^(kafka-[0-9]+)${EXTERNAL_SERVICE_SUFFIX}$`);

function oneBroker(view: ClusterView, pod: string): KubernetesObject {
  return service(view, `${pod}${EXTERNAL_SERVICE_SUFFIX}`, objectLabels(view), {
    type: 'ClusterIP',
    selector: { ...podSelector(view, 'broker'), 'statefulset.kubernetes.io/pod-name': pod },
    ports: servicePorts({ external: PORTS.external }),
  });
}

function service(
  view: ClusterView,
  name: string,
  labels: Readonly<Record<string, string>>,
  spec: Readonly<Record<string, unknown>>,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: view.namespace, labels },
    spec: { ...spec, publishNotReadyAddresses: true },
  };
}

function servicePorts(ports: Ports): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: port, protocol: 'TCP' }));
}
