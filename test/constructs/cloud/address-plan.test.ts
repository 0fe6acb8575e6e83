import { BlockList, isIPv4 } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { knownRegions, knownZones } from '../../../constructs/capacity/zones.ts';
import {
  databaseSubnet,
  networkRangeProblem,
  regionSubnets,
  unplannedRange,
  zoneProblem,
  zoneSubnets,
} from '../../../constructs/cloud/address-plan.ts';

const ZONES = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`);

const networks = fc
  .record({ prefixLength: fc.integer({ min: 16, max: 22 }), block: fc.nat({ max: 2 ** 16 - 1 }) })
  .map(({ prefixLength, block }) => {
    const size = 2 ** (32 - prefixLength);
    // Inside 10.0.0.0/8.
    const first = 10 * 2 ** 24 + (block % (2 ** 24 / size)) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefixLength}`;
  });

describe('the address plan', () => {
  it('of 10.0.0.0/16 gives each zone an eighth inside and a sixty-fourth outward, and leaves the last eighth', () => {
    expect(zoneSubnets('10.0.0.0/16', 'us-west-2a')).toEqual({ private: '10.0.0.0/19', public: '10.0.192.0/22' });
    expect(zoneSubnets('10.0.0.0/16', 'us-west-2c')).toEqual({ private: '10.0.64.0/19', public: '10.0.200.0/22' });
    expect(unplannedRange('10.0.0.0/16')).toBe('10.0.224.0/19');
    expect(databaseSubnet('10.0.0.0/16', 'us-west-2a')).toBe('10.0.224.0/22');
    expect(databaseSubnet('10.0.0.0/16', 'us-west-2c')).toBe('10.0.232.0/22');
  });

  it('never gives an address twice or one from outside the network', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const blocks = [
          ...ZONES.flatMap((zone) => Object.values(zoneSubnets(network, zone)) as readonly string[]),
          unplannedRange(network),
        ];
        for (const [index, block] of blocks.entries()) {
          expect(ends(block).every((address) => inside(network, address))).toBe(true);
          const others = blocks.filter((_, other) => other !== index);
          expect(others.filter((other) => ends(block).some((address) => inside(other, address)))).toEqual([]);
        }
      }),
    );
  });

  it("cuts the databases' subnets from what is left, each zone's apart from the others'", () => {
    fc.assert(
      fc.property(networks, (network) => {
        const blocks = ZONES.map((zone) => databaseSubnet(network, zone));
        for (const [index, block] of blocks.entries()) {
          expect(ends(block).every((address) => inside(unplannedRange(network), address))).toBe(true);
          const others = blocks.filter((_, other) => other !== index);
          expect(others.filter((other) => ends(block).some((address) => inside(other, address)))).toEqual([]);
        }
      }),
    );
  });

  it("cuts a region's own subnets beside its zones' private ones, none too small for what it is for", () => {
    fc.assert(
      fc.property(networks, (network) => {
        const { database, privateLink, ...others } = regionSubnets(network);
        const blocks = [
          ...ZONES.map((zone) => zoneSubnets(network, zone).private),
          ...Object.values(others),
          database,
          privateLink,
        ];
        for (const [index, block] of blocks.entries()) {
          expect(ends(block).every((address) => inside(network, address))).toBe(true);
          const rest = blocks.filter((_, other) => other !== index);
          expect(rest.filter((other) => ends(block).some((address) => inside(other, address)))).toEqual([]);
        }
        // Azure keeps five addresses of each subnet, and takes none of less than a /28 for a database.
        for (const block of [database, privateLink]) expect(Number(block.split('/')[1])).toBeLessThanOrEqual(28);
      }),
    );
  });

  it.each(['aws', 'azure'] as const)(
    'has a place for every zone of %s that is known, and its own for each',
    (cloud) => {
      for (const region of knownRegions(cloud)) {
        const zones = knownZones(cloud, region) ?? [];
        expect(zones.map(zoneProblem).filter((problem) => problem !== undefined)).toEqual([]);
        expect(new Set(zones.map((zone) => zoneSubnets('10.0.0.0/16', zone).private)).size).toBe(zones.length);
      }
    },
  );

  it.each([
    ['10.0.0.0', /CIDR block/],
    ['10.0.0.0/33', /CIDR block/],
    ['10.0.256.0/16', /CIDR block/],
    ['10.0.1.0/16', /bits of hosts/],
    ['10.0.0.0/8', /from \/16 to \/22/],
    ['10.0.0.0/23', /from \/16 to \/22/],
  ])('refuses the network %s', (network, problem) => {
    expect(networkRangeProblem(network)).toMatch(problem);
    expect(() => zoneSubnets(network, 'us-west-2a')).toThrow(problem);
    expect(() => unplannedRange(network)).toThrow(problem);
    expect(() => regionSubnets(network)).toThrow(problem);
  });

  it.each(['', 'us-west-2g', 'us-west-2A', 'westeurope-7', 'westeurope1'])('refuses the zone %p', (zone) => {
    expect(() => zoneSubnets('10.0.0.0/16', zone)).toThrow(/from a to f/);
    expect(() => databaseSubnet('10.0.0.0/16', zone)).toThrow(/from a to f/);
  });
});

function inside(block: string, address: string): boolean {
  const [network = '', prefixLength = ''] = block.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefixLength));
  return list.check(address);
}

/** First and last address of a block. */
function ends(block: string): readonly [string, string] {
  const [network = '', prefixLength = ''] = block.split('/');
  expect(isIPv4(network)).toBe(true);
  const first = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const last = first + 2 ** (32 - Number(prefixLength)) - 1;
  return [network, [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.')];
}
