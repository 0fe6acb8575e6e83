/** One thing wrong with an input. Parsers report all of them at once. */
export interface Violation {
  /** Place in the input, as in `spec.kafka.placement["us-west-2a"].pods[0]`; empty for the whole. */
  readonly path: string;
  /** What was found there; undefined when nothing was. */
  readonly value: unknown;
  /** What was demanded, as a phrase that can follow the path. */
  readonly rule: string;
}

/** Result of parsing at an edge: a typed value, or every reason why it is none. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly [Violation, ...Violation[]] };

/** Joins keys and indexes to a path that a person can find: keys that are not plain words are quoted. */
export function pathText(segments: readonly (string | number)[]): string {
  return segments
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** The value when there are no violations, else the violations. */
export function parsedUnless<T>(violations: readonly Violation[], value: () => T): Parsed<T> {
  const [first, ...others] = violations;
  return first === undefined ? { ok: true, value: value() } : { ok: false, violations: [first, ...others] };
}
