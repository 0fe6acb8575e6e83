import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml';

import { dotted, shown } from './problem.ts';
import type { Finding, Path, Problem } from './problem.ts';

/** A YAML file as a plain value that remembers where each of its parts stands. */
export interface ConfigDocument {
  readonly file: string;
  /** Plain objects, arrays and scalars; undefined where the file could not be read. */
  readonly value: unknown;
  /** What the file itself has wrong, before anyone looks at its meaning. */
  readonly problems: readonly Problem[];
  /** Turns a finding into a problem at its place in this file. */
  readonly place: (finding: Finding) => Problem;
  /** A scalar as the file spells it: `1.30`, where the value is the number 1.3. */
  readonly spelled: (path: Path) => string | undefined;
}

/** Reads YAML 1.2 with anchors and merge keys; bounded in size, depth and expansion, never throws on bad input. */
export function readDocument(text: string, file: string): ConfigDocument {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return unreadable(file, `A config file has at most ${MAX_BYTES / 1024 / 1024} MiB.`);
  }
  const lines = new LineCounter();
  const source = text.split(/\r?\n/);
  let yaml: Document.Parsed;
  try {
    // The parser compares each key with each other of its mapping; here they meet in a set.
    yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    // The composer recurses: thousands of nested brackets end its stack before anything here can count them.
    if (error instanceof RangeError) return unreadable(file, TOO_DEEP);
    throw error;
  }
  const tree: Tree = { root: yaml.contents, targets: aliasTargets(yaml), entries: new Map() };
  const place = (finding: Finding): Problem => placeFinding(finding, { file, tree, lines, source });
  const problems = [...yaml.errors, ...yaml.warnings].slice(0, MAX_SYNTAX_PROBLEMS).map((error): Problem => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      severity: 'error',
      file,
      line,
      column: col,
      excerpt: source[line - 1] ?? '',
      path: '',
      value: '',
      rule: 'yaml-syntax',
      message: error.message,
      ...(error.code === 'TAB_AS_INDENT' ? { suggestion: 'Indent with spaces.' } : {}),
    };
  });
  const plain = yaml.errors.length === 0 ? toPlain(tree) : { value: undefined, findings: [] };
  return {
    file,
    value: plain.value,
    problems: [...problems, ...plain.findings.map(place)],
    place,
    spelled: (path) => spelledAt(tree, path),
  };
}

/** Five thousand tenants take 1.6 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
/** After aliases are expanded; five thousand tenants take about 100,000. */
const MAX_NODES = 500_000;
/** One break makes the parser see many. */
const MAX_SYNTAX_PROBLEMS = 20;
const TOO_DEEP = `A config file is nested at most ${MAX_DEPTH} levels deep.`;
const TOO_MANY = `A config file has at most ${MAX_NODES} values once its aliases are expanded.`;

/** Ends the conversion of a file that is built to exhaust memory. */
class TooMuch extends Error {}

/** The parsed nodes, and what each alias stands for. */
interface Tree {
  readonly root: unknown;
  readonly targets: ReadonlyMap<Alias, Node>;
  /** Entries of the mappings that were looked into, merge keys resolved: merges of merges would multiply without it. */
  readonly entries: Map<YAMLMap, ReadonlyMap<string, Pair>>;
}

/** The parser's own resolver walks the whole file for each alias: one pass here keeps a hostile file linear. */
function aliasTargets(yaml: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(yaml, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

interface Plain {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

function toPlain(tree: Tree): Plain {
  const findings: Finding[] = [];
  let nodes = 0;
  const convert = (node: unknown, path: Path): unknown => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new TooMuch(TOO_MANY);
    if (path.length > MAX_DEPTH) throw new TooMuch(TOO_DEEP);
    if (isAlias(node)) {
      const target = tree.targets.get(node);
      if (target !== undefined) return convert(target, path);
      findings.push({ path, rule: 'yaml-alias', message: `Nothing before this line has the anchor &${node.source}.` });
      return undefined;
    }
    if (isMap(node)) {
      findings.push(...repeatedKeys(node, path));
      const entries = [...entriesOf(node, tree)];
      return Object.fromEntries(entries.map(([key, pair]) => [key, convert(pair.value, [...path, key])]));
    }
    if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index]));
    return isScalar(node) ? node.value : null;
  };
  try {
    return { value: convert(tree.root, []), findings };
  } catch (error) {
    // A chain of aliases deep enough ends the resolver's own stack.
    if (!(error instanceof TooMuch) && !(error instanceof RangeError)) throw error;
    const message = error instanceof TooMuch ? error.message : TOO_DEEP;
    return { value: undefined, findings: [{ path: [], value: '', rule: 'yaml-size', message }] };
  }
}

function repeatedKeys(map: YAMLMap, path: Path): readonly Finding[] {
  const seen = new Set<string>();
  return map.items.flatMap((pair): readonly Finding[] => {
    const key = keyOf(pair);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const message = `A key stands only once in its mapping; ${key} is here already.`;
    return [{ path: [...path, key], at: 'key', value: '', rule: 'yaml-duplicate-key', message }];
  });
}

/** Entries by key, those of merge keys (`<<`) first so that the mapping's own win. */
function entriesOf(map: YAMLMap, tree: Tree): ReadonlyMap<string, Pair> {
  const known = tree.entries.get(map);
  if (known !== undefined) return known;
  const own: [string, Pair][] = [];
  const merged: (readonly [string, Pair])[] = [];
  for (const pair of map.items) {
    const key = keyOf(pair);
    const sources = key === MERGE_KEY ? mergeSources(pair.value, tree) : undefined;
    if (sources === undefined) own.push([key, pair]);
    else merged.push(...sources.filter((source) => source !== map).flatMap((source) => [...entriesOf(source, tree)]));
  }
  const entries = new Map([...merged.toReversed(), ...own]);
  tree.entries.set(map, entries);
  return entries;
}

const MERGE_KEY = '<<';

function mergeSources(value: unknown, tree: Tree): readonly YAMLMap[] | undefined {
  const node = resolved(value, tree);
  if (isMap(node)) return [node];
  if (!isSeq(node)) return undefined;
  const maps = node.items.map((item) => resolved(item, tree)).filter((item) => isMap(item));
  return maps.length === node.items.length ? maps : undefined;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function resolved(node: unknown, tree: Tree): unknown {
  return isAlias(node) ? tree.targets.get(node) : node;
}

interface Steps {
  /** Deepest node that the file has on the way to the path. */
  readonly node: unknown;
  /** Key of the last step, where it is a mapping's. */
  readonly key?: unknown;
  readonly complete: boolean;
}

function follow(tree: Tree, path: Path): Steps {
  let steps: Steps = { node: tree.root, complete: true };
  for (const part of path) {
    const node = resolved(steps.node, tree);
    const next = isSeq(node) && typeof part === 'number' ? { node: node.items[part] } : entry(node, String(part), tree);
    if (next?.node === undefined) return { ...steps, complete: false };
    steps = { ...next, complete: true };
  }
  return steps;
}

function entry(node: unknown, key: string, tree: Tree): Omit<Steps, 'complete'> | undefined {
  if (!isMap(node)) return undefined;
  const pair = entriesOf(node, tree).get(key);
  return pair && { node: pair.value ?? pair.key, key: pair.key };
}

function spelledAt(tree: Tree, path: Path): string | undefined {
  const { node, complete } = follow(tree, path);
  const target = resolved(node, tree);
  return complete && isScalar(target) ? target.source : undefined;
}

interface Source {
  readonly file: string;
  readonly tree: Tree;
  readonly lines: LineCounter;
  readonly source: readonly string[];
}

function placeFinding(finding: Finding, { file, tree, lines, source }: Source): Problem {
  const { node, key, complete } = follow(tree, finding.path);
  const target = resolved(node, tree);
  // A collection is found by its key: its own start is that of its first item.
  const byKey = finding.at === 'key' || !complete || !isScalar(target);
  const start = startOf(byKey ? (key ?? node) : node) ?? startOf(node);
  const { line, col } = lines.linePos(start ?? 0);
  const said = complete && isScalar(target) ? (target.source ?? shown(target.value)) : '';
  return {
    severity: finding.severity ?? 'error',
    file,
    // An empty file has no first line to count from.
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    excerpt: source[line - 1] ?? '',
    path: dotted(finding.path[0] === 'config' && finding.path.length > 1 ? finding.path.slice(1) : finding.path),
    value: shown(finding.value ?? said),
    rule: finding.rule,
    message: finding.message,
    ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
  };
}

function startOf(node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range?.[0];
}

function unreadable(file: string, message: string): ConfigDocument {
  const problem: Problem = {
    severity: 'error',
    file,
    line: 1,
    column: 1,
    excerpt: '',
    path: '',
    value: '',
    rule: 'yaml-size',
    message,
  };
  return {
    file,
    value: undefined,
    problems: [problem],
    place: (finding) => ({ ...problem, ...finding, severity: 'error', path: dotted(finding.path), value: '' }),
    spelled: () => undefined,
  };
}
