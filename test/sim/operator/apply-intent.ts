export type Json = Readonly<Record<string, unknown>>;

/**
 * What server-side apply makes of a stored value for one field manager that forces: everything that the new intent says,
 * without what only its former intent said, beside what others and the API server put there. Lists are replaced whole.
 */
export function applyIntent(stored: Json, former: Json, intent: Json): Json {
  const result: Record<string, unknown> = { ...stored };
  for (const key of Object.keys(former)) if (!(key in intent)) removeField(result, key, former[key]);
  for (const [key, value] of Object.entries(intent)) {
    const current = result[key];
    result[key] =
      isJson(value) && isJson(current) ? applyIntent(current, isJson(former[key]) ? former[key] : {}, value) : value;
  }
  return result;
}

function removeField(result: Record<string, unknown>, key: string, former: unknown): void {
  const current = result[key];
  const rest = isJson(former) && isJson(current) ? applyIntent(current, former, {}) : {};
  if (Object.keys(rest).length > 0) result[key] = rest;
  else Reflect.deleteProperty(result, key);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field some levels down; undefined where one of the levels is absent. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isJson(inner) ? inner[name] : undefined), value);
}

/** Whether two values are written alike. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
