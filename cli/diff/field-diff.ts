import { isDeepStrictEqual } from 'node:util';

/** One difference between two values of a field; `before` or `after` is absent where the field is. */
export interface FieldChange {
  readonly path: FieldPath;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Steps from the root: a field's name, an element of a list by its key or place, or a line of a text. */
export type FieldPath = readonly PathStep[];
export type PathStep =
  | { readonly field: string }
  | { readonly element: string; readonly by: string }
  | { readonly line: string }
  /** The order of a list whose elements are the same. */
  | { readonly order: 'order' };

/** Every difference between two JSON values, as deep as it goes; empty exactly when they are equal. */
export function diffFields(before: unknown, after: unknown, path: FieldPath = []): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) return diffRecords(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path);
  if (isText(before) && isText(after)) return diffTexts(before, after, path);
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** As people write it: `spec.template.spec.containers[name=kafka].image`. */
export function formatPath(path: FieldPath): string {
  return path
    .map((step) => {
      if ('field' in step) return /^[A-Za-z0-9_$-]+$/.test(step.field) ? `.${step.field}` : `["${step.field}"]`;
      if ('element' in step) return `[${step.by === INDEX ? '' : `${step.by}=`}${step.element}]`;
      if ('line' in step) return ` ${step.line}`;
      return ` (${step.order})`;
    })
    .join('')
    .replace(/^\./, '');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const INDEX = 'index';
/** Fields that tell elements of Kubernetes' lists apart, in the order in which they are tried. */
const ELEMENT_KEYS = [
  'name',
  'type',
  'mountPath',
  'containerPort',
  'port',
  'key',
  'topologyKey',
  'dnsName',
  'id',
] as const;

function diffRecords(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path: FieldPath,
): readonly FieldChange[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].flatMap((field) => diffFields(before[field], after[field], [...path, { field }]));
}

function diffLists(before: readonly unknown[], after: readonly unknown[], path: FieldPath): readonly FieldChange[] {
  const key = ELEMENT_KEYS.find((candidate) => isKeyOf(candidate, before) && isKeyOf(candidate, after));
  if (key !== undefined) return diffKeyed(before, after, { path, key });
  const isNested = [...before, ...after].some((element) => typeof element === 'object' && element !== null);
  // A list of plain values reads best whole; one of unnamed structures is compared place by place.
  if (!isNested) return [{ path, before, after }];
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) =>
    diffFields(before[index], after[index], [...path, { element: String(index), by: INDEX }]),
  ).flat();
}

function isKeyOf(key: string, list: readonly unknown[]): boolean {
  const values = list.map((element) => (isRecord(element) ? element[key] : undefined));
  return values.every(isKeyValue) && new Set(values.map(String)).size === values.length;
}

function isKeyValue(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function diffKeyed(
  before: readonly unknown[],
  after: readonly unknown[],
  { path, key }: { readonly path: FieldPath; readonly key: string },
): readonly FieldChange[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((element) => [keyValue(element, key), element])));
  if (old === undefined || now === undefined) return [];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changes = names.flatMap((element) =>
    diffFields(old.get(element), now.get(element), [...path, { element, by: key }]),
  );
  const kept = (list: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): readonly string[] =>
    [...list.keys()].filter((name) => other.has(name));
  const [orderBefore, orderAfter] = [kept(old, now), kept(now, old)];
  if (isDeepStrictEqual(orderBefore, orderAfter)) return changes;
  return [...changes, { path: [...path, { order: 'order' }], before: orderBefore, after: orderAfter }];
}

function keyValue(element: unknown, key: string): string {
  return isRecord(element) ? String(element[key]) : '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n');
}

const SETTING = /^(?<name>[^#!=\s][^=\s]*)\s*=\s*(?<value>.*)$/;

/** Texts of settings are compared setting by setting, others line by line. */
function diffTexts(before: string, after: string, path: FieldPath): readonly FieldChange[] {
  const [old, now] = [settings(before), settings(after)];
  if (old !== undefined && now !== undefined) {
    const names = [...new Set([...old.keys(), ...now.keys()])];
    const changes = names.flatMap((line) => diffFields(old.get(line), now.get(line), [...path, { line }]));
    if (changes.length > 0) return changes;
  }
  return diffLines(before.split('\n'), after.split('\n'), path);
}

function settings(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const { name, value } = SETTING.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  return found;
}

/** Lines that are in only one of the texts, without the equal ones at both ends. */
function diffLines(before: readonly string[], after: readonly string[], path: FieldPath): readonly FieldChange[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const line = `line ${start + 1}`;
  const [old, now] = [before, after].map((lines) => lines.slice(start, lines.length - end));
  return [
    {
      path: [...path, { line }],
      ...(old === undefined || old.length === 0 ? {} : { before: old.join('\n') }),
      ...(now === undefined || now.length === 0 ? {} : { after: now.join('\n') }),
    },
  ];
}
