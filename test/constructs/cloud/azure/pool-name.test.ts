import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { poolName, zoneNumber } from '../../../../constructs/cloud/azure/pool-name.ts';

const className = fc.stringMatching(/^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/);
const pool = fc.record({
  nodeClass: className,
  instanceClass: fc.constantFrom('Standard_D4s_v6', 'Standard_D8s_v6', 'Standard_D16s_v6'),
  zone: fc.constantFrom('westeurope-1', 'westeurope-2', 'westeurope-3'),
});

describe('the name of a pool of nodes', () => {
  it('is one that AKS takes, and never that of a pool of its own add-ons', () => {
    fc.assert(
      fc.property(pool, (of) => {
        expect(poolName(of)).toMatch(/^[a-z][a-z0-9]{0,11}$/);
        expect(poolName(of)).not.toMatch(/^system\d$/);
      }),
    );
  });

  it('is another one for another class, instance class or zone, though classes begin alike', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pool, { selector: (of) => JSON.stringify(of), minLength: 2 }), (pools) => {
        expect(new Set(pools.map(poolName)).size).toBe(pools.length);
      }),
    );
    const names = ['brokers-large', 'brokers-small'].map((nodeClass) =>
      poolName({ nodeClass, instanceClass: 'Standard_D8s_v6', zone: 'westeurope-1' }),
    );
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => name.startsWith('broke1'))).toBe(true);
  });

  it('tells its zone by the number that Azure gives it', () => {
    expect(zoneNumber('westeurope-2')).toBe('2');
    expect(zoneNumber('westus2-3')).toBe('3');
  });
});
