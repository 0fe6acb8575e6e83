import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { PolicyJudge, judge } from '../../policies/engine/judge.ts';
import { selects } from '../../policies/engine/label-selector.ts';
import { toCel } from '../../policies/engine/to-cel.ts';
import { change } from '../../policies/examples/change.ts';
import { changed, deployment, disruptionBudget, namespace, service } from '../../policies/examples/objects.ts';
import type { ObjectRule } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules/index.ts';
import { exemption, judgeOptions, located } from './support.ts';

function ruleThat(expression: string, more: Partial<ObjectRule> = {}): ObjectRule {
  return {
    form: 'object',
    id: 'test-rule',
    group: 'pod-security',
    severity: 'warning',
    title: 'Test',
    reason: 'test',
    fix: 'Mend it.',
    standards: [],
    match: { kinds: ['Deployment'] },
    validations: [{ expression, message: 'static' }],
    examples: { passing: [], failing: [] },
    ...more,
  };
}

describe('a rule that cannot be evaluated', () => {
  test.each([
    ['reads a field that is not there', ruleThat('object.spec.nothing.here == 1')],
    ['is neither true nor false', ruleThat('object.metadata.name')],
    [
      'reads a variable that cannot be computed',
      ruleThat('variables.broken == 1', { variables: { broken: 'object.spec.no.way' } }),
    ],
    [
      'has a condition that fails',
      ruleThat('true', { match: { kinds: ['Deployment'], when: { expression: 'object.a.b', reason: '' } } }),
    ],
  ])('is an error when it %s, whatever its own severity', (_title, rule) => {
    const { findings, counts } = judge(located([deployment()]), judgeOptions({ rules: [rule] }));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toMatch(/^the rule could not be evaluated: /);
    expect(counts).toEqual({ error: 1, warning: 0, info: 0 });
  });

  test('does not keep others from judging', () => {
    const rules = [ruleThat('object.no.no'), ruleThat('false', { id: 'other-rule' })];
    const { findings } = judge(located([deployment()]), judgeOptions({ rules }));
    expect(findings.map(({ rule }) => rule)).toEqual(['test-rule', 'other-rule']);
  });

  test('falls back to its message when only the explanation fails', () => {
    const rule = ruleThat('false', {
      validations: [{ expression: 'false', message: 'static', messageExpression: 'object.no.no' }],
    });
    expect(judge(located([deployment()]), judgeOptions({ rules: [rule] })).findings[0]?.message).toBe('static');
  });
});

describe('judging', () => {
  test('passes over kinds of the same name in another API group', () => {
    const foreign = change(deployment(), ['apiVersion'], 'apps.example.com/v1');
    expect(judge(located([foreign]), judgeOptions({ rules: [ruleThat('false')] })).findings).toEqual([]);
  });

  test('looks for companions of an object only in its own Kubernetes cluster', () => {
    const budget = disruptionBudget({ maxUnavailable: 1 });
    const options = judgeOptions({ rules: RULES.filter(({ id }) => id === 'budget-present') });
    expect(judge([...located([deployment()], 'a'), ...located([budget], 'a')], options).findings).toEqual([]);
    expect(judge([...located([deployment()], 'a'), ...located([budget], 'b')], options).findings).toHaveLength(1);
  });

  test('gives the same report in whatever order objects come', () => {
    const bad = changed(deployment(), [
      [['spec', 'template', 'spec', 'hostNetwork'], true],
      [['metadata', 'labels'], undefined],
    ]);
    const objects = located([bad, service(), namespace(), namespace('flotilla-third')]);
    const findings = (order: typeof objects) => judge(order, judgeOptions()).findings;
    fc.assert(
      fc.property(fc.shuffledSubarray([...objects], { minLength: objects.length }), (order) => {
        // Which object of an undeclared namespace comes first is the only thing that order may decide.
        const rest = (of: typeof objects) => findings(of).filter(({ rule }) => rule !== 'namespace-declared');
        expect(rest(order)).toEqual(rest(objects));
      }),
    );
  });

  test('lists no more findings than asked and counts the rest', () => {
    const objects = Array.from({ length: 5 }, (_, index) => change(deployment(), ['metadata', 'name'], `d-${index}`));
    const report = judge(located(objects), judgeOptions({ rules: [ruleThat('false')], findingsMax: 2 }));
    expect({ listed: report.findings.length, omitted: report.omitted, counts: report.counts }).toEqual({
      listed: 2,
      omitted: 3,
      counts: { error: 0, warning: 5, info: 0 },
    });
  });

  test('throws where an expression does not even parse', () => {
    expect(() => new PolicyJudge(judgeOptions({ rules: [ruleThat('object.')] }))).toThrow();
  });
});

describe('exemptions', () => {
  const withHostPort = change(
    deployment(),
    ['spec', 'template', 'spec', 'containers', 0, 'ports'],
    [{ containerPort: 1, hostPort: 1 }],
  );
  const rules = RULES.filter(({ id }) => id === 'pod-host-ports');

  test.each<[string, ReturnType<typeof exemption>, readonly string[]]>([
    ['covers the object that it names', exemption({}), []],
    ['covers by glob', exemption({ object: { kind: 'Deployment', namespace: 'flotilla-*', name: 'exam*' } }), []],
    ['is in force on its last day', exemption({ expires: '2026-11-22' }), []],
    [
      'covers nothing after its last day, and its end is an error',
      exemption({ expires: '2026-11-21' }),
      ['exemption-expired', 'pod-host-ports'],
    ],
    [
      'covers no other kind',
      exemption({ object: { kind: 'DaemonSet', namespace: 'flotilla-example', name: 'example' } }),
      ['pod-host-ports', 'exemption-unused'],
    ],
    [
      'covers no other namespace',
      exemption({ object: { kind: 'Deployment', namespace: 'elsewhere', name: 'example' } }),
      ['pod-host-ports', 'exemption-unused'],
    ],
    [
      'covers nothing in a namespace if it names none',
      exemption({ object: { kind: 'Deployment', name: 'example' } }),
      ['pod-host-ports', 'exemption-unused'],
    ],
    [
      'covers no longer name',
      exemption({ object: { kind: 'Deployment', namespace: 'flotilla-example', name: 'exam' } }),
      ['pod-host-ports', 'exemption-unused'],
    ],
    ['covers no other rule', exemption({ rule: 'pod-privileged' }), ['pod-host-ports', 'exemption-unused']],
  ])('one %s', (_title, one, expected) => {
    const report = judge(
      located([withHostPort]),
      judgeOptions({ rules, exemptions: [one], unusedExemptions: 'report' }),
    );
    expect(report.findings.map(({ rule }) => rule)).toEqual(expected);
    expect(report.exempted).toHaveLength(expected.length === 0 ? 1 : 0);
  });

  test('an expired one names its owner and its place in the file', () => {
    const [finding] = judge([], judgeOptions({ exemptions: [exemption({ expires: '2026-01-01' })] })).findings;
    expect(finding?.message).toContain('Platform team');
    expect(finding?.object).toMatchObject({ file: 'policies/exemptions.yaml', line: 3 });
  });
});

describe('values in CEL', () => {
  test('have whole numbers as integers and no null fields', () => {
    const object: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'x' },
      a: 3,
      b: 1.5,
      c: null,
      d: [1, 'x'],
    };
    expect(toCel(object)).toEqual({
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'x' },
      a: 3n,
      b: 1.5,
      d: [1n, 'x'],
    });
  });
});

describe('a label selector', () => {
  const labels = { app: 'kafka', role: 'broker' };
  test.each<[object, boolean]>([
    [{}, true],
    [{ matchLabels: { app: 'kafka' } }, true],
    [{ matchLabels: { app: 'other' } }, false],
    [{ matchExpressions: [{ key: 'role', operator: 'In', values: ['broker'] }] }, true],
    [{ matchExpressions: [{ key: 'role', operator: 'NotIn', values: ['broker'] }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'role', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'role', operator: 'DoesNotExist' }] }, false],
    [{ matchExpressions: [{ key: 'role', operator: 'Like' }] }, false],
  ])('%j: %s', (selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
