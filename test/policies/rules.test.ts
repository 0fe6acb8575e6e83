import { describe, expect, test } from '@jest/globals';
import { EXAMPLE_RULE_PARAMETERS, allExamples } from '../../policies/examples.ts';
import { judge } from '../../policies/engine/judge.ts';
import type { LocatedObject } from '../../policies/engine/cluster-index.ts';
import type { Example } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules/index.ts';

const TODAY = '2026-11-22';

describe('every rule', () => {
  test.each(RULES.map((rule) => [rule.id, rule] as const))('%s has passing and failing examples', (_, rule) => {
    expect(rule.examples.passing.length).toBeGreaterThan(0);
    expect(rule.examples.failing.length).toBeGreaterThan(0);
  });

  test('has an id of its own in kebab case', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });
});

describe('examples', () => {
  const cases = allExamples().map((example) => [example.rule.id, example.verdict, example.title, example] as const);
  test.each(cases)('%s: %s on %s', (_id, verdict, _title, example) => {
    const report = judge(located(example), {
      ...EXAMPLE_RULE_PARAMETERS,
      exemptions: [],
      today: TODAY,
      rules: [example.rule],
    });
    const messages = report.findings.map(({ message }) => message);
    expect(messages.filter((message) => message.includes('could not be evaluated'))).toEqual([]);
    expect({ verdict: messages.length === 0 ? 'pass' : 'fail', messages }).toMatchObject({ verdict });
  });
});

describe('the object rules together', () => {
  const objectRules = RULES.filter(({ form }) => form === 'object');
  const cases = allExamples()
    .filter(({ rule }) => rule.form === 'object')
    .map((example) => [example.rule.id, example.verdict, example.title, example] as const);

  test.each(cases)('%s: %s on %s, and no other rule objects', (id, verdict, _title, example) => {
    const report = judge(located(example), {
      ...EXAMPLE_RULE_PARAMETERS,
      exemptions: [],
      today: TODAY,
      rules: objectRules,
    });
    const others = new Set(report.findings.map(({ rule }) => rule).filter((rule) => rule !== id));
    const known: readonly string[] = ALSO_VIOLATED[id] ?? [];
    expect([...others].filter((rule) => !known.includes(rule))).toEqual([]);
    expect(report.findings.some(({ rule }) => rule === id)).toBe(verdict === 'fail');
  });
});

/** Rules that a failing example cannot help violating as well. */
const ALSO_VIOLATED: Readonly<Record<string, readonly string[]>> = {
  'pod-privileged': ['pod-privilege-escalation', 'pod-capabilities', 'pod-read-only-root'],
};

function located(example: Example): readonly LocatedObject[] {
  return example.objects.map((object) => ({ object, file: 'example.yaml' }));
}
