import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Inventory } from '../../../constructs/cost/inventory.ts';
import type { Item, ItemOwner } from '../../../constructs/cost/item.ts';
import { monthlyCostOf, type PriceList } from '../../../constructs/cost/monthly-cost.ts';

const item = (key: string, quantity: number): Item => ({ key, what: key, quantity, unit: 'unit' });
const TENANT: ItemOwner = { kind: 'tenant', tenant: 'orders', cluster: 'a' };

function inventory(groups: Inventory['groups']): Inventory {
  return { nodes: [], volumes: [], groups, notCounted: [] };
}

const list = (prices: Readonly<Record<string, readonly [number, 'hour' | 'month']>>): PriceList => ({
  currency: 'USD',
  prices: new Map(Object.entries(prices).map(([key, [amount, per]]) => [key, { amount, per }])),
});

describe('the cost of a month', () => {
  it('is what a person works out by hand', () => {
    const cost = monthlyCostOf(
      inventory([
        { owner: { kind: 'region' }, items: [item('nat', 3), item('key', 1)] },
        { owner: { kind: 'cluster', cluster: 'a' }, items: [item('node', 6)] },
        { owner: { kind: 'mothership', cluster: 'a' }, items: [item('gib', 1000)] },
        { owner: TENANT, items: [item('node', 9), item('gib', 500)] },
      ]),
      list({ nat: [0.05, 'hour'], key: [1, 'month'], node: [0.5, 'hour'], gib: [0.1, 'month'] }),
    );
    // 3 × 0.05 × 730 + 1; 6 × 0.5 × 730; 1000 × 0.1; 9 × 0.5 × 730 + 500 × 0.1.
    expect(cost.groups.map(({ total }) => total.amount)).toEqual([110.5, 2190, 100, 3335]);
    expect(cost.shared).toEqual({ amount: 2400.5, unpricedItems: 0 });
    expect(cost.tenants).toEqual({ amount: 3335, unpricedItems: 0 });
    expect(cost.region).toEqual({ amount: 5735.5, unpricedItems: 0 });
  });

  it('counts what has no price, and never takes it for free', () => {
    const cost = monthlyCostOf(
      inventory([{ owner: TENANT, items: [item('node', 2), item('bucket', 1), item('key', 1)] }]),
      list({ node: [1, 'hour'], key: [0, 'month'] }),
    );
    expect(cost.region).toEqual({ amount: 1460, unpricedItems: 1 });
    expect(cost.groups[0]?.items.map(({ monthlyAmount }) => monthlyAmount)).toEqual([1460, undefined, 0]);
  });

  it('splits the region into shared costs and tenants, with nothing lost and nothing twice', () => {
    const owners: readonly ItemOwner[] = [{ kind: 'region' }, { kind: 'cluster', cluster: 'a' }, TENANT];
    const groups = fc.array(
      fc.record({
        owner: fc.constantFrom(...owners),
        items: fc.array(fc.integer({ min: 1, max: 1000 }).map((quantity) => item(`k${quantity % 7}`, quantity))),
      }),
    );
    fc.assert(
      fc.property(groups, (all) => {
        const cost = monthlyCostOf(inventory(all), list({ k0: [2, 'hour'], k1: [3, 'month'], k2: [5, 'month'] }));
        expect(cost.shared.amount + cost.tenants.amount).toBe(cost.region.amount);
        expect(cost.shared.unpricedItems + cost.tenants.unpricedItems).toBe(cost.region.unpricedItems);
      }),
    );
  });
});
