import { Module } from 'node:module';

/** Path of what an import names, and undefined where this version of the SDK has no such module. */
export function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** A module of the SDK's runtime, and undefined where it has no such function. */
export function runtimeModule<Exports>(
  require: NodeJS.Require,
  file: string,
  member: keyof Exports & string,
): Exports | undefined {
  const exports = exportsOf(require, `@pulumi/pulumi/runtime/${file}`);
  return typeof exports[member] === 'function' ? (exports as Exports) : undefined;
}

/** What a module gives out; nothing where this version of the SDK has no such module. */
export function exportsOf(require: NodeJS.Require, name: string): Readonly<Record<string, unknown>> {
  const path = resolved(require, name);
  return path === undefined ? {} : (require(path) as Readonly<Record<string, unknown>>);
}

/** Puts off loading a CommonJS module that others load for its functions, until one of these is called. */
export function loadWhenCalled(require: NodeJS.Require, name: string, functions: readonly string[]): void {
  putOff(require, name, (load) => ({
    __esModule: true,
    ...Object.fromEntries(
      functions.map((called) => [
        called,
        (...args: readonly unknown[]): unknown => (load()[called] as (...all: readonly unknown[]) => unknown)(...args),
      ]),
    ),
  }));
}

/** Puts off loading a CommonJS module that others only hand on, until somebody looks into it. */
export function loadWhenRead(require: NodeJS.Require, name: string): void {
  putOff(
    require,
    name,
    (load) =>
      new Proxy<object>(
        {},
        {
          // Asked of each module that is imported as a whole, which is then not copied, and so not read.
          get: (_, key) => (key === '__esModule' ? true : (Reflect.get(load(), key) as unknown)),
          has: (_, key) => Reflect.has(load(), key),
          ownKeys: () => Reflect.ownKeys(load()),
          getOwnPropertyDescriptor: (_, key) => {
            const descriptor = Reflect.getOwnPropertyDescriptor(load(), key);
            // The proxy's own target has no such property: only one that could be taken away may be shown.
            return descriptor && { ...descriptor, configurable: true };
          },
        },
      ),
  );
}

type Load = () => Readonly<Record<string, unknown>>;

function putOff(require: NodeJS.Require, name: string, standInFor: (load: Load) => object): void {
  const path = resolved(require, name);
  if (path === undefined || require.cache[path] !== undefined) return;
  const standIn = new Module(path);
  standIn.filename = path;
  standIn.loaded = true;
  standIn.exports = standInFor(() => {
    if (require.cache[path] === standIn) Reflect.deleteProperty(require.cache, path);
    return require(path) as Readonly<Record<string, unknown>>;
  });
  require.cache[path] = standIn;
}
