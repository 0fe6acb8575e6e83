import { exportsOf, runtimeModule } from './modules.ts';

type Fields = Readonly<Record<string, unknown>>;
type Deserialize = (struct: object, keepUnknowns?: unknown) => Fields;

interface Settings {
  readonly isDryRun: () => boolean;
  readonly isLegacyApplyEnabled: () => boolean;
}

interface ResourcePb {
  readonly RegisterResourceResponse?: { readonly prototype: { getObject: (this: object) => object | undefined } };
}

/** Reads what the engine answered for a resource; stands in for its properties until somebody asks for one. */
const UNREAD = Symbol('answer of the engine that nobody has read');

/**
 * Leaves what the engine answers for a registered resource as it came, for {@link readNow} to read. Only in previews: in an
 * update, the SDK fills in from the inputs what the engine left out.
 */
export function putOffReading(require: NodeJS.Require): void {
  const rpc = runtimeModule<{ deserializeProperties: Deserialize }>(require, 'rpc.js', 'deserializeProperties');
  const settings = runtimeModule<Settings>(require, 'settings.js', 'isLegacyApplyEnabled');
  const { RegisterResourceResponse } = exportsOf(require, '@pulumi/pulumi/proto/resource_pb.js') as ResourcePb;
  const response = RegisterResourceResponse?.prototype;
  if (rpc === undefined || settings === undefined || typeof response?.getObject !== 'function') return;
  const { deserializeProperties } = rpc;
  const { getObject } = response;
  const answers = new WeakSet();
  response.getObject = function getAnswer() {
    const answer = getObject.call(this);
    if (answer !== undefined) answers.add(answer);
    return answer;
  };
  rpc.deserializeProperties = (struct, keepUnknowns) => {
    const read = (): Fields => deserializeProperties(struct, keepUnknowns);
    const isPutOff = answers.has(struct) && settings.isDryRun() && !settings.isLegacyApplyEnabled();
    return isPutOff ? { [UNREAD]: once(read) } : read();
  };
}

/** Properties as the SDK reads them, whether or not that was put off. */
export function readNow(properties: Fields & { readonly [UNREAD]?: () => Fields }): Fields {
  return properties[UNREAD]?.() ?? properties;
}

function once<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => (known ??= read());
}
