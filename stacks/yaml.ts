import type { KubernetesObject } from '../contracts/kubernetes-object.ts';

/**
 * Objects as one YAML stream, the same bytes for the same objects whatever order their keys were made in.
 *
 * An emitter of our own because a stack has thousands of objects: for those of one rendered cluster js-yaml 5.5 takes three
 * times and yaml 2.9 (which cdk8s uses) eight times the CPU (2026-11-22, `./flotilla bench yaml`). It writes a small subset
 * that YAML 1.1 readers such as Kubernetes' and YAML 1.2 readers take alike: block collections, literal blocks for texts of
 * several lines, and double quotes wherever a plain word could be taken for something else.
 */
export function toYaml(objects: readonly KubernetesObject[]): string {
  return objects.map(document).join(SEPARATOR);
}

/** Line of {@link toYaml}'s text that each object begins on, from 1. */
export function linesOf(objects: readonly KubernetesObject[]): readonly number[] {
  let line = 1;
  return objects.map((object) => {
    const first = line;
    line += document(object).split('\n').length;
    return first;
  });
}

const SEPARATOR = '---\n';

function document(object: KubernetesObject): string {
  const lines: string[] = [];
  writeMap(lines, toPlainObject(object), '');
  return `${lines.join('\n')}\n`;
}

/** Keys that people look for first come first, at every depth; the others follow in the order of their characters. */
const LEADING_KEYS: ReadonlyMap<string, number> = new Map(
  ['apiVersion', 'kind', 'metadata', 'name', 'namespace'].map((key, rank) => [key, rank]),
);

type JsonMap = Readonly<Record<string, unknown>>;

function writeMap(lines: string[], map: JsonMap, indent: string): void {
  for (const key of orderedKeys(map)) {
    writeEntry(lines, `${indent}${quoteUnlessPlain(key)}:`, map[key], indent);
  }
}

/** Writes `value` after `head`, on the same line or on deeper ones. */
function writeEntry(lines: string[], head: string, value: unknown, indent: string): void {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.length === 0) {
      lines.push(`${head} []`);
      return;
    }
    lines.push(head);
    items.forEach((item) => {
      writeItem(lines, item, deeper);
    });
  } else if (typeof value === 'object' && value !== null) {
    const map = toPlainObject(value);
    if (orderedKeys(map).length === 0) {
      lines.push(`${head} {}`);
      return;
    }
    lines.push(head);
    writeMap(lines, map, deeper);
  } else {
    lines.push(`${head} ${scalar(value, deeper)}`);
  }
}

function writeItem(lines: string[], item: unknown, indent: string): void {
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
    const first = lines.length;
    writeMap(lines, toPlainObject(item), `${indent}  `);
    const head = lines[first];
    if (head === undefined) {
      lines.push(`${indent}- {}`);
    } else {
      lines[first] = `${indent}- ${head.slice(indent.length + 2)}`;
    }
    return;
  }
  writeEntry(lines, `${indent}-`, item ?? null, indent);
}

function orderedKeys(map: JsonMap): readonly string[] {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  return keys.length < 2 ? keys : keys.sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
}

function rankOf(key: string): number {
  return LEADING_KEYS.get(key) ?? LEADING_KEYS.size;
}

function scalar(value: unknown, indent: string): string {
  if (typeof value === 'string') return value.includes('\n') ? multiLine(value, indent) : quoteUnlessPlain(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new TypeError(`a ${typeof value} like this has no form in JSON, and so none in Kubernetes' YAML`);
}

/** Characters that both YAML versions print as they are, and that no reader takes for a line break. */
const PRINTABLE_LINES = /^[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;

function multiLine(text: string, indent: string): string {
  // A block's indentation is found from its first line, so that one must not begin with white space.
  if (/^\s/.test(text) || !PRINTABLE_LINES.test(text)) return doubleQuoted(text);
  const body = text.replace(/\n+$/, '');
  const trailingBreaks = text.length - body.length;
  const chomping = trailingBreaks === 0 ? '-' : trailingBreaks === 1 ? '' : '+';
  const kept = trailingBreaks > 1 ? body + '\n'.repeat(trailingBreaks - 1) : body;
  const block = kept
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
  return `|${chomping}\n${block}`;
}

/** Begins like a word, a path or an option, and has nothing that ends a plain scalar. */
const PLAIN = /^(?:[A-Za-z/]|--[a-z])(?:[\w./@=,+%()$-]|:(?=[^ ])| (?=[\w./@=,+%()$-]))*$/;
/** Words that some reader takes for a truth value, for nothing, or for a number without digits before its exponent. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|e[-+]?\d+)$/i;

function quoteUnlessPlain(text: string): string {
  return PLAIN.test(text) && !RESERVED.test(text) ? text : doubleQuoted(text);
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function toPlainObject(value: object): JsonMap {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`a ${value.constructor.name} is not plain JSON: resolve it before it is written`);
  }
  return value as JsonMap;
}
