import { describe, expect, test } from '@jest/globals';
import { admissionPolicies, admissionPolicyName } from '../../policies/admission-policies.ts';
import { dialectViolations } from '../../policies/engine/dialect.ts';
import { exemption, judgeOptions, objectRules } from './support.ts';

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly failurePolicy: string;
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly matchConstraints: {
      readonly namespaceSelector: object;
      readonly resourceRules: readonly {
        readonly apiGroups: readonly string[];
        readonly resources: readonly string[];
      }[];
    };
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
  };
}

const options = judgeOptions();
const objects = admissionPolicies(options) as unknown as readonly Policy[];
const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
const bindings = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');

describe('admission policies', () => {
  test('exist for every object rule, each with its binding, under names of their own', () => {
    const names = policies.map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
    expect(bindings.map(({ spec }) => spec.policyName)).toEqual(names);
    const ruled = objectRules().filter(({ id }) =>
      (['Namespaced', 'Cluster'] as const).some((scope) => names.includes(admissionPolicyName(id, scope))),
    );
    expect(ruled).toEqual(objectRules());
  });

  test('are the same to the byte each time', () => {
    expect(JSON.stringify(admissionPolicies(options))).toBe(JSON.stringify(objects));
  });

  test('fail closed', () => {
    expect(new Set(policies.map(({ spec }) => spec.failurePolicy))).toEqual(new Set(['Fail']));
  });

  test('deny errors, warn of warnings and audit both', () => {
    const actionsOf = (rule: string) =>
      bindings.find(({ spec }) => spec.policyName === admissionPolicyName(rule, 'Namespaced'))?.spec.validationActions;
    expect(actionsOf('pod-privileged')).toEqual(['Deny', 'Audit']);
    expect(actionsOf('secrets-as-files')).toEqual(['Warn', 'Audit']);
  });

  test('reach only namespaces that are part of Flotilla, and cluster-wide objects that are', () => {
    for (const { metadata, spec } of policies) {
      const scoped = metadata.name.endsWith('-cluster')
        ? spec.matchConditions.some(({ name }) => name === 'part-of-flotilla')
        : JSON.stringify(spec.matchConstraints.namespaceSelector) ===
          '{"matchLabels":{"app.kubernetes.io/part-of":"flotilla"}}';
      expect({ name: metadata.name, scoped }).toEqual({ name: metadata.name, scoped: true });
    }
  });

  test('let go of objects that are being deleted', () => {
    const without = policies.filter(
      ({ spec }) => !spec.matchConditions.some(({ name }) => name === 'not-being-deleted'),
    );
    expect(without).toEqual([]);
  });

  test('stay within the limits of the API server', () => {
    for (const { metadata, spec } of policies) {
      expect(metadata.name.length).toBeLessThanOrEqual(63);
      expect(spec.matchConditions.length).toBeLessThanOrEqual(64);
      for (const { message } of spec.validations) expect(message.length).toBeLessThanOrEqual(1024);
    }
  });

  test('judge every kind of workload alike', () => {
    const policy = policies.find(({ metadata }) => metadata.name === 'flotilla-pod-privileged');
    expect(policy?.spec.matchConstraints.resourceRules).toMatchObject([
      { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'] },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
      { apiGroups: [''], resources: ['pods'] },
    ]);
  });

  test('carry the registries of their stack', () => {
    const policy = policies.find(({ metadata }) => metadata.name === 'flotilla-image-registry');
    expect(policy?.spec.variables[0]).toEqual({
      name: 'registries',
      expression: '["registry.example.com/flotilla", "registry.example.org/external-dns"]',
    });
  });

  test('turn exemptions into conditions of their own rule only, in the dialect', () => {
    const [one] = admissionPolicies({
      ...options,
      exemptions: [exemption({})],
      rules: byId('pod-host-ports'),
    }) as unknown as Policy[];
    const [other] = admissionPolicies({
      ...options,
      exemptions: [exemption({})],
      rules: byId('pod-privileged'),
    }) as unknown as Policy[];
    const conditions = one?.spec.matchConditions.filter(({ name }) => name.startsWith('exemption-')) ?? [];
    expect(conditions).toHaveLength(1);
    expect(conditions.flatMap(({ expression }) => dialectViolations(expression))).toEqual([]);
    expect(other?.spec.matchConditions.some(({ name }) => name.startsWith('exemption-'))).toBe(false);
  });
});

function byId(id: string) {
  return objectRules().filter((rule) => rule.id === id);
}
