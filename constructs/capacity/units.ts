/** Bytes per second in so many gigabits (10^9 bits) per second. */
export function gigabitsPerSecond(amount: number): number {
  return (amount * 1e9) / 8;
}

/** Bytes per second in so many megabytes (10^6 bytes) per second. */
export function megabytesPerSecond(amount: number): number {
  return amount * MEGABYTE;
}

/** Bytes per second in so many mebibytes (2^20 bytes) per second. */
export function mebibytesPerSecond(amount: number): number {
  return amount * MEBIBYTE;
}

/** Mebibytes in so many gibibytes. */
export function gibibytes(amount: number): number {
  return amount * 1024;
}

/** Whole megabytes that so many mebibytes need: what a cloud that sells 10^6 bytes is asked for. */
export function wholeMegabytes(mebibytes: number): number {
  return Math.ceil((mebibytes * MEBIBYTE) / MEGABYTE);
}

export const MEGABYTE = 1e6;
export const KIBIBYTE = 1024;
export const MEBIBYTE = 1024 ** 2;
export const GIBIBYTE = 1024 ** 3;
