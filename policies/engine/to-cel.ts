/**
 * A JSON value as CEL sees it in the API server: integers are `int` (BigInt) and fields that are null are absent.
 * Shares with the value whatever needs no conversion: never change the result.
 */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? listToCel(value) : mapToCel(value as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

function listToCel(items: readonly unknown[]): readonly unknown[] {
  const converted = items.map(toCel);
  return converted.every((item, index) => item === items[index]) ? items : converted;
}

function mapToCel(fields: Fields): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    const converted = toCel(field);
    if (converted === field && field !== null && field !== undefined) continue;
    copy ??= { ...fields };
    if (field === null || field === undefined) Reflect.deleteProperty(copy, key);
    else copy[key] = converted;
  }
  return copy ?? fields;
}
