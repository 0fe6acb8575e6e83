import type { Palette } from '../terminal.ts';
import { describeRef } from './object-ref.ts';
import { type ObjectResult, type Outcome, OUTCOMES } from './result.ts';

/** What an apply did, for people: each object that is not simply in place, then the counts. */
export function formatReport(results: readonly ObjectResult[], palette: Palette): string {
  return [...notableLines(results, palette), ...countTable(results, palette), ...advice(results, palette)].join('\n');
}

/** Objects are listed singly up to here; beyond, the counts have to do. */
const MAX_LISTED = 40;
const ALWAYS_LISTED: ReadonlySet<Outcome> = new Set(['conflict', 'failed', 'kept', 'pruned', 'released']);

function notableLines(results: readonly ObjectResult[], palette: Palette): readonly string[] {
  const notable = results.filter(({ outcome }) => outcome !== 'unchanged' && outcome !== 'gone');
  const listed = notable.length <= MAX_LISTED ? notable : notable.filter(({ outcome }) => ALWAYS_LISTED.has(outcome));
  const lines = listed.flatMap((result) => resultLines(result, palette));
  const hidden = notable.length - listed.length;
  return hidden === 0 ? lines : [...lines, palette.dim(`and ${hidden} objects created, configured or unverified`)];
}

function resultLines({ ref, outcome, detail, conflicts = [] }: ObjectResult, palette: Palette): readonly string[] {
  const head = `${paint(outcome, palette)(outcome.padEnd(WORD_WIDTH))} ${describeRef(ref)}`;
  return [
    detail === undefined ? head : `${head}: ${detail}`,
    ...conflicts.map(({ field, owner }) => `${' '.repeat(WORD_WIDTH)}   ${field} belongs to "${owner}"`),
  ];
}

function countTable(results: readonly ObjectResult[], palette: Palette): readonly string[] {
  const shown = OUTCOMES.filter((outcome) => results.some((result) => result.outcome === outcome));
  if (shown.length === 0) return ['nothing to do'];
  const kinds = [...Map.groupBy(results, ({ ref }) => ref.kind)].sort(([a], [b]) => (a < b ? -1 : 1));
  const count = (of: readonly ObjectResult[], outcome: Outcome): number =>
    of.filter((result) => result.outcome === outcome).length;
  const kindWidth = Math.max('kind'.length, ...kinds.map(([kind]) => kind.length));
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(kindWidth), ...cells.map((cell) => cell.padStart(WORD_WIDTH))].join('  ').trimEnd();
  const cells = (of: readonly ObjectResult[]): readonly string[] =>
    shown.map((outcome) => String(count(of, outcome) || '·'));
  return [
    palette.bold(row('kind', shown)),
    ...kinds.map(([kind, of]) => row(kind, cells(of))),
    palette.bold(row('all', cells(results))),
  ];
}

function advice(results: readonly ObjectResult[], palette: Palette): readonly string[] {
  const has = (outcome: Outcome): boolean => results.some((result) => result.outcome === outcome);
  return [
    ...(has('conflict')
      ? [
          `${palette.bold('conflicts:')} leave each field to its owner by taking it out of the stack, ` +
            'or take it over with --force-conflicts',
        ]
      : []),
    ...(has('kept')
      ? [`${palette.bold('kept:')} the inventory remembers these objects; the flags above delete them`]
      : []),
  ];
}

const WORD_WIDTH = Math.max(...OUTCOMES.map((outcome) => outcome.length));

function paint(outcome: Outcome, palette: Palette): (text: string) => string {
  switch (outcome) {
    case 'created':
    case 'configured':
      return palette.green;
    case 'unchanged':
    case 'gone':
    case 'unverified':
      return palette.dim;
    case 'pruned':
    case 'kept':
    case 'released':
      return palette.yellow;
    case 'conflict':
    case 'failed':
      return palette.red;
  }
}
