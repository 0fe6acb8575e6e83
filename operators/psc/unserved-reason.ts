import type { ConditionUpdate } from '../../contracts/conditions.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { ANNOTATIONS } from '../../contracts/labels.ts';

/** What is said of a PSC as a whole. */
export type PscCondition = Omit<ConditionUpdate, 'observedGeneration'> & { readonly message: string };

/** Why the operator leaves a PSC alone; undefined for one that it serves. */
export function unservedReason({ metadata, spec }: PhysicalStatefulCluster): PscCondition | undefined {
  if (metadata.annotations?.[ANNOTATIONS.ignore] !== undefined) {
    const message = `the annotation ${ANNOTATIONS.ignore} is set: the operator does nothing here`;
    return { type: 'Reconciling', status: 'False', reason: 'Ignored', message };
  }
  if (spec.kafka === undefined && spec.connect === undefined && spec.ksqldb === undefined) {
    const message = 'this operator serves Kafka, Connect and ksqlDB clusters, and it is none of these';
    return { type: 'Stalled', status: 'True', reason: 'KindNotServed', message };
  }
  return undefined;
}
