import { type FieldChange, type FieldPath, isRecord } from './field-diff.ts';

/** What stands in for a secret: that it changed is shown, what it is or was is not. */
export const MASK = '(secret)';

/** The change without the secrets in it. */
export function maskChange(kind: string, { path, before, after }: FieldChange): FieldChange {
  return {
    path,
    ...(before === undefined ? {} : { before: maskValue(kind, path, before) }),
    ...(after === undefined ? {} : { after: maskValue(kind, path, after) }),
  };
}

const SECRET_FIELDS: ReadonlySet<string> = new Set(['data', 'stringData']);
const SENSITIVE = /passw(or)?d|secret|token|credential|private[-_.]?key|api[-_.]?key|jaas/i;
/** Words that name a place where a secret is, not the secret. */
const REFERENCE = /(names?|refs?|path|file|class|seconds|enabled|projection)$/i;

function maskValue(kind: string, path: FieldPath, value: unknown): unknown {
  if (kind === 'Secret' && isSecretData(path)) return MASK;
  if (isSensitiveName(nameOf(path)) && typeof value === 'string') return MASK;
  if (Array.isArray(value)) return value.map((element, index) => maskValue(kind, [...path, at(index)], element));
  if (isRecord(value)) return maskRecord(kind, path, value);
  return typeof value === 'string' && value.includes('=') ? maskSettings(value) : value;
}

function isSecretData(path: FieldPath): boolean {
  const [first] = path;
  return first !== undefined && 'field' in first && SECRET_FIELDS.has(first.field);
}

function maskRecord(kind: string, path: FieldPath, value: Readonly<Record<string, unknown>>): unknown {
  // A named value, as in a container's environment, is as secret as its name says.
  const isSensitivePair = typeof value['name'] === 'string' && isSensitiveName(value['name']);
  const entries = Object.entries(value).map(([field, inner]): [string, unknown] =>
    isSensitivePair && field === 'value' ? [field, MASK] : [field, maskValue(kind, [...path, { field }], inner)],
  );
  return Object.fromEntries(entries);
}

/** Lines `name=value` within a longer text. */
function maskSettings(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const name = line.slice(0, Math.max(0, line.indexOf('=')));
      return isSensitiveName(name.trim()) ? `${name}=${MASK}` : line;
    })
    .join('\n');
}

/** Name that says what a value is: of the field, of the setting, or of the element whose `value` it is. */
function nameOf(path: FieldPath): string {
  const last = path.at(-1);
  if (last === undefined || 'order' in last) return '';
  if ('line' in last) return last.line;
  if ('element' in last) return '';
  const parent = path.at(-2);
  return last.field === 'value' && parent !== undefined && 'element' in parent ? parent.element : last.field;
}

function isSensitiveName(name: string): boolean {
  return SENSITIVE.test(name) && !REFERENCE.test(name);
}

function at(index: number): FieldPath[number] {
  return { element: String(index), by: 'index' };
}
