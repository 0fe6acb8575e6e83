/** Keys and indexes from the root of a file down to a value. */
export type Path = readonly (string | number)[];

/**
 * One thing that a file has wrong: where, what it says there, which rule that breaks and what would mend it.
 * Lines and columns count from 1.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line as it stands in the file; empty where the file could not be read. */
  readonly excerpt: string;
  /** As in `flotilla:tenants[2].ckus`. */
  readonly path: string;
  /** The value, shortened; empty where there is none. */
  readonly value: string;
  /** Name of the rule, stable over releases, as in `zone-in-region`. */
  readonly rule: string;
  /** The rule as a sentence, with what was found. */
  readonly message: string;
  /** What to write instead, where that can be told. */
  readonly suggestion?: string;
}

/** What came of reading a file: its value with warnings, or every problem that it has. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What a rule found, before it has a place in a file. */
export interface Finding {
  readonly severity?: 'error' | 'warning';
  readonly path: Path;
  /** `key` points at the key itself, where the key is what is wrong; default `value`. */
  readonly at?: 'key' | 'value';
  /** Default: what the file says at the path. */
  readonly value?: string;
  readonly rule: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** Parsed, or every problem; warnings alone leave the value usable. */
export function parsed<Value>(problems: readonly Problem[], value: () => Value): Parsed<Value> {
  const sorted = problems.toSorted(byPlace);
  return sorted.some((problem) => problem.severity === 'error')
    ? { ok: false, problems: sorted }
    : { ok: true, value: value(), warnings: sorted };
}

/** Path as people write it: keys joined by dots, indexes in brackets. */
export function dotted(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = /^[\w:-]+$/.test(part) ? part : `"${part}"`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Value as it is shown in a problem: one line of at most 60 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH - 1)}…` : line;
}

const MAX_SHOWN_LENGTH = 60;

function byPlace(a: Problem, b: Problem): number {
  const files = a.file < b.file ? -1 : Number(a.file > b.file);
  return files || a.line - b.line || a.column - b.column;
}
