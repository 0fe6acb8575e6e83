import { byGravityRuleAndPlace } from '../engine/finding-collector.ts';
import type { PolicyReport } from './policy-report.ts';

/** Reports by different rules as one, as of a stack's manifests and of its cloud resources. */
export function mergeReports([first, ...others]: readonly [PolicyReport, ...PolicyReport[]]): PolicyReport {
  return others.reduce(
    (merged, report) => ({
      findings: [...merged.findings, ...report.findings].toSorted(byGravityRuleAndPlace),
      exempted: [...merged.exempted, ...report.exempted].toSorted(byGravityRuleAndPlace),
      omitted: merged.omitted + report.omitted,
      counts: {
        error: merged.counts.error + report.counts.error,
        warning: merged.counts.warning + report.counts.warning,
        info: merged.counts.info + report.counts.info,
      },
      unusedExemptions: [...merged.unusedExemptions, ...report.unusedExemptions],
      unjudged: [...merged.unjudged, ...report.unjudged],
      objects: merged.objects + report.objects,
      rules: [...merged.rules, ...report.rules],
    }),
    first,
  );
}
