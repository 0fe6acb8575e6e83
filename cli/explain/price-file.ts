import { z } from 'zod';
import { HOURS_PER_MONTH, type PriceList, type UnitPrice } from '../../constructs/cost/monthly-cost.ts';
import type { Item } from '../../constructs/cost/item.ts';
import { readDocument } from '../../stacks/config/document.ts';
import { nearest } from '../../stacks/config/nearest.ts';
import { type Finding, parsed, type Parsed } from '../../stacks/config/problem.ts';
import { checkStructure } from '../../stacks/config/structure.ts';

/**
 * Reads a price file, or tells every problem that it has, each at its line. A key with nothing behind it has no price; one
 * that no item of the stack has is told when it looks like a mistyped one, for one file may serve several stacks.
 */
export function parsePrices(text: string, file: string, items: readonly Item[]): Parsed<PriceList> {
  const document = readDocument(text, file);
  if (document.value === undefined && document.problems.length > 0) return { ok: false, problems: document.problems };
  const { findings, pruned } = checkStructure(priceFileSchema, document.value, document.spelled);
  const draft = draftSchema.safeParse(pruned).data ?? {};
  const entries = Object.entries(draft.prices ?? {});
  const judged = entries.flatMap(([key, value]) => [...priceFindings(key, value), ...keyFindings(key, items)]);
  const problems = [...document.problems, ...[...findings, ...judged].map(document.place)];
  return parsed(problems, () => ({
    currency: draft.currency ?? '',
    prices: new Map(entries.flatMap(([key, value]) => unitPrice(key, value))),
  }));
}

/** A price file with every key that a stack's items have, and no price. */
export function priceTemplate(stack: string, currency: string, items: readonly Item[]): string {
  const lines = items.map(({ key, what, unit }) => `  ${key}: # ${what}; one ${unit}`);
  return [
    `# Prices of what ${stack} is made of. Each is what one unit costs for as long as it is there, as in 0.10 per hour or`,
    `# 8 per month; a month has ${HOURS_PER_MONTH} hours. What has no price is listed as such, so write 0 per month for what is free.`,
    `# ./flotilla explain ${stack} --prices <this file>`,
    `currency: ${currency}`,
    'prices:',
    ...lines,
    '',
  ].join('\n');
}

const priceFileSchema = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'A currency has three capital letters, as in USD.'),
  prices: z.record(z.string(), z.unknown()),
});

/** What is left of a file once everything that breaks the schema is cut out of it. */
const draftSchema = z.object({
  currency: z.string().optional(),
  prices: z.record(z.string(), z.unknown()).optional(),
});

function priceFindings(key: string, value: unknown): readonly Finding[] {
  if (value === null || priceOf(value) !== undefined) return [];
  const bare = typeof value === 'number' ? String(value) : undefined;
  return [
    {
      path: ['prices', key],
      rule: 'price-form',
      message: 'A price is an amount that is not negative and what it is for, as in 0.10 per hour or 8 per month.',
      suggestion: bare === undefined ? 'Leave it empty where there is none.' : `Write ${bare} per hour, or per month.`,
    },
  ];
}

function keyFindings(key: string, items: readonly Item[]): readonly Finding[] {
  const keys = items.map((item) => item.key);
  const guess = keys.includes(key) ? undefined : nearest(key, keys.filter(sameCloud(key)));
  if (guess === undefined || isOtherClass(key, guess)) return [];
  return [
    {
      severity: 'warning',
      path: ['prices', key],
      at: 'key',
      rule: 'price-key',
      message: `No item of this stack is priced by ${key}.`,
      suggestion: `Did you mean ${guess}?`,
    },
  ];
}

function sameCloud(key: string): (other: string) => boolean {
  const cloud = key.split('.')[0] ?? '';
  return (other) => other.startsWith(`${cloud}.`);
}

/** Names of instance classes look alike, and each is right for some stack. */
function isOtherClass(key: string, guess: string): boolean {
  const kind = (text: string): string => text.split('.').slice(0, 2).join('.');
  return kind(key) === kind(guess) && CLASS_KINDS.some((name) => kind(key).endsWith(`.${name}`));
}

const CLASS_KINDS = ['instance', 'database'];

function unitPrice(key: string, value: unknown): readonly (readonly [string, UnitPrice])[] {
  const price = priceOf(value);
  return price === undefined ? [] : [[key, price]];
}

function priceOf(value: unknown): UnitPrice | undefined {
  const found = typeof value === 'string' ? PRICE.exec(value.trim())?.groups : undefined;
  if (found === undefined) return undefined;
  return { amount: Number(found['amount']), per: found['per'] === 'hour' ? 'hour' : 'month' };
}

const PRICE = /^(?<amount>\d+(\.\d+)?) per (?<per>hour|month)$/;
