import type { Inventory } from './inventory.ts';
import type { Item, ItemGroup, ItemOwner } from './item.ts';

/** Hours of a month as clouds bill it: 365 × 24 / 12. */
export const HOURS_PER_MONTH = 730;

/** Price of one unit of an item for as long as it is there. */
export interface UnitPrice {
  readonly amount: number;
  readonly per: 'hour' | 'month';
}

/** Prices as somebody has written them down; none is shipped. */
export interface PriceList {
  /** ISO 4217, as in `USD`. */
  readonly currency: string;
  /** By {@link Item.key}. */
  readonly prices: ReadonlyMap<string, UnitPrice>;
}

/** A sum that says whether it is all: items without a price are counted, never taken for free. */
export interface Total {
  /** Of the items that have a price, in the list's currency. */
  readonly amount: number;
  readonly unpricedItems: number;
}

export interface PricedItem extends Item {
  /** Absent where the list has none. */
  readonly price?: UnitPrice;
  /** Absent without a price. */
  readonly monthlyAmount?: number;
}

export interface PricedGroup {
  readonly owner: ItemOwner;
  readonly items: readonly PricedItem[];
  readonly total: Total;
}

export interface MonthlyCost {
  readonly currency: string;
  readonly groups: readonly PricedGroup[];
  /** What is there for everybody: the region, its Kubernetes clusters and the mothership. */
  readonly shared: Total;
  /** What is there for one tenant each. */
  readonly tenants: Total;
  readonly region: Total;
}

/** What an inventory costs in a month in which nothing changes. */
export function monthlyCostOf({ groups }: Inventory, list: PriceList): MonthlyCost {
  const priced = groups.map((group) => pricedGroup(group, list));
  const isTenants = ({ owner }: PricedGroup): boolean => owner.kind === 'tenant';
  const sum = (chosen: readonly PricedGroup[]): Total => totalOf(chosen.flatMap(({ items }) => items));
  return {
    currency: list.currency,
    groups: priced,
    shared: sum(priced.filter((group) => !isTenants(group))),
    tenants: sum(priced.filter(isTenants)),
    region: sum(priced),
  };
}

/** Price of one unit for a whole month. */
export function monthlyPrice({ amount, per }: UnitPrice): number {
  return per === 'hour' ? amount * HOURS_PER_MONTH : amount;
}

function pricedGroup({ owner, items }: ItemGroup, { prices }: PriceList): PricedGroup {
  const priced = items.map((item): PricedItem => {
    const price = prices.get(item.key);
    return price === undefined ? item : { ...item, price, monthlyAmount: item.quantity * monthlyPrice(price) };
  });
  return { owner, items: priced, total: totalOf(priced) };
}

function totalOf(items: readonly PricedItem[]): Total {
  return {
    amount: items.reduce((sum, { monthlyAmount }) => sum + (monthlyAmount ?? 0), 0),
    unpricedItems: items.filter(({ monthlyAmount }) => monthlyAmount === undefined).length,
  };
}
