import type { Catalogue, DerivedSizing, InstanceClass } from './catalogue/catalogue.ts';
import { type Dimension, brokersFor, dimensionsOf } from './dimensions.ts';

/** How many brokers of which class a number of CKUs takes, and the size at which a broker has most to do. */
export interface BrokerPlan {
  readonly count: number;
  readonly instanceClass: InstanceClass;
  readonly dimensions: readonly Dimension[];
  /** Brokers at one CKU less: a cluster never gives a broker back when it grows. */
  readonly countBefore: number;
  /** Size, at most the one asked for, with the most CKUs per broker: its load is what volumes are made for. */
  readonly busiest: { readonly ckus: number; readonly count: number };
}

/**
 * Brokers for a number of CKUs over so many zones: the most that any dimension asks for, the same number in each
 * zone. Walks up from one CKU, so that count and busiest size never fall as a cluster grows.
 */
export function planBrokers(catalogue: Catalogue, sizing: DerivedSizing, ckus: number, zoneCount: number): BrokerPlan {
  const small = classWithDimensions(catalogue, sizing, sizing.smallInstanceClass);
  const large = classWithDimensions(catalogue, sizing, sizing.instanceClass);
  let count = 0;
  let countBefore = 0;
  let busiest = { ckus: 0, count: 1 };
  for (let size = 1; size <= ckus; size++) {
    const { dimensions } = size <= sizing.smallUpToCkus ? small : large;
    countBefore = count;
    for (const dimension of dimensions) {
      count = Math.max(count, brokersFor(dimension, size, zoneCount));
    }
    if (size * busiest.count > busiest.ckus * count) {
      busiest = { ckus: size, count };
    }
  }
  return { count, countBefore, busiest, ...(ckus <= sizing.smallUpToCkus ? small : large) };
}

interface ClassWithDimensions {
  readonly instanceClass: InstanceClass;
  readonly dimensions: readonly Dimension[];
}

function classWithDimensions(catalogue: Catalogue, sizing: DerivedSizing, name: string): ClassWithDimensions {
  const instanceClass = catalogue.instanceClasses.find((candidate) => candidate.name === name);
  if (instanceClass === undefined) {
    throw new Error(`the catalogue of ${catalogue.cloud} names the broker class ${name} but does not describe it`);
  }
  return { instanceClass, dimensions: dimensionsOf(catalogue, sizing, instanceClass) };
}
