import { quantityValue } from '../../contracts/quantity.ts';

/** Bytes of a Kubernetes quantity such as `2Gi`, `500M` or `1048576`. Throws RangeError for what is none. */
export function bytesOf(quantity: string): number {
  const bytes = quantityValue(quantity);
  if (bytes === undefined) throw new RangeError(`${quantity} is no quantity of bytes`);
  return Math.ceil(bytes);
}
