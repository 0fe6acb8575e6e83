/*
 * Reads of typed arrays without `| undefined`. One function for each type of array, so that each stays monomorphic once it is inlined.
 * NaN for a wrong index: every comparison with it is false, so that it can neither be taken for a load nor win a choice.
 */

/** Element of a Float64Array; NaN outside of it. */
export function f64(from: Float64Array, index: number): number {
  return from[index] ?? NaN;
}

/** Element of an Int32Array; NaN outside of it. */
export function i32(from: Int32Array, index: number): number {
  return from[index] ?? NaN;
}

/** Element of a Uint8Array; NaN outside of it. */
export function u8(from: Uint8Array, index: number): number {
  return from[index] ?? NaN;
}
