import { at, NotKnownError, UNKNOWN, type CloudResource } from './cloud-resource.ts';

/** All resources of one stack, and which of them speaks of which. */
export class CloudStack {
  readonly #resources: readonly CloudResource[];
  readonly #byType: ReadonlyMap<string, readonly CloudResource[]>;

  constructor(resources: readonly CloudResource[]) {
    this.#resources = resources;
    this.#byType = Map.groupBy(resources, ({ type }) => type);
  }

  all(): readonly CloudResource[] {
    return this.#resources;
  }

  ofType(...types: readonly string[]): readonly CloudResource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /**
   * Resources of some types whose property speaks of a resource.
   *
   * @throws NotKnownError when there is none, and one might be
   */
  speakingOf(subject: CloudResource, property: string, ...types: readonly string[]): readonly CloudResource[] {
    const answers = this.ofType(...types).map((other) => [other, speaksOf(other, property, subject)] as const);
    const found = answers.filter(([, answer]) => answer === 'yes').map(([other]) => other);
    if (found.length === 0 && answers.some(([, answer]) => answer === 'perhaps')) throw new NotKnownError(property);
    return found;
  }

  /**
   * Resources of some types that a property of a resource speaks of.
   *
   * @throws NotKnownError when there is none, and one might be
   */
  spokenOf(resource: CloudResource, property: string, ...types: readonly string[]): readonly CloudResource[] {
    const answers = this.ofType(...types).map((other) => [other, speaksOf(resource, property, other)] as const);
    const found = answers.filter(([, answer]) => answer === 'yes').map(([other]) => other);
    if (found.length === 0 && answers.some(([, answer]) => answer === 'perhaps')) throw new NotKnownError(property);
    return found;
  }
}

/**
 * Whether a property of one resource speaks of another: the engine knows what the value comes from, or the value is one
 * of the other's names.
 */
function speaksOf(resource: CloudResource, property: string, subject: CloudResource): 'yes' | 'no' | 'perhaps' {
  const [top = property] = property.split('.');
  if (resource.references[top]?.includes(subject.urn) === true) return 'yes';
  let value: unknown;
  try {
    value = at(resource.props, property);
  } catch (error) {
    if (!(error instanceof NotKnownError)) throw error;
    // What it comes from is known, and this is not it.
    return resource.references[top] === undefined ? 'perhaps' : 'no';
  }
  const texts = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (text) => typeof text === 'string',
  );
  const names = namesOf(subject);
  return texts.some((text) => names.some((name) => mentions(text, name))) ? 'yes' : 'no';
}

/** Whether a text is a name or has it as a part, as an ARN, a URL or a resource id has. */
function mentions(text: string, name: string): boolean {
  return text === name || (!name.includes('/') && text.split(/[/:]/).includes(name));
}

function namesOf({ id, props }: CloudResource): readonly string[] {
  return [id, ...NAMES.map((name) => props[name])].filter(
    (name): name is string => typeof name === 'string' && name.length >= SHORTEST_NAME,
  );
}

/** Inputs that name a resource in its cloud. */
const NAMES = [
  'arn',
  'selfLink',
  'bucket',
  'name',
  'accountName',
  'vaultName',
  'resourceName',
  'serverName',
  'identifier',
  'instance',
  'clusterName',
  'virtualNetworkName',
  'keyName',
  'zoneName',
];
/** Shorter ones are too likely to stand in a text by chance. */
const SHORTEST_NAME = 4;

/** What a program gave, with a mark where the engine, an SDK or a report says that a value is not known or secret. */
export function markUnknown(value: unknown, isUnknown: (text: string) => boolean): unknown {
  if (typeof value === 'string') return isUnknown(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map((item) => markUnknown(item, isUnknown));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, markUnknown(item, isUnknown)]));
}
