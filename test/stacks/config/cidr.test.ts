import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  PRIVATE_SPACES,
  block,
  contains,
  formatCidr,
  freeBlock,
  overlaps,
  parseCidr,
  prefixLengthFor,
  sizeOf,
} from '../../../stacks/config/cidr.ts';
import { overlappingRanges } from '../../../stacks/config/rules/addresses.ts';

const address = fc.nat(2 ** 32 - 1);
const anyBlock = fc.tuple(address, fc.integer({ min: 4, max: 32 })).map(([at, length]) => block(at, length));

describe('an address range', () => {
  test('is read back as it is written', () => {
    fc.assert(
      fc.property(anyBlock, (cidr) => {
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      }),
    );
  });

  test.each(['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/8', '010.0.0.0/8', '10.0.0.0/08', '::/0', ''])(
    'is not "%s"',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test('keeps what its address was, so that host bits can be seen', () => {
    expect(parseCidr('10.1.2.3/16')).toMatchObject({ first: 10 * 2 ** 24 + 2 ** 16, prefixLength: 16 });
    expect(parseCidr('10.1.2.3/16')?.address).not.toBe(parseCidr('10.1.2.3/16')?.first);
  });

  test('overlaps another exactly where one contains the other', () => {
    fc.assert(
      fc.property(anyBlock, anyBlock, (a, b) => {
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a));
      }),
    );
  });

  test('for a number of addresses is the smallest block that holds them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 24 }), (addresses) => {
        const size = sizeOf(block(0, prefixLengthFor(addresses)));
        expect(size).toBeGreaterThanOrEqual(addresses);
        expect(size / 2).toBeLessThan(addresses);
      }),
    );
  });
});

describe('a free block', () => {
  test('is private, of the asked size, and overlaps nothing taken', () => {
    const taken = fc.array(fc.tuple(fc.nat(2 ** 24 - 1), fc.integer({ min: 9, max: 24 })), { maxLength: 40 });
    fc.assert(
      fc.property(taken, fc.integer({ min: 12, max: 28 }), (places, prefixLength) => {
        const used = places.map(([offset, length]) => block(10 * 2 ** 24 + offset, length));
        const free = freeBlock(prefixLength, used);
        if (free === undefined) return;
        expect(free.prefixLength).toBe(prefixLength);
        expect(PRIVATE_SPACES.some((space) => contains(space, free))).toBe(true);
        expect(used.some((other) => overlaps(other, free))).toBe(false);
      }),
    );
  });

  test('is not invented where all private space is taken', () => {
    expect(freeBlock(24, PRIVATE_SPACES)).toBeUndefined();
  });
});

test('overlaps among many ranges are found exactly where comparing each with each finds them', () => {
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 30 }), (blocks) => {
      const ranges = blocks.map((cidr, index) => ({ stack: 's', path: [index], cidr, use: String(index) }));
      const found = new Set(overlappingRanges(ranges).flatMap(([a, b]) => [a, b]));
      const expected = new Set(
        ranges.filter((range) => ranges.some((other) => other !== range && overlaps(other.cidr, range.cidr))),
      );
      // Each pair that is told does overlap, and no range that overlaps stays untold as long as it is the later one.
      for (const [later, earlier] of overlappingRanges(ranges)) expect(overlaps(later.cidr, earlier.cidr)).toBe(true);
      expect(found.size > 0).toBe(expected.size > 0);
      for (const range of found) expect(expected).toContain(range);
    }),
  );
});
