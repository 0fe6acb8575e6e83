import { type Inventory, inventoryOf, itemKeysOf } from '../../constructs/cost/inventory.ts';
import type { Item } from '../../constructs/cost/item.ts';
import {
  HOURS_PER_MONTH,
  monthlyCostOf,
  type MonthlyCost,
  type PriceList,
} from '../../constructs/cost/monthly-cost.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';

/** All that is told of a stack's quantities and of what they cost; as it stands, the JSON of `explain <stack> --json`. */
export interface StackReport {
  readonly stack: string;
  readonly cloud: string;
  readonly region: string;
  readonly hoursPerMonth: number;
  readonly nodes: readonly NodeRow[];
  readonly volumes: Inventory['volumes'];
  readonly groups: Inventory['groups'] | MonthlyCost['groups'];
  /** Only with prices. */
  readonly totals?: Pick<MonthlyCost, 'currency' | 'shared' | 'tenants' | 'region'>;
  readonly notCounted: readonly string[];
}

export type NodeRow = Omit<Inventory['nodes'][number], 'ownNodes'> & {
  /** Kafka cluster ▶ nodes that carry its brokers and nothing else. */
  readonly ownNodes: Readonly<Record<string, number>>;
};

/** Counts and, with prices, costs of a stack. */
export function stackReport(config: StackConfig, prices?: PriceList): StackReport {
  const inventory = inventoryOf(config);
  const cost = prices === undefined ? undefined : monthlyCostOf(inventory, prices);
  return {
    stack: config.stack,
    cloud: config.region.cloud,
    region: config.region.name,
    hoursPerMonth: HOURS_PER_MONTH,
    nodes: inventory.nodes.map((need) => ({ ...need, ownNodes: Object.fromEntries(need.ownNodes) })),
    volumes: inventory.volumes,
    groups: cost?.groups ?? inventory.groups,
    ...(cost === undefined ? {} : { totals: totalsOf(cost) }),
    notCounted: inventory.notCounted,
  };
}

/** Items that prices of a stack are asked for, each key once. */
export function pricedItemsOf(config: StackConfig): readonly Item[] {
  return itemKeysOf(inventoryOf(config));
}

function totalsOf({ currency, shared, tenants, region }: MonthlyCost): NonNullable<StackReport['totals']> {
  return { currency, shared, tenants, region };
}
