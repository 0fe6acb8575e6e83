import type { ExemptedFinding, Finding, PolicyReport } from '../report/policy-report.ts';
import { SEVERITIES, type RuleFacts, type Severity } from '../rule.ts';
import type { ObjectReference } from './cluster-index.ts';
import type { ExemptionBook } from './exemption-book.ts';

/** What one rule has against one object. */
export interface Violation {
  readonly rule: RuleFacts;
  readonly severity: Severity;
  readonly message: string;
}

/** Keeps findings up to a limit, counts all of them, and sets aside what an exemption covers. */
export class FindingCollector {
  readonly #book: ExemptionBook;
  readonly #findingsMax: number;
  readonly #findings: Finding[] = [];
  readonly #exempted: ExemptedFinding[] = [];
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  #omitted = 0;

  constructor(book: ExemptionBook, findingsMax: number = FINDINGS_LISTED_MAX) {
    this.#book = book;
    this.#findingsMax = findingsMax;
  }

  add({ rule, severity, message }: Violation, object: ObjectReference): void {
    const finding = { rule: rule.id, severity, message, fix: rule.fix, object };
    const exemption = this.#book.cover(rule.id, object);
    if (exemption === undefined) this.addFinding(finding);
    else if (this.#exempted.length < this.#findingsMax) this.#exempted.push({ ...finding, exemption });
  }

  addFinding(finding: Finding): void {
    this.#counts[finding.severity] += 1;
    if (this.#findings.length < this.#findingsMax) this.#findings.push(finding);
    else this.#omitted += 1;
  }

  result(): Pick<PolicyReport, 'findings' | 'exempted' | 'omitted' | 'counts'> {
    return {
      findings: this.#findings.toSorted(byGravityRuleAndPlace),
      exempted: this.#exempted.toSorted(byGravityRuleAndPlace),
      omitted: this.#omitted,
      counts: this.#counts,
    };
  }
}

/** Keeps a report of a thoroughly wrong stack readable and in memory. */
export const FINDINGS_LISTED_MAX = 10_000;

/** Worst first, then by rule, object and place. */
export function byGravityRuleAndPlace(left: Finding, right: Finding): number {
  const gravity = SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity);
  if (gravity !== 0) return gravity;
  return compareText(sortKey(left), sortKey(right));
}

function sortKey({ rule, object, message }: Finding): string {
  const { cluster, namespace = '', kind, name, file } = object;
  return [rule, cluster, namespace, kind, name, file, message].join('\u0000');
}

/** By code unit, so that the order does not depend on the machine's locale. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
