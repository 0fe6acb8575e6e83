import { runtimeModule } from './modules.ts';

/** Tells the output of one property what the engine answered: value, whether it is known and secret, or an error. */
type Resolver = (...answer: readonly unknown[]) => void;
type Transfer = (
  onto: object,
  label: string,
  props: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, Resolver>>;

/**
 * Has the SDK make the output of a resource's property when somebody first reads the property. Each is made of some twenty
 * promises, a resource has up to a hundred properties, and a program reads two or three.
 *
 * What is made is what the SDK makes, only later. A resource that fails is still heard of: its URN is made at once.
 */
export function makeOutputsWhenRead(require: NodeJS.Require): void {
  const rpc = runtimeModule<{ transferProperties: Transfer }>(require, 'rpc.js', 'transferProperties');
  if (rpc === undefined) return;
  const { transferProperties } = rpc;
  rpc.transferProperties = (onto, label, props) =>
    Object.fromEntries(
      Object.keys(props)
        .filter((name) => !MADE_APART.has(name))
        .map((name) => {
          const transfer = (): Resolver | undefined => transferProperties(onto, label, { [name]: props[name] })[name];
          // The SDK refuses what is there already, in its own words.
          return [
            name,
            Object.hasOwn(onto, name) ? (transfer() ?? noResolver) : transferWhenRead(onto, name, transfer),
          ];
        }),
    );
}

const MADE_APART: ReadonlySet<string> = new Set(['id', 'urn']);

function noResolver(): never {
  throw new Error('the SDK transferred a property and told nobody how to resolve it');
}

function transferWhenRead(onto: object, name: string, transfer: () => Resolver | undefined): Resolver {
  let resolve: Resolver | undefined;
  let answer: readonly unknown[] | undefined;
  Object.defineProperty(onto, name, {
    configurable: true,
    enumerable: true,
    get: (): unknown => {
      Reflect.deleteProperty(onto, name);
      resolve = transfer();
      if (answer !== undefined) resolve?.(...answer);
      return Reflect.get(onto, name);
    },
    // Some classes of resources replace an output by one of their own.
    set: (value: unknown) => {
      Object.defineProperty(onto, name, { configurable: true, enumerable: true, writable: true, value });
    },
  });
  return (...given) => {
    answer = given;
    resolve?.(...given);
  };
}
