import { ordinalOf } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { leavingPods } from '../../../constructs/kubernetes/kafka/leaving-pods.ts';
import { internalHost } from '../../../constructs/kubernetes/kafka/listeners.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';

/** Where one broker of a PSC is to be found. */
export interface BrokerPlace {
  /** Kafka's id of it: the ordinal of its pod. */
  readonly id: number;
  readonly pod: string;
  /** Name inside of the Kubernetes cluster. */
  readonly host: string;
  readonly zone: string;
  /** Placed no longer, and not gone yet: its logs are counted. */
  readonly isLeaving?: true;
}

/** Brokers that may be there: those that a PSC asks for, and those that it does not ask for any more. */
export function servedPlaces(psc: PhysicalStatefulCluster): readonly BrokerPlace[] {
  const leaving = leavingPods(psc).map(({ name, ordinal, zone }) => ({
    id: ordinal,
    pod: name,
    host: internalHost('broker', name, psc.metadata.name),
    zone,
    isLeaving: true as const,
  }));
  return [...brokerPlaces(psc), ...leaving];
}

/** Brokers that a PSC asks for, one of each zone in turn, so that the first few are never all in one zone. */
export function brokerPlaces({ metadata, spec }: PhysicalStatefulCluster): readonly BrokerPlace[] {
  const zones = Object.entries(spec.kafka?.placement ?? {}).map(([zone, { pods }]) =>
    pods.map((pod) => ({
      id: ordinalOf(pod),
      pod,
      host: internalHost('broker', pod, metadata.name),
      zone,
    })),
  );
  const longest = Math.max(0, ...zones.map((brokers) => brokers.length));
  return Array.from({ length: longest }, (_, index) =>
    zones.flatMap((brokers) => brokers.slice(index, index + 1)),
  ).flat();
}
