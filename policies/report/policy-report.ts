import type { ObjectReference } from '../engine/cluster-index.ts';
import type { Exemption } from '../exemptions.ts';
import type { RuleFacts, Severity } from '../rule.ts';

/** What judging a set of objects came to. */
export interface PolicyReport {
  /** In a stable order: severity, rule, place. */
  readonly findings: readonly Finding[];
  /** Violations that an exemption in force covers. */
  readonly exempted: readonly ExemptedFinding[];
  /** Findings beyond the limit, which are counted but not listed. */
  readonly omitted: number;
  /** Exact numbers, omitted findings included. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** Exemptions in force that nothing judged here needed; for more than one report see `unusedInAll`. */
  readonly unusedExemptions: readonly Exemption[];
  /** Where a rule could not say anything, for what it asks is not known before the cloud has made it. */
  readonly unjudged: readonly Unjudged[];
  readonly objects: number;
  readonly rules: readonly RuleFacts[];
}

export interface Unjudged {
  /** Id of a rule. */
  readonly rule: string;
  readonly object: ObjectReference;
  /** Path of the value that is not known, as in `vpcConfig.publicAccessCidrs`. */
  readonly path: string;
}

export interface Finding {
  /** Id of a rule, or of a check of the exemptions: see {@link EXEMPTION_CHECKS}. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  readonly object: ObjectReference;
}

export interface ExemptedFinding extends Finding {
  readonly exemption: Exemption;
}

/** Findings about the exemptions themselves, which no rule stands behind. */
export const EXEMPTION_CHECKS = {
  expired: {
    id: 'exemption-expired',
    severity: 'error',
    title: 'Exemptions end on their date',
    fix: 'Mend the violation and remove the exemption, or have its owner agree to a new date.',
  },
  unused: {
    id: 'exemption-unused',
    severity: 'warning',
    title: 'Exemptions cover something',
    fix: 'Remove the exemption: nothing violates the rule any more.',
  },
} as const satisfies Record<string, { id: string; severity: Severity; title: string; fix: string }>;

/** Whether the findings should stop a release: an error does, warnings and information do not. */
export function passes(report: PolicyReport): boolean {
  return report.counts.error === 0;
}
