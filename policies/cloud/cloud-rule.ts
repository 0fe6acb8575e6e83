import type { PublicCloud } from '../../constructs/cloud/region-args.ts';
import type { RuleFacts, Standard } from '../rule.ts';
import type { CloudResource } from './cloud-resource.ts';
import type { CloudStack } from './cloud-stack.ts';

/** One policy over cloud resources, with what it demands on each cloud that it covers. */
export interface CloudRule extends RuleFacts {
  readonly group: CloudRuleGroup;
  /** What it leaves alone and why; absent: nothing. */
  readonly scope?: string;
  readonly clouds: Readonly<Partial<Record<PublicCloud, CloudHalf>>>;
}

/** A rule on one cloud. */
export interface CloudHalf {
  readonly demands: readonly Demand[];
  /** Recommendations of this cloud's benchmarks that it carries out. */
  readonly standards?: readonly Standard[];
  readonly examples: { readonly passing: readonly CloudExample[]; readonly failing: readonly CloudExample[] };
}

/** What is asked of each resource of some types. */
export type Demand = ResourceDemand | StackDemand;

/** Judged from the one resource, before it is made. */
export interface ResourceDemand extends DemandBase {
  readonly form: 'resource';
  readonly holds: (resource: CloudResource, parameters: CloudRuleParameters) => boolean;
}

/** Judged together with other resources, once all of the program's are known. */
export interface StackDemand extends DemandBase {
  readonly form: 'stack';
  readonly holds: (resource: CloudResource, stack: CloudStack) => boolean;
}

interface DemandBase {
  readonly types: readonly string[];
  /** What is wrong where it does not hold, without the name of the resource. */
  readonly message: string;
}

export interface CloudExample {
  readonly title: string;
  readonly resources: readonly CloudResource[];
}

/** What differs from day to day. */
export interface CloudRuleParameters {
  /** As YYYY-MM-DD. */
  readonly today: string;
}

export const CLOUD_RULE_GROUPS = [
  'cloud-buckets',
  'cloud-keys',
  'cloud-kubernetes',
  'cloud-database',
  'cloud-identities',
  'cloud-network',
  'cloud-estate',
] as const;
export type CloudRuleGroup = (typeof CLOUD_RULE_GROUPS)[number];

/** A rule with the standards of all its clouds. */
export function cloudRule(rule: Omit<CloudRule, 'standards'>): CloudRule {
  return { ...rule, standards: Object.values(rule.clouds).flatMap(({ standards = [] }) => standards) };
}

export const PUBLIC_CLOUDS = ['aws', 'gcp', 'azure'] as const satisfies readonly PublicCloud[];
