import { RULE_GROUPS, type Rule, type RuleGroup } from './rule.ts';
import { RULES } from './rules/index.ts';

/** `docs/policies.md`: every rule by group. Written by `policies/write-rule-table.ts`; a test tells when it is stale. */
export function ruleTable(): string {
  const objectRules = RULES.filter(({ form }) => form === 'object').length;
  const intro = [
    '# Policies',
    '',
    '<!-- Generated from policies/rules by policies/write-rule-table.ts. Do not edit. -->',
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
  ];
  const sections = RULE_GROUPS.flatMap((group) =>
    sectionOf(
      group,
      RULES.filter((rule) => rule.group === group),
    ),
  );
  return `${[...intro, ...sections].join('\n').trimEnd()}\n`;
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
    rule.standards.map(({ name, control }) => `${SHORT_NAMES[name] ?? name} ${control}`).join('; '),
  ]);
  const header = ['rule', 'severity', 'form', 'what and why', 'what to do', 'standards'];
  const table = [rowOf(header), rowOf(header.map(() => '---')), ...rows.map(rowOf)];
  // Padded columns would make every line as long as the longest.
  return [`## ${GROUP_TITLES[group]}`, '', '<!-- prettier-ignore -->', ...table, ''];
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  'CIS Kubernetes Benchmark v1.10': 'CIS 1.10',
  'Kubernetes Pod Security Standards': 'PSS',
};

function scopeOf(rule: Rule): string {
  if (rule.form === 'set' || rule.match.when === undefined) return '';
  return ` _Scope:_ ${rule.match.when.reason}`;
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
