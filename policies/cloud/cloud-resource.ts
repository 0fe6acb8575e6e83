/** One resource of a Pulumi program as rules see it: what it asks of its cloud, not what the cloud answered. */
export interface CloudResource {
  readonly urn: string;
  /** As in `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** Inputs; {@link UNKNOWN} stands for what nobody knows before an update. */
  readonly props: Fields;
  /** The cloud's own identifier; absent before the resource is made. */
  readonly id?: string;
  readonly protect: boolean;
  /** Input ▶ URNs of the resources that its value comes from. */
  readonly references: Readonly<Record<string, readonly string[]>>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A value that is only known once the cloud has made something, or that is secret. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** A rule asks for a value that is {@link UNKNOWN}: no violation, and no clean bill either. */
export class NotKnownError extends Error {
  /** Path of the value, as in `vpcConfig.publicAccessCidrs`. */
  readonly path: string;

  constructor(path: string) {
    super(`${path} is not known yet`);
    this.name = 'NotKnownError';
    this.path = path;
  }
}

/**
 * The value at a path of names and indexes, as in `rules.0.id`; undefined where there is none or where it is null.
 *
 * @throws NotKnownError when the way leads through what is not known
 */
export function at(node: unknown, path: string): unknown {
  let value = node;
  for (const key of path.split('.')) {
    if (value === UNKNOWN) throw new NotKnownError(path);
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Fields)[key];
  }
  if (value === UNKNOWN) throw new NotKnownError(path);
  return value ?? undefined;
}

/** The text at a path; numbers and booleans as text, for some providers take `"true"`. */
export function textAt(node: unknown, path: string): string | undefined {
  const value = at(node, path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Whether something is said at a path: a value that is not known yet is one that the program makes. */
export function isGiven(node: unknown, path: string): boolean {
  try {
    return at(node, path) !== undefined;
  } catch (error) {
    if (error instanceof NotKnownError) return true;
    throw error;
  }
}

/** The number at a path, also of a text such as `86400s`. */
export function numberAt(node: unknown, path: string): number | undefined {
  const value = at(node, path);
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Whether the value at a path is true, or says so. */
export function isOn(node: unknown, path: string): boolean {
  return textAt(node, path) === 'true';
}

/** The list at a path; a single value is a list of one, and nothing an empty one. */
export function listAt(node: unknown, path: string): readonly unknown[] {
  const value = at(node, path);
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** The texts in the list at a path. @throws NotKnownError when one of them is not known */
export function textsAt(node: unknown, path: string): readonly string[] {
  return listAt(node, path).map((item) => {
    if (item === UNKNOWN) throw new NotKnownError(path);
    return String(item);
  });
}

/** The map at a path; empty where there is none. */
export function fieldsAt(node: unknown, path: string): Fields {
  const value = at(node, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Tags (aws, azure) or labels (gcp), under whatever name the type has them. */
export function tagsOf({ props }: CloudResource): Fields {
  for (const name of ['tags', 'labels', 'resourceLabels', 'userLabels']) {
    if (props[name] !== undefined) return fieldsAt(props, name);
  }
  return fieldsAt(props, 'settings.userLabels');
}
