import type { ObjectReference } from '../engine/cluster-index.ts';
import { ExemptionBook, exemptionsFrom, unusedFinding } from '../engine/exemption-book.ts';
import { FindingCollector } from '../engine/finding-collector.ts';
import type { Exemption } from '../exemptions.ts';
import type { PolicyReport, Unjudged } from '../report/policy-report.ts';
import { NotKnownError, type CloudResource } from './cloud-resource.ts';
import type { CloudRule, CloudRuleParameters, Demand } from './cloud-rule.ts';
import { CloudStack } from './cloud-stack.ts';
import { CLOUD_RULES } from './rules/index.ts';

export interface CloudJudgeOptions extends CloudRuleParameters {
  /** Name of the stack that the resources are of. */
  readonly stack: string;
  readonly exemptions: readonly Exemption[];
  /** As for {@link ../engine/judge.ts}. @default ignore */
  readonly unusedExemptions?: 'report' | 'ignore';
  /** @default all rules */
  readonly rules?: readonly CloudRule[];
}

/** Judges the resources of one stack. */
export function judgeCloud(resources: readonly CloudResource[], options: CloudJudgeOptions): PolicyReport {
  const { rules = CLOUD_RULES, today } = options;
  const book = new ExemptionBook(exemptionsFrom(options.exemptions, CLOUD_RULES), today);
  const collected = new FindingCollector(book);
  const unjudged: Unjudged[] = [];
  for (const { rule, resource, message, notKnown } of cloudVerdicts(resources, { rules, today })) {
    const object = resourceReference(resource, options.stack);
    if (notKnown === undefined) collected.add({ rule, severity: rule.severity, message }, object);
    else unjudged.push({ rule: rule.id, object, path: notKnown });
  }
  for (const finding of book.expired()) collected.addFinding(finding);
  const unusedExemptions = book.unused();
  if (options.unusedExemptions === 'report') {
    for (const exemption of unusedExemptions) collected.addFinding(unusedFinding(exemption));
  }
  return { ...collected.result(), unusedExemptions, unjudged, objects: resources.length, rules };
}

/** A demand that a resource does not meet, or that cannot be judged yet. */
export interface CloudVerdict {
  readonly rule: CloudRule;
  readonly resource: CloudResource;
  readonly message: string;
  /** Path of the value without which nothing can be said; absent: the demand is violated. */
  readonly notKnown?: string;
}

export interface VerdictOptions extends CloudRuleParameters {
  readonly rules: readonly CloudRule[];
  /** Only demands of one form. @default both */
  readonly form?: Demand['form'];
}

/** What rules have against resources, before any exemption. */
export function* cloudVerdicts(
  resources: readonly CloudResource[],
  { rules, today, form }: VerdictOptions,
): Generator<CloudVerdict> {
  const stack = new CloudStack(resources);
  for (const rule of rules) {
    for (const demand of demandsOf(rule)) {
      if (form !== undefined && demand.form !== form) continue;
      for (const resource of stack.ofType(...demand.types)) {
        const verdict = verdictOf(demand, resource, stack, today);
        if (verdict !== 'holds') yield { rule, resource, message: demand.message, ...verdict };
      }
    }
  }
}

export function demandsOf({ clouds }: CloudRule): readonly Demand[] {
  return Object.values(clouds).flatMap(({ demands }) => demands);
}

/** A resource as reports and exemptions name it, as in `Bucket orders-bucket`. */
export function resourceReference({ type, name }: CloudResource, stack: string): ObjectReference {
  const at = type.lastIndexOf(':');
  return {
    apiVersion: type.slice(0, at),
    kind: type.slice(at + 1),
    name,
    cluster: stack,
    file: `stacks/Pulumi.${stack}.yaml`,
  };
}

function verdictOf(
  demand: Demand,
  resource: CloudResource,
  stack: CloudStack,
  today: string,
): 'holds' | { readonly notKnown?: string } {
  try {
    const holds = demand.form === 'resource' ? demand.holds(resource, { today }) : demand.holds(resource, stack);
    return holds ? 'holds' : {};
  } catch (error) {
    if (error instanceof NotKnownError) return { notKnown: error.path };
    throw error;
  }
}
