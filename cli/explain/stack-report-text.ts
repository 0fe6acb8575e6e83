import type { ItemOwner } from '../../constructs/cost/item.ts';
import type { PricedItem, Total, UnitPrice } from '../../constructs/cost/monthly-cost.ts';
import { table } from '../table.ts';
import type { StackReport } from './stack-report.ts';

/** The report as text for a terminal; ends with a line break. */
export function stackReportText(report: StackReport): string {
  return [
    ['Nodes', nodeTable(report)],
    ['Volumes', volumeTable(report)],
    ...(report.groups.length === 0 ? [LOCAL] : [[itemsTitle(report), ...groupTables(report)]]),
    ...(report.totals === undefined ? [] : [totals(report.totals, report)]),
    ...(report.notCounted.length === 0 ? [] : [['Not counted', ...report.notCounted.map((line) => `  ${line}`)]]),
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const LOCAL = ['A region on one machine has nothing that a cloud charges for.'];

function nodeTable({ nodes }: StackReport): string {
  const header = [
    'cluster',
    'class',
    'instance class',
    'at minimum',
    'needed',
    'at most',
    'of them for one Kafka cluster',
  ];
  return table(
    header,
    nodes.map((need) => [
      need.cluster,
      need.nodeClass,
      need.instanceClass,
      number(need.atMinimum),
      number(need.asNeeded),
      number(need.atMaximum),
      Object.entries(need.ownNodes)
        .map(([name, count]) => `${name} ${number(count)}`)
        .join(', '),
    ]),
  );
}

function volumeTable({ volumes }: StackReport): string {
  return table(
    ['Kafka cluster', 'of', 'volumes', 'GiB each', 'IOPS each', 'MiB/s each', 'GiB'],
    volumes.map((need) => [
      need.kafkaCluster,
      need.role,
      number(need.count),
      number(need.sizeGib),
      number(need.iops),
      number(need.throughputMibPerSecond),
      number(need.count * need.sizeGib),
    ]),
  );
}

function itemsTitle({ hoursPerMonth, totals: priced }: StackReport): string {
  const what = `Items, as needed by the tenants' shapes, all ${hoursPerMonth} hours of a month`;
  return priced === undefined
    ? `${what} (--prices tells what they cost; --price-template writes the file for it)\n`
    : `${what}, in ${priced.currency}\n`;
}

function groupTables({ groups, totals: priced }: StackReport): readonly string[] {
  return groups.map((group) => {
    const items: readonly PricedItem[] = group.items;
    const keyWidth = Math.max(...items.map(({ key }) => key.length));
    const header = priced === undefined ? ITEM_HEADER : [...ITEM_HEADER, ...PRICE_HEADER];
    const rows = items.map((item) => [...itemRow(item, keyWidth), ...(priced === undefined ? [] : priceRow(item))]);
    const total = 'total' in group ? `\n  ${totalText(group.total, priced?.currency ?? '')}` : '';
    return `${ownerText(group.owner)}\n${indented(table(header, rows))}${total}\n`;
  });
}

const ITEM_HEADER = ['item', 'quantity', 'unit'];
const PRICE_HEADER = ['price', 'a month'];

function itemRow({ key, quantity, unit, what }: PricedItem, keyWidth: number): readonly string[] {
  return [`${key.padEnd(keyWidth)}  ${what}`, number(quantity), unit];
}

function priceRow({ price, monthlyAmount }: PricedItem): readonly string[] {
  return price === undefined || monthlyAmount === undefined
    ? ['no price', 'not known']
    : [priceText(price), money(monthlyAmount)];
}

function priceText({ amount, per }: UnitPrice): string {
  return `${String(amount)} per ${per}`;
}

function totals({ currency, shared, tenants, region }: NonNullable<StackReport['totals']>, report: StackReport) {
  const perTenant = report.groups.flatMap((group) =>
    group.owner.kind === 'tenant' && 'total' in group ? [{ name: group.owner.tenant, total: group.total }] : [],
  );
  const rows: readonly (readonly [string, Total])[] = [
    ['shared: region, Kubernetes clusters, mothership', shared],
    ...perTenant.map(({ name, total }) => [`tenant ${name}`, total] as const),
    ['all tenants, without what is shared', tenants],
    ['the region', region],
  ];
  return [
    `Totals a month, in ${currency}`,
    table(
      ['for', 'a month', 'items without a price'],
      rows.map(([name, { amount, unpricedItems }]) => [
        name,
        unpricedItems === 0 ? money(amount) : `at least ${money(amount)}`,
        number(unpricedItems),
      ]),
    ),
  ];
}

function totalText({ amount, unpricedItems }: Total, currency: string): string {
  const sum = `${money(amount)} ${currency} a month`;
  if (unpricedItems === 0) return `total: ${sum}`;
  return `total: at least ${sum}; ${unpricedItems} ${unpricedItems === 1 ? 'item has' : 'items have'} no price`;
}

function ownerText(owner: ItemOwner): string {
  switch (owner.kind) {
    case 'region':
      return 'The region, shared';
    case 'cluster':
      return `Kubernetes cluster ${owner.cluster}, shared`;
    case 'mothership':
      return `The mothership, in cluster ${owner.cluster}, shared`;
    case 'tenant':
      return `Tenant ${owner.tenant}, in cluster ${owner.cluster}`;
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function number(value: number): string {
  return NUMBER.format(value);
}

function money(value: number): string {
  return MONEY.format(value);
}

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
