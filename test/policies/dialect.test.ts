import { describe, expect, test } from '@jest/globals';
import { dialectViolations } from '../../policies/engine/dialect.ts';
import { SHARED_VARIABLES } from '../../policies/variables.ts';
import { objectRules } from './support.ts';

describe('expressions', () => {
  const ofRules = objectRules().flatMap(({ id, match, variables, validations }) => [
    ...(match.when === undefined ? [] : [[id, match.when.expression] as const]),
    ...Object.values(variables ?? {}).map((expression) => [id, expression] as const),
    ...validations.flatMap(({ expression, messageExpression }) =>
      [expression, messageExpression ?? 'true'].map((text) => [id, text] as const),
    ),
  ]);
  const shared = Object.entries(SHARED_VARIABLES).map(
    ([name, expression]) => [`variable ${name}`, expression] as const,
  );

  test.each([...shared, ...ofRules])('of %s keep to the dialect: %s', (_id, expression) => {
    expect(dialectViolations(expression)).toEqual([]);
  });

  test('of conditions that decide whether a rule applies read no variables, which the API server has not got there', () => {
    const conditions = objectRules().map(({ match }) => match.when?.expression ?? '');
    expect(conditions.filter((expression) => expression.includes('variables.'))).toEqual([]);
  });

  test('give one meaning to each name of a variable over all rules', () => {
    const meanings = new Map<string, Set<string>>();
    for (const { variables } of objectRules()) {
      for (const [name, expression] of Object.entries({ ...SHARED_VARIABLES, ...variables })) {
        meanings.set(name, (meanings.get(name) ?? new Set()).add(expression));
      }
    }
    expect([...meanings].filter(([, expressions]) => expressions.size > 1)).toEqual([]);
  });
});

describe('the dialect refuses', () => {
  test.each([
    ["quantity('1Gi').isGreaterThan(quantity('1Mi'))", ['method isGreaterThan', 'function quantity']],
    ['object.items.sum() > 3', ['method sum']],
    ["object.name.find('[0-9]+') != ''", ['method find']],
    ['isIP(object.address)', ['function isIP']],
    ["object.name.matches('^(?!x)')", ['regular expression ^(?!x)']],
    ["object.name.matches('(a+)+$') || object.name.matches('a++')", ['regular expression a++']],
    ['object.name.matches(object.pattern)', ['a regular expression that is not written out']],
    ['object.a % 2 == 0', ['operator %']],
  ])('%s', (expression, expected) => {
    expect(dialectViolations(expression)).toEqual(expected);
  });
});
