import type { StructuralSchema } from '../structural-schema.ts';

/**
 * Schema of a 64-bit integer in its JSON form, a decimal string without leading zeros.
 *
 * At most 18 digits, so that every string that matches is an int64 and CEL's `int()` never fails on it. Of bounds only
 * `minimum` 0 and 1 can be said by a pattern.
 *
 * @throws Error on any other bound.
 */
export function int64Schema(
  bounds: { readonly minimum?: number; readonly maximum?: number },
  place: string,
): StructuralSchema {
  if (bounds.maximum !== undefined) throw new Error(`${place}: a pattern cannot say the maximum of an int64`);
  switch (bounds.minimum) {
    case undefined:
      return { type: 'string', pattern: '^(0|-?[1-9][0-9]{0,17})$', maxLength: 19 };
    case 0:
      return { type: 'string', pattern: '^(0|[1-9][0-9]{0,17})$', maxLength: 18 };
    case 1:
      return { type: 'string', pattern: '^[1-9][0-9]{0,17}$', maxLength: 18 };
    default:
      throw new Error(`${place}: of an int64 the minimum can be 0 or 1, not ${bounds.minimum}`);
  }
}
