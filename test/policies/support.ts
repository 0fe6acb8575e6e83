import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { LocatedObject } from '../../policies/engine/cluster-index.ts';
import type { JudgeOptions } from '../../policies/engine/judge.ts';
import { EXAMPLE_RULE_PARAMETERS } from '../../policies/examples.ts';
import type { Exemption } from '../../policies/exemptions.ts';
import type { ObjectRule } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules/index.ts';

export const TODAY = '2026-11-22';

export function judgeOptions(options: Partial<JudgeOptions> = {}): JudgeOptions {
  return { ...EXAMPLE_RULE_PARAMETERS, exemptions: [], today: TODAY, ...options };
}

export function located(objects: readonly KubernetesObject[], cluster = 'test-a'): readonly LocatedObject[] {
  return objects.map((object, index) => ({
    object,
    file: 'dist/test/a/example.k8s.yaml',
    line: 1 + 10 * index,
    cluster,
  }));
}

export function objectRules(): readonly ObjectRule[] {
  return RULES.filter((rule) => rule.form === 'object');
}

export function exemption(part: Partial<Exemption>): Exemption {
  return {
    rule: 'pod-host-ports',
    object: { kind: 'Deployment', namespace: 'flotilla-example', name: 'example' },
    owner: 'Platform team',
    reason: 'serves the kubelet on the port of its node',
    expires: '2027-03-31',
    file: 'policies/exemptions.yaml',
    line: 3,
    ...part,
  };
}
