import type { KubernetesObject } from '../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../contracts/labels.ts';
import { variablesOf } from './engine/cel.ts';
import { globPattern, type Exemption } from './exemptions.ts';
import { KINDS, WORKLOAD_KINDS, type KindName, type ServedKind } from './kinds.ts';
import type { ObjectRule, Rule, RuleParameters, Severity } from './rule.ts';
import { RULES } from './rules/index.ts';
import { parameterVariables } from './variables.ts';

export interface AdmissionPolicyOptions extends RuleParameters {
  /** Become match conditions. The API server knows no dates: synth is what says that one has expired. */
  readonly exemptions: readonly Exemption[];
  /** @default all rules; set rules have no admission policy */
  readonly rules?: readonly Rule[];
}

/**
 * ValidatingAdmissionPolicies (admissionregistration.k8s.io/v1) and their bindings that judge objects of Flotilla as synth
 * does: one pair per object rule and scope, in the order of the rules.
 */
export function admissionPolicies(options: AdmissionPolicyOptions): readonly KubernetesObject[] {
  return (options.rules ?? RULES)
    .filter((rule) => rule.form === 'object')
    .flatMap((rule) => {
      const { kinds } = rule.match;
      const scopes = [
        { scope: 'Namespaced', kinds: kinds.filter((kind) => KINDS[kind].scope === 'Namespaced') },
        { scope: 'Cluster', kinds: kinds.filter((kind) => KINDS[kind].scope === 'Cluster') },
      ] as const;
      return scopes
        .filter((scoped) => scoped.kinds.length > 0)
        .flatMap((scoped) => pairOf(rule, scoped.scope, scoped.kinds, options));
    });
}

/** Name of the policy, and of its binding, that a rule has for objects of one scope. */
export function admissionPolicyName(rule: string, scope: ServedKind['scope']): string {
  return `flotilla-${rule}${scope === 'Cluster' ? '-cluster' : ''}`;
}

type Json = Readonly<Record<string, unknown>>;

function pairOf(
  rule: ObjectRule,
  scope: ServedKind['scope'],
  kinds: readonly KindName[],
  options: AdmissionPolicyOptions,
): readonly KubernetesObject[] {
  const name = admissionPolicyName(rule.id, scope);
  const metadata = {
    name,
    labels: {
      [LABELS.name]: name,
      [LABELS.component]: 'policy',
      [LABELS.partOf]: PART_OF,
      [LABELS.managedBy]: PART_OF,
    },
    annotations: { 'flotilla.dev/policy-reason': rule.reason },
  };
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: matchConstraints(scope, kinds),
        matchConditions: matchConditions(rule, scope, kinds, options.exemptions),
        variables: variables(rule, options),
        validations: rule.validations.map(({ expression, message, messageExpression }) => ({
          expression,
          message: `${rule.id}: ${message}. ${rule.fix}`,
          ...(messageExpression === undefined
            ? {}
            : { messageExpression: `'${rule.id}: ' + ${messageExpression} + ${celString(`. ${rule.fix}`)}` }),
          reason: 'Invalid',
        })),
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: name, validationActions: [...VALIDATION_ACTIONS[rule.severity]] },
    },
  ];
}

const API_VERSION = 'admissionregistration.k8s.io/v1';

const VALIDATION_ACTIONS: Readonly<Record<Severity, readonly string[]>> = {
  error: ['Deny', 'Audit'],
  warning: ['Warn', 'Audit'],
  info: ['Audit'],
};

function matchConstraints(scope: ServedKind['scope'], kinds: readonly KindName[]): Json {
  const groups = new Map<string, KindName[]>();
  for (const kind of kinds) {
    const { group } = KINDS[kind];
    groups.set(group, [...(groups.get(group) ?? []), kind]);
  }
  return {
    matchPolicy: 'Equivalent',
    // Cluster-wide objects pass every namespace selector; for them a match condition decides.
    namespaceSelector: scope === 'Namespaced' ? { matchLabels: { [LABELS.partOf]: PART_OF } } : {},
    objectSelector: {},
    resourceRules: [...groups].map(([group, members]) => ({
      apiGroups: [group],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: members.map((kind) => KINDS[kind].resource),
      scope: scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
    })),
  };
}

function matchConditions(
  rule: ObjectRule,
  scope: ServedKind['scope'],
  kinds: readonly KindName[],
  exemptions: readonly Exemption[],
): readonly Json[] {
  const { when } = rule.match;
  const covering = exemptions.filter(
    (exemption) => exemption.rule === rule.id && exemptedKinds(exemption, kinds).length > 0,
  );
  return [
    // Otherwise an object that violates a rule could not even give up its finalizers.
    { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
    ...(scope === 'Cluster' ? [{ name: 'part-of-flotilla', expression: CLUSTER_WIDE_OF_FLOTILLA }] : []),
    ...(when === undefined ? [] : [{ name: 'in-scope', expression: when.expression }]),
    ...covering.map((exemption, index) => ({
      name: `exemption-${index + 1}`,
      expression: `!(${exemptionExpression(exemption, kinds)})`,
    })),
  ];
}

/** Cluster-wide objects are ours by label, or by a name that only we give: leaving the label out is no way around a rule. */
const CLUSTER_WIDE_OF_FLOTILLA =
  `object.metadata.?labels[?'${LABELS.partOf}'].orValue('') == '${PART_OF}' || ` +
  "object.metadata.name.startsWith('flotilla') || object.metadata.name.startsWith('psc-')";

/** An exemption of a workload covers its pods too, which its controller names after it. */
function exemptionExpression(exemption: Exemption, kinds: readonly KindName[]): string {
  const { namespace, name } = exemption.object;
  const pattern = celString(globPattern(name));
  const podPattern = celString(globPattern(`${name}-*`));
  const names = exemptedKinds(exemption, kinds).map((kind) => {
    const matched = kind === exemption.object.kind ? pattern : podPattern;
    return `(object.kind == '${kind}' && object.metadata.name.matches(${matched}))`;
  });
  const inNamespace =
    namespace === undefined ? [] : [`object.metadata.namespace.matches(${celString(globPattern(namespace))})`];
  return [...inNamespace, `(${names.join(' || ')})`].join(' && ');
}

function exemptedKinds({ object }: Exemption, kinds: readonly KindName[]): readonly KindName[] {
  const isWorkload = WORKLOAD_KINDS.some((kind) => kind === object.kind);
  return kinds.filter((kind) => kind === object.kind || (isWorkload && kind === 'Pod'));
}

function variables(rule: ObjectRule, options: RuleParameters): readonly Json[] {
  const expressions = rule.validations.map(({ expression }) => expression).join('\n');
  const parameters = Object.entries(parameterVariables(options))
    .filter(([name]) => expressions.includes(`variables.${name}`))
    .map(([name, values]) => ({ name, expression: `[${values.map(celString).join(', ')}]` }));
  return [...parameters, ...variablesOf(rule).map(([name, expression]) => ({ name, expression }))];
}

/** A string literal of CEL, which reads JSON's escapes. */
function celString(text: string): string {
  return JSON.stringify(text);
}
