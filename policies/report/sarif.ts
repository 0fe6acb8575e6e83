import { createHash } from 'node:crypto';
import type { RuleFacts, Severity } from '../rule.ts';
import { EXEMPTION_CHECKS, type ExemptedFinding, type Finding, type PolicyReport } from './policy-report.ts';
import { objectText } from './text.ts';

/**
 * Reports as one log of SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), ready for
 * JSON.stringify, which code hosts show beside the lines: rules with their reasons, places relative to the project, and
 * fingerprints that survive moved lines.
 */
export function sarifReport(reports: readonly PolicyReport[]): SarifLog {
  const judged = new Map(reports.flatMap((report) => report.rules.map((rule) => [rule.id, rule] as const)));
  const rules = [...[...judged.values()].map(ruleDescriptor), ...Object.values(EXEMPTION_CHECKS).map(checkDescriptor)];
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const results = reports.flatMap((report) => [
    ...report.findings.map((finding) => resultOf(finding, indexOf)),
    ...report.exempted.map((finding) => ({ ...resultOf(finding, indexOf), suppressions: [suppressionOf(finding)] })),
  ]);
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'flotilla', rules } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [PROJECT_ROOT]: { description: { text: 'The folder that flotilla runs in.' } } },
        results,
      },
    ],
  };
}

export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly SarifRule[] } };
      readonly columnKind: 'utf16CodeUnits';
      readonly originalUriBaseIds: Readonly<Record<string, { readonly description: { readonly text: string } }>>;
      readonly results: readonly SarifResult[];
    },
  ];
}

export interface SarifRule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: SarifLevel };
  readonly properties: { readonly tags: readonly string[]; readonly standards: readonly string[] };
}

type SarifLevel = 'error' | 'warning' | 'note';

export type SarifResult = ReturnType<typeof resultOf> & { readonly suppressions?: readonly SarifSuppression[] };
type SarifSuppression = ReturnType<typeof suppressionOf>;

const PROJECT_ROOT = 'PROJECTROOT';

const LEVELS: Readonly<Record<Severity, SarifLevel>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

function ruleDescriptor(rule: RuleFacts): SarifRule {
  return {
    id: rule.id,
    name: pascalCase(rule.id),
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: rule.reason },
    help: { text: rule.fix },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      tags: [rule.group],
      standards: rule.standards.map(({ name, control }) => `${name}: ${control}`),
    },
  };
}

function checkDescriptor({
  id,
  title,
  fix,
  severity,
}: (typeof EXEMPTION_CHECKS)[keyof typeof EXEMPTION_CHECKS]): SarifRule {
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: `${title}.` },
    help: { text: fix },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['exemptions'], standards: [] },
  };
}

function resultOf(finding: Finding, indexOf: ReadonlyMap<string, number>) {
  const { rule, severity, message, fix, object } = finding;
  const ruleIndex = indexOf.get(rule);
  if (ruleIndex === undefined) throw new Error(`finding of rule ${rule}, which is not among the report's rules`);
  const name = objectText(object);
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${name}: ${message}. ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(object.file), uriBaseId: PROJECT_ROOT },
          region: { startLine: object.line ?? 1 },
        },
        logicalLocations: [{ name: object.name, fullyQualifiedName: logicalName(finding), kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'flotillaFinding/v1': fingerprint(finding) },
  };
}

function suppressionOf({ exemption }: ExemptedFinding) {
  const { reason, owner, expires } = exemption;
  return { kind: 'external', status: 'accepted', justification: `${reason} (${owner}, until ${expires})` };
}

/** The same for the same rule and object, whatever line, file or wording. */
function fingerprint(finding: Finding): string {
  return createHash('sha256')
    .update(`${finding.rule}\0${logicalName(finding)}`)
    .digest('hex');
}

function logicalName({ object }: Finding): string {
  const { cluster, apiVersion, kind, namespace, name } = object;
  return [cluster, apiVersion, kind, namespace ?? '', name].join('/');
}

function relativeUri(file: string): string {
  return file.split(/[\\/]/).map(encodeURIComponent).join('/');
}

function pascalCase(id: string): string {
  return id
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
}
