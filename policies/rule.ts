import type { ImageLock } from '../contracts/images.ts';
import type { KubernetesObject } from '../contracts/kubernetes-object.ts';
import type { ClusterIndex, ObjectReference } from './engine/cluster-index.ts';
import type { KindName } from './kinds.ts';

/** One policy. Object rules see one object and run at synth and at admission; set rules need several, at synth only. */
export type Rule = ObjectRule | SetRule;

export interface ObjectRule extends RuleDescription {
  readonly form: 'object';
  readonly match: ObjectMatch;
  /** Name ▶ CEL expression, beside those of `SHARED_VARIABLES`; a name stands for one expression over all rules. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

export interface SetRule extends RuleDescription {
  readonly form: 'set';
  /** Kinds that the rule speaks of, for the table of rules. */
  readonly kinds: readonly KindName[];
  readonly judge: (index: ClusterIndex, parameters: RuleParameters) => readonly SetFinding[];
}

export interface RuleDescription extends RuleFacts {
  readonly group: RuleGroup;
  /** At least one of each: they are the rule's test. */
  readonly examples: { readonly passing: readonly Example[]; readonly failing: readonly Example[] };
}

/** What a report tells of a rule, whatever the rule judges. */
export interface RuleFacts {
  /** Kebab-case; also the name of the policy in Pulumi's pack, or the suffix of the admission policy's. */
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly severity: Severity;
  readonly reason: string;
  /** What to do about a violation. */
  readonly fix: string;
  /** Controls of published standards that the rule carries out. */
  readonly standards: readonly Standard[];
}

export const RULE_GROUPS = [
  'pod-security',
  'images',
  'resources',
  'availability',
  'storage',
  'kafka',
  'rbac',
  'namespaces',
  'network',
  'secrets',
  'psc',
] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Standard {
  readonly name: string;
  readonly control: string;
}

export interface ObjectMatch {
  readonly kinds: readonly KindName[];
  /** Narrows the kinds by the object's namespace, name, labels or content; may not use variables. */
  readonly when?: { readonly expression: string; readonly reason: string };
}

export interface Validation {
  /** CEL over `object` and `variables` that holds for a good object. */
  readonly expression: string;
  readonly message: string;
  /** CEL that says more than the message; its failure falls back to the message. */
  readonly messageExpression?: string;
}

export interface Example {
  readonly title: string;
  readonly objects: readonly KubernetesObject[];
}

export interface SetFinding {
  readonly object: ObjectReference;
  readonly message: string;
}

/** What differs from stack to stack. */
export interface RuleParameters {
  /** Registries, paths below them or whole repositories that images may come from, as in `registry.example.com/flotilla`. */
  readonly registries: readonly string[];
  /** The lock that the images come from; absent: nothing is said about provenance. */
  readonly images?: ImageLock;
}

/** Parameters that every example is judged with. */
export const EXAMPLE_PARAMETERS: RuleParameters = {
  registries: ['registry.example.com/flotilla', 'registry.example.org/external-dns'],
};
