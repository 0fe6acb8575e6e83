import { CLOUD_RULE_GROUPS, PUBLIC_CLOUDS, type CloudRule, type CloudRuleGroup } from './cloud/cloud-rule.ts';
import { demandsOf } from './cloud/judge-cloud.ts';
import { CLOUD_RULES } from './cloud/rules/index.ts';
import { RULE_GROUPS, type Rule, type RuleGroup } from './rule.ts';
import { RULES } from './rules/index.ts';

/** `docs/policies.md`: every rule by group. Written by `policies/write-rule-table.ts`; a test tells when it is stale. */
export function ruleTable(): string {
  const objectRules = RULES.filter(({ form }) => form === 'object').length;
  const intro = [
    '# Policies',
    '',
    '<!-- Generated from policies/rules and policies/cloud/rules by policies/write-rule-table.ts. Do not edit. -->',
    '',
    `${RULES.length} rules judge every Kubernetes object that Flotilla makes. ${objectRules} _object_ rules are CEL over one object: they`,
    'run at `./flotilla check` and in the API server (ValidatingAdmissionPolicy). ' +
      `${RULES.length - objectRules} _set_ rules need several objects`,
    'and run at `check` only. How a rule is written: [policies/README.md](../policies/README.md); why so:',
    '[ADR 0006](adr/0006-policies-as-cel.md).',
    '',
    'An error fails `check` and is denied by the API server; a warning is reported by both. Exemptions, each with an owner',
    'and a last day, are in [policies/exemptions.yaml](../policies/exemptions.yaml).',
    '',
    ...cloudIntro(),
  ];
  const sections = RULE_GROUPS.flatMap((group) =>
    sectionOf(
      group,
      RULES.filter((rule) => rule.group === group),
    ),
  );
  const cloudSections = CLOUD_RULE_GROUPS.flatMap(cloudSectionOf);
  return `${[...intro, ...sections, ...cloudSections].join('\n').trimEnd()}\n`;
}

const GROUP_TITLES: Readonly<Record<RuleGroup, string>> = {
  'pod-security': 'Pod security',
  images: 'Images',
  resources: 'Resources and probes',
  availability: 'Availability',
  storage: 'Storage',
  kafka: 'Kafka',
  rbac: 'Access to the API',
  namespaces: 'Namespaces and labels',
  network: 'Network',
  secrets: 'Secrets',
  psc: 'Physical stateful clusters',
};

function sectionOf(group: RuleGroup, rules: readonly Rule[]): readonly string[] {
  const rows = rules.map((rule) => [
    `\`${rule.id}\``,
    rule.severity,
    rule.form,
    `${rule.title}. ${rule.reason}${scopeOf(rule)}`,
    rule.fix,
    standardsOf(rule),
  ]);
  const header = ['rule', 'severity', 'form', 'what and why', 'what to do', 'standards'];
  const table = [rowOf(header), rowOf(header.map(() => '---')), ...rows.map(rowOf)];
  // Padded columns would make every line as long as the longest.
  return [`## ${GROUP_TITLES[group]}`, '', '<!-- prettier-ignore -->', ...table, ''];
}

function cloudIntro(): readonly string[] {
  return [
    `${CLOUD_RULES.length} more rules judge the cloud resources of regions: tables with a column _clouds_, below. \`./flotilla check --cloud\``,
    'previews the stacks and reports on both halves in one list; the same rules are a policy pack of Pulumi, so that',
    '`pulumi preview --policy-pack policies` and `pulumi up --policy-pack policies` stop at an error (_mandatory_) and tell of',
    'a warning (_advisory_). A _resource_ rule sees one resource and stops an update before that resource is made; a _stack_',
    'rule needs several, such as a bucket and its versioning, and is judged when all are known. A value that only the cloud',
    'will know is no violation: reports count what could not be judged, and the update asks again.',
    '',
  ];
}

const CLOUD_GROUP_TITLES: Readonly<Record<CloudRuleGroup, string>> = {
  'cloud-buckets': 'Clouds: buckets',
  'cloud-keys': 'Clouds: keys and secrets',
  'cloud-kubernetes': 'Clouds: Kubernetes',
  'cloud-database': 'Clouds: database',
  'cloud-identities': 'Clouds: identities',
  'cloud-network': 'Clouds: network',
  'cloud-estate': 'Clouds: protection, tags and money',
};

function cloudSectionOf(group: CloudRuleGroup): readonly string[] {
  const rows = CLOUD_RULES.filter((rule) => rule.group === group).map((rule) => [
    `\`${rule.id}\``,
    rule.severity,
    cloudFormOf(rule),
    PUBLIC_CLOUDS.filter((cloud) => rule.clouds[cloud] !== undefined).join(', '),
    `${rule.title}. ${rule.reason}${rule.scope === undefined ? '' : ` _Scope:_ ${rule.scope}`}`,
    rule.fix,
    standardsOf(rule),
  ]);
  const header = ['rule', 'severity', 'form', 'clouds', 'what and why', 'what to do', 'standards'];
  return [
    `## ${CLOUD_GROUP_TITLES[group]}`,
    '',
    '<!-- prettier-ignore -->',
    ...[header, header.map(() => '---'), ...rows].map(rowOf),
    '',
  ];
}

/** `stack` where it needs several resources on any cloud. */
function cloudFormOf(rule: CloudRule): string {
  return demandsOf(rule).some(({ form }) => form === 'stack') ? 'stack' : 'resource';
}

function standardsOf({ standards }: Pick<Rule, 'standards'>): string {
  return standards.map(({ name, control }) => `${SHORT_NAMES[name] ?? name} ${control}`).join('; ');
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  'CIS Kubernetes Benchmark v1.10': 'CIS 1.10',
  'Kubernetes Pod Security Standards': 'PSS',
  'CIS AWS Foundations Benchmark v3.0.0': 'CIS AWS 3.0.0',
  'CIS Amazon EKS Benchmark v1.5.0': 'CIS EKS 1.5.0',
  'CIS Google Cloud Platform Foundation Benchmark v3.0.0': 'CIS GCP 3.0.0',
  'CIS Google Kubernetes Engine Benchmark v1.9.0': 'CIS GKE 1.9.0',
  'CIS Microsoft Azure Foundations Benchmark v2.0.0': 'CIS Azure 2.0.0',
  'CIS Azure Kubernetes Service Benchmark v1.7.0': 'CIS AKS 1.7.0',
};

function scopeOf(rule: Rule): string {
  if (rule.form === 'set' || rule.match.when === undefined) return '';
  return ` _Scope:_ ${rule.match.when.reason}`;
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
