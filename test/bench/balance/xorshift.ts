/*
 * xorshift64* on two 32-bit halves: BigInt would take most of the time of a large cluster. Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled", 2016.
 */

const LOW_16 = 0xffff;
const TWO_32 = 2 ** 32;
const TWO_21 = 2 ** 21;
const MULTIPLIER = 0x2545f4914f6cdd1dn;
const SEED_MULTIPLIER = 0x9e3779b97f4a7c15n;
const MULTIPLIER_HIGH = Number(MULTIPLIER >> 32n);
const MULTIPLIER_LOW = Number(MULTIPLIER & 0xffffffffn);

/** Uniform numbers from 0 to below 1, always the same ones for a seed. */
export function uniformNumbers(seed: number): () => number {
  const start = BigInt.asUintN(64, BigInt(seed) * SEED_MULTIPLIER + 1n);
  let high = Number(start >> 32n) | 0;
  let low = Number(start & 0xffffffffn) | 0;
  return () => {
    // s ^= s >> 12; s ^= s << 25; s ^= s >> 27
    low ^= (low >>> 12) | (high << 20);
    high ^= high >>> 12;
    high ^= (high << 25) | (low >>> 7);
    low ^= low << 25;
    low ^= (low >>> 27) | (high << 5);
    high ^= high >>> 27;
    const productLow = Math.imul(low, MULTIPLIER_LOW) >>> 0;
    const cross = Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH);
    const productHigh = (highHalf(low >>> 0, MULTIPLIER_LOW) + cross) >>> 0;
    // The upper 53 of 64 bits.
    return (productHigh * TWO_21 + (productLow >>> 11)) / (TWO_32 * TWO_21);
  };
}

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function highHalf(a: number, b: number): number {
  const aLow = a & LOW_16;
  const aHigh = a >>> 16;
  const bLow = b & LOW_16;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & LOW_16) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / (LOW_16 + 1)) + Math.floor(carry / (LOW_16 + 1));
}
