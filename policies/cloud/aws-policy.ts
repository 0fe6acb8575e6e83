import { at, listAt, textAt, textsAt, type Fields } from './cloud-resource.ts';

/** One statement of a policy of AWS, with its lists filled in. */
export interface AwsStatement {
  readonly effect: string;
  /** `*`, or what the principals are, as in `arn:aws:iam::1:role/x`; empty where the policy belongs to a principal. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator ▶ key ▶ values, with the keys in lower case, for AWS does not tell them apart. */
  readonly conditions: readonly AwsCondition[];
}

export interface AwsCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Statements of the policy, as text or object, at a path of a resource's inputs; a text that is no JSON has none.
 *
 * @throws NotKnownError when the policy is not known
 */
export function awsStatements(props: Fields, path: string): readonly AwsStatement[] {
  const value = at(props, path);
  const document = typeof value === 'string' ? parsed(value) : value;
  return listAt(document, 'Statement').map((statement) => ({
    effect: textAt(statement, 'Effect') ?? '',
    principals: principalsOf(at(statement, 'Principal')),
    actions: textsAt(statement, 'Action'),
    resources: textsAt(statement, 'Resource'),
    conditions: conditionsOf(at(statement, 'Condition')),
  }));
}

export function isAllow({ effect }: AwsStatement): boolean {
  return effect === 'Allow';
}

/** Whether everybody is meant, of any account. */
export function isForEverybody({ principals }: AwsStatement): boolean {
  return principals.includes('*') || principals.includes('AWS:*');
}

/** Whether it allows all actions, or all of a service. */
export function hasWildcardAction({ actions }: AwsStatement): boolean {
  return actions.some((action) => action === '*' || action.endsWith(':*'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // AWS refuses the policy itself, with a better message than a rule could give.
    return undefined;
  }
}

function principalsOf(principal: unknown): readonly string[] {
  if (typeof principal === 'string') return [principal];
  if (typeof principal !== 'object' || principal === null) return [];
  return Object.keys(principal).flatMap((kind) =>
    textsAt(principal, kind).map((name) => (name === '*' ? `${kind}:*` : name)),
  );
}

function conditionsOf(condition: unknown): readonly AwsCondition[] {
  if (typeof condition !== 'object' || condition === null) return [];
  return Object.entries(condition as Fields).flatMap(([operator, keys]) =>
    typeof keys === 'object' && keys !== null
      ? Object.entries(keys as Fields).map(([key, values]) => ({
          operator,
          key: key.toLowerCase(),
          values: (Array.isArray(values) ? values : [values]).map(String),
        }))
      : [],
  );
}
