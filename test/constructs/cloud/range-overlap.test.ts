import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRange, rangesOverlap } from '../../../constructs/cloud/range-overlap.ts';

const octets = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Any block from /8 to /30, with the addresses that it starts and ends at. */
const blocks = fc
  .record({
    prefixLength: fc.integer({ min: 8, max: 30 }),
    seed: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  .map(({ prefixLength, seed }) => {
    const size = 2 ** (32 - prefixLength);
    const first = Math.floor(seed * 2 ** prefixLength) * size;
    return { text: `${octets(first)}/${prefixLength}`, first, last: first + size - 1 };
  });

describe('ranges of addresses', () => {
  it('overlap exactly where one begins inside the other', () => {
    fc.assert(
      fc.property(blocks, blocks, (one, other) => {
        const inside = (address: number, block: typeof one) => address >= block.first && address <= block.last;
        const expected = inside(one.first, other) || inside(other.first, one);
        expect(rangesOverlap(one.text, other.text)).toBe(expected);
        expect(rangesOverlap(other.text, one.text)).toBe(expected);
        expect(isRange(one.text)).toBe(true);
      }),
    );
  });

  it('of one network overlap with it, and neighbours do not', () => {
    expect(rangesOverlap('10.0.0.0/16', '10.0.255.0/24')).toBe(true);
    expect(rangesOverlap('10.0.0.0/17', '10.0.128.0/17')).toBe(false);
  });

  it.each(['10.0.0.0', '10.0.0.1/16', '10.0.0.256/32', '10.0.0.0/33', '2001:db8::/32', ''])(
    'are not written as %p',
    (text) => {
      expect(isRange(text)).toBe(false);
      expect(rangesOverlap(text, '0.0.0.0/0')).toBe(false);
    },
  );
});
