import { Environment } from '@marcbachmann/cel-js';
import { CEL_OPTIONS } from './cel.ts';

/**
 * The part of CEL in which rules are written: what cel-js 8 and the API server (1.34) evaluate alike, each proven by an
 * example that both judged (docs/adr/0006-policies-as-cel.md).
 */
export const DIALECT = {
  operators: [
    ...['?:', '&&', '||', '!_', '==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '-_'],
    ...['.', '.?', '[]', '[?]', 'id', 'value', 'list', 'map', 'call', 'rcall'],
  ],
  functions: ['has', 'dyn', 'string'],
  methods: [
    ...['all', 'exists', 'filter', 'map', 'size', 'join'],
    ...['startsWith', 'endsWith', 'contains', 'split', 'matches'],
    ...['orValue', 'hasValue'],
  ],
} as const;

/** What an expression uses beyond the dialect, in words; empty for a good one. */
export function dialectViolations(expression: string): readonly string[] {
  const found: string[] = [];
  visit(new Environment(CEL_OPTIONS).parse(expression).ast, found);
  return [...new Set(found)];
}

function visit(node: unknown, found: string[]): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, found);
    return;
  }
  if (!isNode(node)) return;
  if (!includes(DIALECT.operators, node.op)) found.push(`operator ${node.op}`);
  if (node.op === 'call') checkFunction(node.args, found);
  if (node.op === 'rcall') checkMethod(node.args, found);
  visit(node.args, found);
}

function checkFunction(args: unknown, found: string[]): void {
  const name = Array.isArray(args) ? String(args[0]) : '';
  if (!includes(DIALECT.functions, name)) found.push(`function ${name}`);
}

function checkMethod(args: unknown, found: string[]): void {
  const [name, , given] = (Array.isArray(args) ? args : []) as readonly unknown[];
  if (!includes(DIALECT.methods, String(name))) found.push(`method ${String(name)}`);
  if (name !== 'matches') return;
  const pattern: unknown = Array.isArray(given) ? given[0] : undefined;
  const literal = isNode(pattern) && pattern.op === 'value' ? pattern.args : undefined;
  if (typeof literal !== 'string') found.push('a regular expression that is not written out');
  // JavaScript's expressions and RE2 part ways in groups with a question mark and in escapes; JavaScript's may also hang.
  else if (/\(\?|\\|[*+}][*+{]/.test(literal)) found.push(`regular expression ${literal}`);
}

interface Node {
  readonly op: string;
  readonly args: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
