import type { ExemptedFinding, Finding, PolicyReport, Unjudged } from './policy-report.ts';

/** The report for programs, ready for JSON.stringify: keys and findings in a stable order. */
export function jsonReport(report: PolicyReport): JsonReport {
  const { counts, objects, rules, omitted, unjudged } = report;
  return {
    version: FORMAT_VERSION,
    summary: {
      ...counts,
      exempted: report.exempted.length,
      omitted,
      unjudged: unjudged.length,
      objects,
      rules: rules.length,
    },
    findings: report.findings.map(findingJson),
    exempted: report.exempted.map(exemptedJson),
    unjudged: unjudged.map(unjudgedJson),
  };
}

export interface JsonReport {
  readonly version: number;
  readonly summary: Readonly<
    Record<'error' | 'warning' | 'info' | 'exempted' | 'omitted' | 'unjudged' | 'objects' | 'rules', number>
  >;
  readonly findings: readonly JsonFinding[];
  readonly exempted: readonly JsonFinding[];
  readonly unjudged: readonly ReturnType<typeof unjudgedJson>[];
}

/** Rises when a field changes its meaning or goes. */
const FORMAT_VERSION = 1;

export type JsonFinding = ReturnType<typeof findingJson>;

function findingJson({ rule, severity, message, fix, object }: Finding) {
  const { apiVersion, kind, namespace, name, cluster, file, line } = object;
  return { rule, severity, message, fix, object: { apiVersion, kind, namespace, name }, cluster, file, line };
}

function unjudgedJson({ rule, object, path }: Unjudged) {
  const { apiVersion, kind, name, cluster } = object;
  return { rule, path, object: { apiVersion, kind, name }, cluster };
}

function exemptedJson(finding: ExemptedFinding) {
  const { owner, reason, expires } = finding.exemption;
  return { ...findingJson(finding), exemption: { owner, reason, expires } };
}
