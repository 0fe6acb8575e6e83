/** What a region has several of, by their names in its arguments. */
export type ByName<T> = Readonly<Record<string, T>>;

/** The same names with something made of each. */
export function mapByName<From, To>(all: ByName<From>, change: (each: From) => To): ByName<To> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, change(each)]));
}

/** One that has to be there. */
export function oneByName<T>(all: ByName<T>, name: string): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found === undefined) throw new Error(`${name} is not there: the arguments were not judged`);
  return found;
}
