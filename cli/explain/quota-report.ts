import { firstToEnd, type QuotaStanding } from '../../constructs/cloud-quotas/cloud-quota.ts';
import { quotaStandingsOf } from '../../constructs/cloud-quotas/index.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { table } from '../table.ts';

/** How a stack stands with its cloud's quotas; as it stands, the JSON of `explain <stack> --quotas --json`. */
export interface QuotaReport {
  readonly stack: string;
  readonly cloud: string;
  readonly quotas: readonly QuotaRow[];
  /** Names of the quotas under which the fewest tenants fit. */
  readonly firstToEnd: { readonly byDefault?: string; readonly onceRaised?: string };
}

export interface QuotaRow {
  readonly name: string;
  readonly scope: string;
  readonly limit?: number;
  readonly raisable: string;
  /** Of the region with its Kubernetes clusters and the mothership. */
  readonly takenByPlatform: number;
  readonly takenByEachTenant: number;
  readonly tenantsThatFit?: number;
  /** Once the quota is raised; `no published end` where nobody says how far. */
  readonly tenantsOnceRaised?: number | 'no published end';
  readonly beyond: string;
  readonly source: string;
  readonly lookedUpOn: string;
  readonly remark?: string;
}

/** Tenants are of 1 CKU, with a key of their own and no Infinite Storage: the smallest, so that as many as ever fit. */
export function quotaReport(config: StackConfig): QuotaReport {
  const standings = quotaStandingsOf(config);
  const byDefault = firstToEnd(standings, 'tenants')?.quota.name;
  const onceRaised = firstToEnd(standings, 'tenantsRaised')?.quota.name;
  return {
    stack: config.stack,
    cloud: config.region.cloud,
    quotas: standings.map(row),
    firstToEnd: {
      ...(byDefault === undefined ? {} : { byDefault }),
      ...(onceRaised === undefined ? {} : { onceRaised }),
    },
  };
}

/** The report as text for a terminal; ends with a line break. */
export function quotaReportText(report: QuotaReport): string {
  const { stack, cloud, quotas } = report;
  if (quotas.length === 0) return `${stack} is a region on one machine: no cloud's quotas apply.\n`;
  return [
    `Quotas of ${cloud} that bite first, as ${stack} stands; tenants are of 1 CKU with a key of their own`,
    table(QUOTA_HEADER, quotas.map(quotaCells)),
    '',
    ...endsFirst(report),
    '',
    ...quotas.flatMap((quota) => [`${quota.name}: ${quota.beyond}.`, `    ${sourceText(quota)}`]),
    '',
  ].join('\n');
}

export const QUOTA_HEADER = [
  'quota',
  'counted in',
  'default',
  'can be raised',
  'platform takes',
  'a tenant takes',
  'tenants that fit',
  'once raised',
] as const;

/** Cells of a row under {@link QUOTA_HEADER}. */
export function quotaCells(quota: QuotaRow): readonly string[] {
  return [
    quota.name,
    quota.scope,
    quota.limit === undefined ? 'none known' : number(quota.limit),
    quota.raisable,
    number(quota.takenByPlatform),
    number(quota.takenByEachTenant),
    quota.takenByEachTenant === 0 ? 'any number' : fits(quota.tenantsThatFit),
    quota.takenByEachTenant === 0 ? '' : fits(quota.tenantsOnceRaised),
  ];
}

/** Sentences that name the quotas under which the fewest tenants fit. */
export function endsFirst({ quotas, firstToEnd: { byDefault, onceRaised } }: QuotaReport): readonly string[] {
  const named = (name: string | undefined): QuotaRow | undefined => quotas.find((quota) => quota.name === name);
  const [now, raised] = [named(byDefault), named(onceRaised)];
  return [
    now === undefined
      ? 'By its defaults: no quota with a published figure limits the tenants.'
      : `By its defaults: ${now.name} ends first, at ${fits(now.tenantsThatFit)} tenants.`,
    raised === undefined
      ? 'Once all that can be raised is raised: no published figure limits the tenants.'
      : `Once all that can be raised is raised: ${raised.name} ends first, at ${fits(raised.tenantsOnceRaised)} tenants.`,
  ];
}

/** Where a figure comes from, and what to know about it. */
export function sourceText({ source, lookedUpOn, remark }: QuotaRow): string {
  return `${source} (${lookedUpOn})${remark === undefined ? '' : `. ${remark}`}`;
}

function row({ quota, platform, perTenant, tenants, tenantsRaised }: QuotaStanding): QuotaRow {
  return {
    name: quota.name,
    scope: quota.scope,
    ...(quota.limit === undefined ? {} : { limit: quota.limit }),
    raisable: raisableText(quota.raisable),
    takenByPlatform: platform,
    takenByEachTenant: perTenant,
    ...(tenants === undefined ? {} : { tenantsThatFit: tenants }),
    ...(tenantsRaised === undefined
      ? {}
      : { tenantsOnceRaised: Number.isFinite(tenantsRaised) ? tenantsRaised : 'no published end' }),
    beyond: quota.beyond,
    source: quota.source,
    lookedUpOn: quota.lookedUpOn,
    ...(quota.remark === undefined ? {} : { remark: quota.remark }),
  };
}

function raisableText(raisable: QuotaStanding['quota']['raisable']): string {
  if (raisable.kind === 'no') return 'no';
  return raisable.most === undefined ? 'on request' : `on request, to ${number(raisable.most)}`;
}

function fits(tenants: QuotaRow['tenantsOnceRaised']): string {
  if (tenants === undefined) return 'not known';
  return typeof tenants === 'number' ? number(tenants) : tenants;
}

function number(value: number): string {
  return NUMBER.format(value);
}

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
