import { UnknownValueError } from '@pulumi/policy';
import type {
  EnforcementLevel,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  Severity as PulumiSeverity,
  StackValidationArgs,
  StackValidationPolicy,
} from '@pulumi/policy';
import { ExemptionBook, exemptionsFrom } from '../engine/exemption-book.ts';
import type { Exemption } from '../exemptions.ts';
import type { Severity } from '../rule.ts';
import { UNKNOWN, type CloudResource, type Fields } from './cloud-resource.ts';
import type { CloudRule, CloudRuleParameters, Demand } from './cloud-rule.ts';
import { cloudVerdicts, demandsOf, resourceReference, type CloudVerdict } from './judge-cloud.ts';
import { CLOUD_RULES } from './rules/index.ts';

export interface PackOptions extends CloudRuleParameters {
  readonly exemptions: readonly Exemption[];
  /** @default all rules */
  readonly rules?: readonly CloudRule[];
}

/** A policy of Pulumi that judges resources one by one before they are made, and all of them once they are known. */
export type PackPolicy = Partial<ResourceValidationPolicy> & Partial<StackValidationPolicy> & PolicyFacts;
type PolicyFacts = Pick<ResourceValidationPolicy, 'name' | 'description' | 'enforcementLevel'>;

/** Name of the policy that tells what a preview could not judge; no rule has it. */
export const NOT_JUDGED = 'not-judged-yet';

/** The rules over cloud resources as policies of Pulumi, for a stock `pulumi preview --policy-pack policies`. */
export function packPolicies(options: PackOptions): readonly PackPolicy[] {
  const { rules = CLOUD_RULES, today } = options;
  const judge = new PackJudge(new ExemptionBook(exemptionsFrom(options.exemptions, CLOUD_RULES), today), { today });
  return [notJudgedPolicy(rules, judge), ...rules.map((rule) => policyOf(rule, judge))];
}

const ENFORCEMENT: Readonly<Record<Severity, EnforcementLevel>> = {
  error: 'mandatory',
  warning: 'advisory',
  info: 'advisory',
};
const SEVERITY: Readonly<Record<Severity, PulumiSeverity>> = { error: 'high', warning: 'medium', info: 'low' };

function policyOf(rule: CloudRule, judge: PackJudge): PackPolicy {
  const forms = new Set<Demand['form']>(demandsOf(rule).map(({ form }) => form));
  return {
    name: rule.id,
    description: `${rule.title}. ${rule.reason}`,
    enforcementLevel: ENFORCEMENT[rule.severity],
    severity: SEVERITY[rule.severity],
    remediationSteps: rule.fix,
    tags: [rule.group, ...rule.standards.map(({ name, control }) => `${name}: ${control}`)],
    ...(forms.has('resource')
      ? {
          validateResource: (args, report) => {
            for (const { message } of judge.violations(rule, [judge.resource(args)], 'resource')) {
              report(`${message}. ${rule.fix}`);
            }
          },
        }
      : {}),
    ...(forms.has('stack')
      ? {
          validateStack: (args, report) => {
            for (const { message, resource } of judge.violations(rule, judge.stack(args), 'stack')) {
              report(`${message}. ${rule.fix}`, resource.urn);
            }
          },
        }
      : {}),
  } satisfies PackPolicy;
}

/** Advisory, for a preview of resources that are new leaves some questions open; the update asks them again. */
function notJudgedPolicy(rules: readonly CloudRule[], judge: PackJudge): PackPolicy {
  return {
    name: NOT_JUDGED,
    description: 'What could not be judged yet.',
    enforcementLevel: 'advisory',
    // Comes by every resource, so that the policies over the whole stack know the inputs.
    validateResource: (args) => {
      judge.remember(args);
    },
    validateStack: (args, report) => {
      const open = judge.notKnown(rules, judge.stack(args));
      const ids = [...new Set(open.map(({ rule }) => rule.id))];
      if (open.length > 0) {
        report(`${open.length} judgements need values that only the update will know, of ${ids.join(', ')}`);
      }
    },
  };
}

/** Resources in Pulumi's words to ours; the engine shows inputs one by one and only outputs at the end. */
class PackJudge {
  readonly #book: ExemptionBook;
  readonly #parameters: CloudRuleParameters;
  readonly #inputs = new Map<string, Fields>();

  constructor(book: ExemptionBook, parameters: CloudRuleParameters) {
    this.#book = book;
    this.#parameters = parameters;
  }

  remember({ urn, props }: ResourceValidationArgs): void {
    this.#inputs.set(urn, knownPart(props) as Fields);
  }

  resource({ urn, type, name, props, opts }: ResourceValidationArgs): CloudResource {
    return { urn, type, name, props: knownPart(props) as Fields, protect: opts.protect, references: {} };
  }

  stack({ resources }: StackValidationArgs): readonly CloudResource[] {
    return resources.map((resource) => this.#ofStack(resource));
  }

  violations(rule: CloudRule, resources: readonly CloudResource[], form: Demand['form']): readonly CloudVerdict[] {
    return [...cloudVerdicts(resources, { rules: [rule], form, ...this.#parameters })].filter(
      ({ notKnown, resource }) =>
        notKnown === undefined && this.#book.cover(rule.id, resourceReference(resource, '')) === undefined,
    );
  }

  notKnown(rules: readonly CloudRule[], resources: readonly CloudResource[]): readonly CloudVerdict[] {
    return [...cloudVerdicts(resources, { rules, ...this.#parameters })].filter(
      ({ notKnown }) => notKnown !== undefined,
    );
  }

  #ofStack({ urn, type, name, props, opts, propertyDependencies }: PolicyResource): CloudResource {
    const outputs = props as Fields;
    const id = valueOrUnknown(() => outputs['id']);
    return {
      urn,
      type,
      name,
      props: this.#inputs.get(urn) ?? (knownPart(outputs) as Fields),
      ...(typeof id === 'string' ? { id } : {}),
      protect: opts.protect,
      references: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, from]) => [property, from.map((one) => one.urn)]),
      ),
    };
  }
}

/** A copy in which what is not known has our mark: Pulumi's throws wherever it is touched. */
function knownPart(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => valueOrUnknown(() => knownPart(value[index])));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value).map((key) => [key, valueOrUnknown(() => knownPart((value as Fields)[key]))]),
  );
}

function valueOrUnknown(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}
