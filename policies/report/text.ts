import type { ObjectReference } from '../engine/cluster-index.ts';
import { EXEMPTION_CHECKS, type Finding, type PolicyReport } from './policy-report.ts';
import type { Severity } from '../rule.ts';

/** How parts of the text are painted: colors on a terminal, nothing elsewhere. */
export interface ReportPalette {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const unpainted = (text: string): string => text;
export const PLAIN_PALETTE: ReportPalette = {
  red: unpainted,
  yellow: unpainted,
  green: unpainted,
  bold: unpainted,
  dim: unpainted,
};

export interface TextReportOptions {
  /** Places listed for one rule; the rest is counted. @default 20 */
  readonly placesMax?: number;
}

const PLACES_MAX = 20;

/** The report for people: grouped by rule, worst first, with what to do. Ends with a line break. */
export function textReport(
  report: PolicyReport,
  palette: ReportPalette = PLAIN_PALETTE,
  { placesMax = PLACES_MAX }: TextReportOptions = {},
): string {
  const groups = Map.groupBy(report.findings, ({ rule, severity }) => `${severity}/${rule}`);
  const blocks = [...groups.values()].map((findings) => groupText(findings, report, palette, placesMax));
  return [...blocks, summary(report, palette)].join('\n');
}

function groupText(
  findings: readonly Finding[],
  report: PolicyReport,
  palette: ReportPalette,
  placesMax: number,
): string {
  const [first] = findings;
  if (first === undefined) return '';
  const title = titleOf(first.rule, report);
  const head = `${paint(first.severity, palette)(first.severity)} ${palette.bold(first.rule)} ${palette.dim(`(${findings.length})`)}  ${title}`;
  const places = findings
    .slice(0, placesMax)
    .flatMap((finding) => [
      `  ${objectText(finding.object)}: ${finding.message}`,
      `    ${palette.dim(placeText(finding.object))}`,
    ]);
  const more = findings.length > placesMax ? [`  … and ${findings.length - placesMax} more`] : [];
  return [head, ...places, ...more, `  ${palette.dim('fix:')} ${first.fix}`, ''].join('\n');
}

function summary(report: PolicyReport, palette: ReportPalette): string {
  const { counts, objects, rules, exempted, omitted, unjudged } = report;
  const total = counts.error + counts.warning + counts.info;
  const parts = (['error', 'warning', 'info'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => paint(severity, palette)(countText(severity, counts[severity])));
  const verdict = total === 0 ? palette.green('no violations') : parts.join(', ');
  const lines = [
    `${palette.bold(verdict)} in ${objects} objects under ${rules.length} rules`,
    ...(exempted.length === 0 ? [] : [palette.dim(`${exempted.length} exempted: see policies/exemptions.yaml`)]),
    ...(omitted === 0 ? [] : [palette.dim(`${omitted} findings beyond the limit were counted but not listed`)]),
    ...(unjudged.length === 0 ? [] : [palette.dim(unjudgedText(unjudged))]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Counts only: each would need a line, and the update asks all of them again. */
function unjudgedText(unjudged: PolicyReport['unjudged']): string {
  const rules = [...new Set(unjudged.map(({ rule }) => rule))].toSorted();
  return `${unjudged.length} not judged, for values that only the clouds will know (${rules.join(', ')}); --format json lists them`;
}

function paint(severity: Severity, palette: ReportPalette): (text: string) => string {
  switch (severity) {
    case 'error':
      return palette.red;
    case 'warning':
      return palette.yellow;
    case 'info':
      return palette.dim;
  }
}

function countText(severity: Severity, count: number): string {
  if (severity === 'info') return `${count} for information`;
  return count === 1 ? `1 ${severity}` : `${count} ${severity}s`;
}

/** Title of a rule or of a check of the exemptions. */
export function titleOf(id: string, report: Pick<PolicyReport, 'rules'>): string {
  const check = Object.values(EXEMPTION_CHECKS).find((candidate) => candidate.id === id);
  return report.rules.find((rule) => rule.id === id)?.title ?? check?.title ?? id;
}

/** An object as people write it, as in `Deployment flotilla-system/operator`. */
export function objectText({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function placeText({ file, line, cluster }: ObjectReference): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return cluster === '' ? place : `${place} (${cluster})`;
}
