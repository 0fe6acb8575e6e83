/**
 * A JSON value as CEL sees it in the API server: integers are `int` (BigInt) and fields that are null are absent.
 */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toCel);
  const converted: Record<string, unknown> = {};
  for (const key in value) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== null && field !== undefined) converted[key] = toCel(field);
  }
  return converted;
}
