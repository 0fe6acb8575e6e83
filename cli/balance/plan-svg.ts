import type { BrokerLoad, LoadChange } from './broker-loads.ts';

export interface PlanPicture extends LoadChange {
  readonly title: string;
}

const PANELS = [
  { key: 'replicas', title: 'replicas', unit: '' },
  { key: 'leaders', title: 'leaders', unit: '' },
  { key: 'diskMb', title: 'disk', unit: ' MB' },
  { key: 'kbIn', title: 'in', unit: ' KB/s' },
] as const satisfies readonly { readonly key: keyof BrokerLoad; readonly title: string; readonly unit: string }[];

const MARGIN = 24;
const TITLE_HEIGHT = 48;
const LABEL_WIDTH = 88;
const PANEL = { height: 96, gap: 34 } as const;
const LEAST_SLOT = 26;
const BARS_WIDTH = 720;
const COLORS = { before: '#b8bec9', after: '#2f6fde', mean: '#d1495b', text: '#22262e', quiet: '#68707e' } as const;

/** Brokers before and after a plan, side by side, with the mean of those that carry anything afterwards. */
export function planSvg({ title, before, after }: PlanPicture): string {
  const slot = Math.max(LEAST_SLOT, BARS_WIDTH / Math.max(1, after.length));
  const width = 2 * MARGIN + LABEL_WIDTH + slot * after.length;
  const height = TITLE_HEIGHT + PANELS.length * (PANEL.height + PANEL.gap) + MARGIN;
  const panels = PANELS.map((panel, index) => {
    const top = TITLE_HEIGHT + index * (PANEL.height + PANEL.gap);
    const values = (loads: readonly BrokerLoad[]): readonly number[] => loads.map((load) => load[panel.key]);
    return panelSvg({
      ...panel,
      top,
      slot,
      ids: after.map(({ id, rack }) => ({ id, rack })),
      before: values(before),
      after: values(after),
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${height}" viewBox="0 0 ${round(width)} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="22" font-size="14" fill="${COLORS.text}">${escaped(title)}</text>`,
    legend(),
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

interface PanelInput {
  readonly title: string;
  readonly unit: string;
  readonly top: number;
  readonly slot: number;
  readonly ids: readonly { readonly id: number; readonly rack: string }[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function panelSvg({ title, unit, top, slot, ids, before, after }: PanelInput): string {
  const most = Math.max(1e-9, ...before, ...after);
  const bottom = top + PANEL.height;
  const heightOf = (value: number): number => (value / most) * PANEL.height;
  const left = MARGIN + LABEL_WIDTH;
  const barWidth = slot * 0.34;
  const used = after.filter((value) => value > 0);
  const mean = used.length === 0 ? 0 : used.reduce((sum, value) => sum + value, 0) / used.length;
  const bar = (x: number, value: number, color: string, what: string): string =>
    `<rect x="${round(x)}" y="${round(bottom - heightOf(value))}" width="${round(barWidth)}" height="${round(heightOf(value))}" fill="${color}"><title>${escaped(what)}: ${figure(value)}${unit}</title></rect>`;
  const brokers = ids.map(({ id, rack }, index) => {
    const x = left + index * slot;
    const name = `broker ${id} in ${rack}`;
    return [
      bar(x + slot * 0.14, before[index] ?? 0, COLORS.before, `${name} before`),
      bar(x + slot * 0.14 + barWidth, after[index] ?? 0, COLORS.after, `${name} after`),
      `<text x="${round(x + slot / 2)}" y="${bottom + 14}" text-anchor="middle" fill="${COLORS.quiet}">${id}</text>`,
    ].join('');
  });
  const meanY = round(bottom - heightOf(mean));
  return [
    `<text x="${MARGIN}" y="${top + 12}" fill="${COLORS.text}">${title}</text>`,
    `<text x="${MARGIN}" y="${top + 27}" fill="${COLORS.quiet}">most ${figure(most)}${unit}</text>`,
    ...brokers,
    `<line x1="${left}" x2="${round(left + slot * ids.length)}" y1="${bottom}" y2="${bottom}" stroke="${COLORS.quiet}"/>`,
    `<line x1="${left}" x2="${round(left + slot * ids.length)}" y1="${meanY}" y2="${meanY}" stroke="${COLORS.mean}" stroke-dasharray="4 3"/>`,
  ].join('\n');
}

function legend(): string {
  const entries = [
    ['before', COLORS.before],
    ['after', COLORS.after],
    ['mean after', COLORS.mean],
  ] as const;
  return entries
    .map(([text, color], index) => {
      const x = MARGIN + index * 90;
      return `<rect x="${x}" y="30" width="10" height="10" fill="${color}"/><text x="${x + 15}" y="39" fill="${COLORS.quiet}">${text}</text>`;
    })
    .join('');
}

function figure(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
