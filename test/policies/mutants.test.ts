import { describe, expect, test } from '@jest/globals';
import { judge } from '../../policies/engine/judge.ts';
import type { ObjectRule, Rule } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules/index.ts';
import { judgeOptions, located, objectRules } from './support.ts';

describe('examples notice a rule that has gone blind', () => {
  const mutants = objectRules().flatMap((rule) =>
    rule.validations.map((_, index) => [rule.id, index, withExpression(rule, index, 'true')] as const),
  );
  test.each(mutants)('%s: validation %d replaced by true', (_id, _index, mutant) => {
    expect(misjudged(mutant)).not.toEqual([]);
  });
});

describe('examples notice a rule that refuses everything', () => {
  test.each(objectRules().map((rule) => [rule.id, withExpression(rule, 0, 'false')] as const))('%s', (_id, mutant) => {
    expect(misjudged(mutant)).not.toEqual([]);
  });

  const setRules = RULES.filter((rule) => rule.form === 'set').map((rule) => [rule.id, rule] as const);
  test.each(setRules)('%s replaced by one that finds nothing', (_id, rule) => {
    expect(misjudged({ ...rule, judge: () => [] })).not.toEqual([]);
  });
});

/** Their validations speak of brokers only, so that nothing else could violate them: the scope just saves time. */
const SCOPED_BY_VALIDATION: readonly string[] = ['kafka-rack', 'kafka-no-auto-topics'];

describe('examples notice a scope that was lost', () => {
  const scoped = objectRules().filter(
    ({ id, match }) => match.when !== undefined && !SCOPED_BY_VALIDATION.includes(id),
  );
  test.each(scoped.map((rule) => [rule.id, rule] as const))('%s without its scope', (_id, { match, ...rule }) => {
    expect(misjudged({ ...rule, match: { kinds: match.kinds } })).not.toEqual([]);
  });
});

function withExpression(rule: ObjectRule, index: number, expression: string): ObjectRule {
  const validations = rule.validations.map((validation, at) =>
    at === index ? { ...validation, expression } : validation,
  );
  return { ...rule, validations };
}

/** Titles of the rule's examples on which it does not say what they are there for. */
function misjudged(rule: Rule): readonly string[] {
  const finds = (example: Rule['examples']['passing'][number]): boolean =>
    judge(located(example.objects), judgeOptions({ rules: [rule] })).findings.length > 0;
  return [
    ...rule.examples.passing.filter((example) => finds(example)),
    ...rule.examples.failing.filter((example) => !finds(example)),
  ].map(({ title }) => title);
}
