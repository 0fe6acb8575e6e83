/** Kubernetes' label selector: an empty one selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** One expression of a selector: what a label's value must be, or must not be. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether a selector selects an object with these labels; `unknown` has the say over an operator that Kubernetes does not have. */
export function selectsLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
  unknown: (operator: string) => boolean,
): boolean {
  const byLabels = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return byLabels && (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels, unknown));
}

function meets(
  { key, operator, values = [] }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
  unknown: (operator: string) => boolean,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return unknown(operator);
  }
}
