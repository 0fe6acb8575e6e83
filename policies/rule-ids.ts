import { CLOUD_RULES } from './cloud/rules/index.ts';
import { RULE_IDS } from './rules/index.ts';

/** Ids of all rules, over Kubernetes objects and over cloud resources: what an exemption may name. */
export const ALL_RULE_IDS: ReadonlySet<string> = new Set([...RULE_IDS, ...CLOUD_RULES.map(({ id }) => id)]);
