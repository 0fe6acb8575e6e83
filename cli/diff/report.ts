import type { Palette } from '../terminal.ts';
import { describeRef } from '../apply/object-ref.ts';
import type { ChangedField, ObjectChange } from './object-diff.ts';

/** Differences for people: by cluster and tenant, each field old ▶ new, what follows from it, and the sums. */
export function formatChanges(changes: readonly ObjectChange[], palette: Palette): string {
  const groups = Map.groupBy(changes, groupName);
  const blocks = [...groups].map(([name, members]) =>
    [palette.bold(name), ...members.flatMap((change) => changeLines(change, palette))].join('\n'),
  );
  return [...blocks, summaryLine(changes, palette)].join('\n\n');
}

export interface ChangeSummary {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Pods that are replaced. */
  readonly rolledPods: number;
  /** Objects whose removal loses data. */
  readonly dataDeletions: number;
}

export function summarize(changes: readonly ObjectChange[]): ChangeSummary {
  const count = (kind: ObjectChange['change']): number => changes.filter(({ change }) => change === kind).length;
  const consequences = changes.flatMap((change) => change.consequences);
  return {
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    rolledPods: consequences.filter(({ kind }) => kind === 'rolls').reduce((sum, { pods = 0 }) => sum + pods, 0),
    dataDeletions: consequences.filter(({ kind }) => kind === 'deletes-data').length,
  };
}

function groupName({ cluster, tenant }: ObjectChange): string {
  return `cluster ${cluster}, ${tenant === undefined ? 'platform' : `tenant ${tenant}`}`;
}

function changeLines(change: ObjectChange, palette: Palette): readonly string[] {
  const { ref, madeBy, consequences } = change;
  const by = madeBy === 'operator' ? palette.dim(' (made by the operator)') : '';
  const paint = { added: palette.green, removed: palette.red, changed: palette.yellow }[change.change];
  const notes = consequences.map(({ kind, text }) => (GRAVE.has(kind) ? palette.red(text) : palette.yellow(text)));
  const remark = notes.length === 0 ? '' : `: ${notes.join('; ')}`;
  return [
    `  ${paint(`${SIGNS[change.change]} ${describeRef(ref)}`)}${by}${remark}`,
    ...change.fields.flatMap((field) => fieldLines(field, palette)),
  ];
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
const GRAVE: ReadonlySet<string> = new Set(['deletes-data', 'recreates', 'refused', 'stops']);

function fieldLines({ path, before, after }: ChangedField, palette: Palette): readonly string[] {
  const [old, now] = [shown(before), shown(after)];
  if (old.includes('\n') || now.includes('\n')) {
    const lines = (text: string, sign: string, paint: (line: string) => string): readonly string[] =>
      text === '' ? [] : text.split('\n').map((line) => paint(`        ${sign} ${line}`));
    return [`      ${path}`, ...lines(old, '-', palette.red), ...lines(now, '+', palette.green)];
  }
  if (before === undefined) return [`      ${path} ${palette.green(`+ ${now}`)}`];
  if (after === undefined) return [`      ${path} ${palette.red(`- ${old}`)}`];
  return [`      ${path} ${palette.red(old)} ▶ ${palette.green(now)}`];
}

const MAX_SHOWN = 160;

function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_SHOWN || text.includes('\n') ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function summaryLine(changes: readonly ObjectChange[], palette: Palette): string {
  if (changes.length === 0) return 'no differences';
  const { added, removed, changed, rolledPods, dataDeletions } = summarize(changes);
  const parts = [`${added} added`, `${changed} changed`, `${removed} removed`];
  if (rolledPods > 0) parts.push(palette.yellow(`${rolledPods} pods rolled`));
  if (dataDeletions > 0) parts.push(palette.red(`${dataDeletions} objects that hold data removed`));
  return parts.join(', ');
}
