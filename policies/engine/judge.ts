import type { Exemption } from '../exemptions.ts';
import type { PolicyReport } from '../report/policy-report.ts';
import type { Rule, RuleParameters, SetRule } from '../rule.ts';
import { RULES } from '../rules/index.ts';
import { compileRules, type CompiledRules } from './cel.ts';
import { referenceOf, type LocatedObject } from './cluster-index.ts';
import { ExemptionBook, exemptionsFrom, unusedFinding } from './exemption-book.ts';
import { FINDINGS_LISTED_MAX, FindingCollector } from './finding-collector.ts';
import { ClusterIndexBuilder } from './index-builder.ts';

export interface JudgeOptions extends RuleParameters {
  readonly exemptions: readonly Exemption[];
  /** As YYYY-MM-DD: an exemption is in force until the end of its last day. */
  readonly today: string;
  /**
   * `report` makes each exemption that nothing here needed a warning. Where several stacks are judged one by one, `ignore`,
   * and `unusedInAll` over their reports.
   * @default ignore
   */
  readonly unusedExemptions?: 'report' | 'ignore';
  /** @default all rules */
  readonly rules?: readonly Rule[];
  /** Findings that are listed; more are only counted. @default FINDINGS_LISTED_MAX */
  readonly findingsMax?: number;
}

/** Judges the objects of any number of Kubernetes clusters; reads each object once and keeps none. */
export function judge(objects: Iterable<LocatedObject>, options: JudgeOptions): PolicyReport {
  const policyJudge = new PolicyJudge(options);
  for (const located of objects) policyJudge.see(located);
  return policyJudge.report();
}

/** {@link judge} for callers that have the objects bit by bit: `see` each, then `report` once. */
export class PolicyJudge {
  readonly #options: JudgeOptions;
  readonly #rules: readonly Rule[];
  readonly #compiled: CompiledRules;
  readonly #clusters = new Map<string, ClusterIndexBuilder>();
  readonly #book: ExemptionBook;
  readonly #collected: FindingCollector;
  #objects = 0;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#rules = options.rules ?? RULES;
    this.#compiled = compileRules(this.#rules, options);
    this.#book = new ExemptionBook(exemptionsFrom(options.exemptions, RULES), options.today);
    this.#collected = new FindingCollector(this.#book, options.findingsMax ?? FINDINGS_LISTED_MAX);
  }

  see(located: LocatedObject): void {
    this.#objects += 1;
    for (const { rule, message, outcome } of this.#compiled.judge(located.object)) {
      // A rule that cannot be evaluated protects nothing, whatever its own severity.
      const severity = outcome === 'error' ? 'error' : rule.severity;
      this.#collected.add({ rule, severity, message }, referenceOf(located));
    }
    this.#indexOf(located.cluster ?? '').add(located);
  }

  report(): PolicyReport {
    for (const builder of this.#clusters.values()) {
      const index = builder.build();
      for (const rule of this.#rules.filter(isSetRule)) {
        for (const { object, message } of rule.judge(index, this.#options)) {
          this.#collected.add({ rule, severity: rule.severity, message }, object);
        }
      }
    }
    for (const finding of this.#book.expired()) this.#collected.addFinding(finding);
    const unusedExemptions = this.#book.unused();
    if (this.#options.unusedExemptions === 'report') {
      for (const exemption of unusedExemptions) this.#collected.addFinding(unusedFinding(exemption));
    }
    return {
      ...this.#collected.result(),
      unusedExemptions,
      unjudged: [],
      objects: this.#objects,
      rules: this.#rules,
    };
  }

  #indexOf(cluster: string): ClusterIndexBuilder {
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known;
    const builder = new ClusterIndexBuilder(cluster);
    this.#clusters.set(cluster, builder);
    return builder;
  }
}

function isSetRule(rule: Rule): rule is SetRule {
  return rule.form === 'set';
}
