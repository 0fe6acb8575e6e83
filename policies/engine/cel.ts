import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { ObjectRule, Rule, RuleParameters, Validation } from '../rule.ts';
import { kindOf, type KindName } from '../kinds.ts';
import { SHARED_VARIABLES, parameterVariables } from '../variables.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { toCel } from './to-cel.ts';

/** What an object rule says of one object. */
export interface Verdict {
  readonly rule: ObjectRule;
  readonly message: string;
  /** `error`: the rule could not be evaluated, which counts as a violation, as in the API server. */
  readonly outcome: 'violated' | 'error';
}

/** All object rules, compiled once. */
export interface CompiledRules {
  /** Violations of one object, in the order of the rules; empty for kinds that no rule speaks of. */
  readonly judge: (object: KubernetesObject) => readonly Verdict[];
}

/** Parses every expression; throws where one does not parse, which is a mistake of ours. */
export function compileRules(rules: readonly Rule[], parameters: RuleParameters): CompiledRules {
  const environment = new Environment(CEL_OPTIONS);
  const plans = new Map<KindName, KindPlan>();
  for (const rule of rules) {
    if (rule.form !== 'object') continue;
    const compiled = compileRule(environment, rule);
    for (const kind of rule.match.kinds) {
      const plan = plans.get(kind) ?? { rules: [], variables: [] };
      plans.set(kind, { rules: [...plan.rules, compiled], variables: [] });
    }
  }
  for (const [kind, plan] of plans) {
    plans.set(kind, { ...plan, variables: compileVariables(environment, plan.rules) });
  }
  const constants = parameterVariables(parameters);
  return { judge: (object) => judgeObject(object, plans, constants) };
}

/** The environment in which rules are parsed at synth: the API server's, as far as they use it. */
export const CEL_OPTIONS = { unlistedVariablesAreDyn: true, enableOptionalTypes: true } as const;

/** Variables that an expression needs, those that these need included, each after those that it needs. */
export function variablesOf(rule: ObjectRule): readonly (readonly [name: string, expression: string])[] {
  const declared = { ...SHARED_VARIABLES, ...rule.variables };
  const needed = new Map<string, string>();
  const visit = (expression: string): void => {
    for (const [, name = ''] of expression.matchAll(/\bvariables\.(\w+)/g)) {
      const own = declared[name];
      if (own === undefined || needed.has(name)) continue;
      visit(own);
      needed.set(name, own);
    }
  };
  for (const validation of rule.validations) {
    visit(validation.expression);
    visit(validation.messageExpression ?? '');
  }
  return [...needed];
}

interface KindPlan {
  readonly rules: readonly CompiledRule[];
  readonly variables: readonly CompiledVariable[];
}

interface CompiledRule {
  readonly rule: ObjectRule;
  readonly when: ParseResult | undefined;
  readonly validations: readonly CompiledValidation[];
}

interface CompiledValidation {
  readonly validation: Validation;
  readonly holds: ParseResult;
  readonly explain: ParseResult | undefined;
}

interface CompiledVariable {
  readonly name: string;
  readonly value: ParseResult;
}

interface EvaluationContext {
  readonly object: unknown;
  readonly variables: Record<string, unknown>;
}

function compileRule(environment: Environment, rule: ObjectRule): CompiledRule {
  const { when } = rule.match;
  return {
    rule,
    when: when === undefined ? undefined : environment.parse(when.expression),
    validations: rule.validations.map((validation) => ({
      validation,
      holds: environment.parse(validation.expression),
      explain: validation.messageExpression === undefined ? undefined : environment.parse(validation.messageExpression),
    })),
  };
}

function compileVariables(environment: Environment, rules: readonly CompiledRule[]): readonly CompiledVariable[] {
  const byName = new Map(rules.flatMap(({ rule }) => variablesOf(rule)));
  return [...byName].map(([name, expression]) => ({ name, value: environment.parse(expression) }));
}

function judgeObject(
  object: KubernetesObject,
  plans: ReadonlyMap<KindName, KindPlan>,
  constants: Readonly<Record<string, readonly string[]>>,
): readonly Verdict[] {
  const kind = kindOf(object);
  const plan = kind === undefined ? undefined : plans.get(kind);
  if (plan === undefined) return [];
  const context: EvaluationContext = { object: toCel(object), variables: { ...constants } };
  for (const { name, value } of plan.variables) {
    try {
      context.variables[name] = value(context);
    } catch {
      // As in the API server, only a rule that reads the variable fails: its evaluation finds no such variable.
    }
  }
  const verdicts: Verdict[] = [];
  for (const rule of plan.rules) {
    const verdict = judgeByRule(rule, context);
    if (verdict !== undefined) verdicts.push(verdict);
  }
  return verdicts;
}

/** The first validation that does not hold speaks for the rule, as in the API server. */
function judgeByRule(compiled: CompiledRule, context: EvaluationContext): Verdict | undefined {
  const { rule, when, validations } = compiled;
  try {
    if (when !== undefined && !isTrue(when(context))) return undefined;
    for (const { validation, holds, explain } of validations) {
      if (isTrue(holds(context))) continue;
      return { rule, outcome: 'violated', message: messageOf(validation, explain, context) };
    }
    return undefined;
  } catch (error) {
    return { rule, outcome: 'error', message: `the rule could not be evaluated: ${summaryOf(error)}` };
  }
}

function messageOf(validation: Validation, explain: ParseResult | undefined, context: EvaluationContext): string {
  if (explain === undefined) return validation.message;
  try {
    const text: unknown = explain(context);
    return typeof text === 'string' && text.trim() !== '' ? text : validation.message;
  } catch {
    return validation.message;
  }
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`expected true or false, got ${typeof value}`);
}

function summaryOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
