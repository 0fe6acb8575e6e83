import { runtimeModule } from './modules.ts';
import { putOffReading, readNow } from './answers.ts';

type Fields = Readonly<Record<string, unknown>>;
/** By the name of a property: tells its output what the engine answered. */
type Resolvers = Readonly<Record<string, unknown>>;
/** Type and name of the resource, all its properties, what they come from, an error, and whether unknown ones stay so. */
type Answer = readonly [type: string, name: string, all: Fields, ...others: readonly unknown[]];

interface Rpc {
  transferProperties: (onto: object, label: string, props: Fields) => Resolvers;
  resolveProperties: (onto: object, resolvers: Resolvers, ...answer: Answer) => void;
}

/** What a resource waits with, in the place of a resolver for each of its properties. */
interface Waiting {
  readonly [WAITING]: {
    /** Of the outputs that were read before the engine answered. */
    readonly read: Record<string, unknown>;
    answer?: Answer;
  };
}

const WAITING = Symbol('properties that wait for somebody to read them');

/**
 * Has the SDK make the output of a resource's property when somebody first reads the property. Each is made of some twenty
 * promises, a resource has up to a hundred properties, and a program reads two or three. In a preview, what the engine
 * answered for a resource is not taken apart either while nobody has read any of its properties.
 *
 * What is made is what the SDK makes, only later. A resource that fails is still heard of: its URN is made at once.
 */
export function makeOutputsWhenRead(require: NodeJS.Require): void {
  const rpc = runtimeModule<Rpc>(require, 'rpc.js', 'transferProperties');
  if (typeof rpc?.resolveProperties !== 'function') return;
  const { transferProperties, resolveProperties } = rpc;
  putOffReading(require);
  rpc.transferProperties = (onto, label, props) => {
    const waiting: Waiting = { [WAITING]: { read: {} } };
    for (const name of Object.keys(props)) {
      if (MADE_APART.has(name)) continue;
      const transfer = (): void => {
        const resolvers = transferProperties(onto, label, { [name]: props[name] });
        const { answer, read } = waiting[WAITING];
        if (answer === undefined) Object.assign(read, resolvers);
        else resolveProperties(onto, resolvers, ...only(name, answer));
      };
      // The SDK refuses what is there already, in its own words.
      if (Object.hasOwn(onto, name)) transfer();
      else transferWhenRead(onto, name, transfer);
    }
    return waiting as unknown as Resolvers;
  };
  rpc.resolveProperties = (onto, resolvers, ...answer) => {
    if (!isWaiting(resolvers)) {
      resolveProperties(onto, resolvers, ...answer);
      return;
    }
    const waiting = resolvers[WAITING];
    waiting.answer = answer;
    if (Object.keys(waiting.read).length > 0) resolveProperties(onto, waiting.read, ...taken(answer));
  };
}

const MADE_APART: ReadonlySet<string> = new Set(['id', 'urn']);

function isWaiting(resolvers: object): resolvers is Waiting {
  return WAITING in resolvers;
}

function taken([type, name, all, ...others]: Answer): Answer {
  return [type, name, readNow(all), ...others];
}

/** The answer as far as it is about one property. */
function only(property: string, answer: Answer): Answer {
  const [type, name, all, ...others] = taken(answer);
  return [type, name, Object.hasOwn(all, property) ? { [property]: all[property] } : {}, ...others];
}

function transferWhenRead(onto: object, name: string, transfer: () => void): void {
  Object.defineProperty(onto, name, {
    configurable: true,
    enumerable: true,
    get: (): unknown => {
      Reflect.deleteProperty(onto, name);
      transfer();
      return Reflect.get(onto, name);
    },
    // Some classes of resources replace an output by one of their own.
    set: (value: unknown) => {
      Object.defineProperty(onto, name, { configurable: true, enumerable: true, writable: true, value });
    },
  });
}
