import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedInAll } from './engine/exemption-book.ts';
import { PolicyJudge } from './engine/judge.ts';
import { parseExemptions, type Exemption } from './exemptions.ts';
import { manifestClusters, readManifest, type ManifestCluster } from './manifest-files.ts';
import { passes, type Finding, type PolicyReport } from './report/policy-report.ts';
import { objectText, titleOf } from './report/text.ts';
import { ALL_RULE_IDS } from './rule-ids.ts';

/** Properties under `validations` in `cdk8s.yaml`. */
export interface FlotillaValidationProperties {
  /** Path of the exemptions from the folder that cdk8s runs in. @default policies/exemptions.yaml */
  readonly exemptions?: string;
}

/**
 * Validation plugin of cdk8s-cli 2: `cdk8s synth` loads it by `validations` in `cdk8s.yaml`, makes one and calls `validate`
 * with the manifests that it wrote. Fails the synthesis when a rule of severity error is violated. Images are held to the
 * registries that the admission policies of the same Kubernetes cluster allow.
 */
export class FlotillaValidation {
  readonly #exemptions: string;

  constructor({ exemptions }: FlotillaValidationProperties) {
    this.#exemptions = exemptions ?? join('policies', 'exemptions.yaml');
  }

  // cdk8s-cli awaits a promise.
  // eslint-disable-next-line @typescript-eslint/require-await
  async validate(context: ValidationContext): Promise<void> {
    const exemptions = parseExemptions(readFileSync(this.#exemptions, 'utf8'), this.#exemptions, ALL_RULE_IDS);
    const clusters = manifestClusters(context.manifests.flatMap(readManifest));
    const reports = clusters.map((cluster) => judgeCluster(cluster, exemptions));
    const findings = [...reports.flatMap((report) => report.findings), ...unusedInAll(reports)];
    for (const group of Map.groupBy(findings, ({ rule }) => rule).values()) {
      context.report.addViolation(violationOf(group, reports));
    }
    context.report.submit(reports.every(passes) ? 'success' : 'failure', summaryOf(reports, findings));
  }
}

/** What cdk8s-cli hands to a plugin (its lib/plugins/validation.d.ts), as far as it is used here. */
export interface ValidationContext {
  /** Paths of the manifests. */
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: Violation): void;
    submit(status: 'success' | 'failure', metadata?: Readonly<Record<string, string>>): void;
  };
}

export interface Violation {
  readonly ruleName: string;
  readonly recommendation: string;
  readonly fix: string;
  readonly violatingResources: readonly {
    readonly resourceName: string;
    readonly locations: readonly string[];
    readonly manifestPath: string;
  }[];
}

const DATE_CHARACTERS = 'YYYY-MM-DD'.length;

function judgeCluster({ objects, registries }: ManifestCluster, exemptions: readonly Exemption[]): PolicyReport {
  const judge = new PolicyJudge({
    registries,
    exemptions,
    today: new Date().toISOString().slice(0, DATE_CHARACTERS),
  });
  for (const located of objects) judge.see(located);
  return judge.report();
}

function violationOf(findings: readonly Finding[], reports: readonly PolicyReport[]): Violation {
  const [first] = findings;
  const [report] = reports;
  if (first === undefined || report === undefined) throw new Error('a group of findings is never empty');
  return {
    ruleName: `${first.rule} [${first.severity}]`,
    recommendation: `${titleOf(first.rule, report)}.`,
    fix: first.fix,
    violatingResources: findings.map(({ object, message }) => ({
      resourceName: object.name,
      locations: [`${objectText(object)}: ${message}`],
      manifestPath: object.line === undefined ? object.file : `${object.file}:${object.line}`,
    })),
  };
}

function summaryOf(reports: readonly PolicyReport[], findings: readonly Finding[]): Readonly<Record<string, string>> {
  const sum = (count: (report: PolicyReport) => number): string =>
    String(reports.reduce((total, report) => total + count(report), 0));
  return {
    errors: sum(({ counts }) => counts.error),
    warnings: String(findings.filter(({ severity }) => severity === 'warning').length),
    exempted: sum(({ exempted }) => exempted.length),
    objects: sum(({ objects }) => objects),
  };
}
