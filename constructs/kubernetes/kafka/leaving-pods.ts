import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { ordinalOf, type PlacedPod } from './placed-pod.ts';

/**
 * Brokers that the status knows and the spec places no longer, by ordinal: they may hold data, so that they keep their names, files
 * and certificates until they are gone and the status drops them.
 */
export function leavingPods({ spec, status }: PhysicalStatefulCluster): readonly PlacedPod[] {
  const placed = new Set(Object.values(spec.kafka?.placement ?? {}).flatMap(({ pods }) => pods));
  return (status?.brokers ?? [])
    .flatMap(({ pod, zone }) =>
      placed.has(pod) || zone === undefined ? [] : [{ name: pod, zone, ordinal: ordinalOf(pod) }],
    )
    .sort((a, b) => a.ordinal - b.ordinal);
}
