import type { Draft } from './draft.ts';
import type { Finding } from './problem.ts';
import { addressRules } from './rules/addresses.ts';
import { administratorRules } from './rules/administrators.ts';
import { budgetRules } from './rules/budget.ts';
import { capacityRules } from './rules/capacity.ts';
import { controlPlaneRules } from './rules/control-plane.ts';
import { hostRules } from './rules/hosts.ts';
import { keyRules } from './rules/keys.ts';
import { kubernetesRules } from './rules/kubernetes.ts';
import { privateLinkRules } from './rules/private-link.ts';
import { regionRules } from './rules/region.ts';
import type { Rule, RuleContext } from './rules/rule.ts';
import { tenantRules } from './rules/tenants.ts';

/** Every demand on one stack that its schema cannot express; each is pure and looks at what is there. */
export const STACK_RULES: readonly Rule[] = [
  ...regionRules,
  ...addressRules,
  ...kubernetesRules,
  ...administratorRules,
  ...controlPlaneRules,
  ...privateLinkRules,
  ...hostRules,
  ...tenantRules,
  ...keyRules,
  ...capacityRules,
  ...budgetRules,
];

/** What all rules find in one stack. */
export function applyRules(draft: Draft, context: RuleContext): readonly Finding[] {
  return STACK_RULES.flatMap(({ name, check }) => check(draft, context).map((found) => ({ ...found, rule: name })));
}
