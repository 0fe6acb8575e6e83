/** The object without some of its fields. */
export function omit<T extends object, K extends keyof T>(object: T, ...fields: readonly K[]): Omit<T, K> {
  const omitted: readonly PropertyKey[] = fields;
  return Object.fromEntries(Object.entries(object).filter(([field]) => !omitted.includes(field))) as Omit<T, K>;
}
