import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { admissionPolicies } from '../../policies/admission-policies.ts';
import { FlotillaValidation, type Violation } from '../../policies/cdk8s-validation.ts';
import { change } from '../../policies/examples/change.ts';
import {
  changed,
  disruptionBudget,
  EXAMPLE_NAMESPACE,
  deployment,
  namespace,
  namespaced,
  networkPolicy,
} from '../../policies/examples/objects.ts';
import { EXAMPLE_PARAMETERS } from '../../policies/rule.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-cdk8s-'));
  writeFileSync(join(folder, 'exemptions.yaml'), 'exemptions: []\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const AROUND: readonly KubernetesObject[] = [
  namespace(EXAMPLE_NAMESPACE),
  networkPolicy({ policyTypes: ['Ingress', 'Egress'] }),
  { ...namespaced('v1', 'ResourceQuota'), spec: { hard: { pods: '20' } } },
];
const POLICIES = admissionPolicies({ ...EXAMPLE_PARAMETERS, exemptions: [] });
const bad = change(deployment(), ['spec', 'template', 'spec', 'hostNetwork'], true);

describe('the cdk8s plugin', () => {
  test('accepts manifests whose companions are in another file of the same Kubernetes cluster', async () => {
    const { status, violations } = await validate({
      'dev/a/10.k8s.yaml': [...POLICIES, ...AROUND],
      'dev/a/20.k8s.yaml': [deployment()],
      'dev/rendered/a/x.k8s.yaml': [disruptionBudget({ maxUnavailable: 1 })],
    });
    expect({ status, violations }).toEqual({ status: 'success', violations: [] });
  });

  test('fails and says rule, severity, recommendation, object, file and line', async () => {
    const { status, violations, paths } = await validate({
      'dev/a/10.k8s.yaml': [...POLICIES, ...AROUND, disruptionBudget({ maxUnavailable: 1 })],
      'dev/a/20.k8s.yaml': [networkPolicy({ policyTypes: ['Ingress'] }), bad],
    });
    expect(status).toBe('failure');
    expect(violations).toEqual([
      {
        ruleName: 'pod-host-namespaces [error]',
        recommendation: 'Pods share no namespace with their node.',
        fix: 'Remove hostNetwork, hostPID and hostIPC.',
        violatingResources: [
          {
            resourceName: 'example',
            locations: [
              "Deployment flotilla-example/example: the pod uses its node's network, process or IPC namespace",
            ],
            manifestPath: `${paths[1] ?? ''}:3`,
          },
        ],
      },
    ]);
  });

  test('looks for companions in no other cluster and no other stack', async () => {
    const { violations } = await validate({
      'dev/a/10.k8s.yaml': [...POLICIES, ...AROUND, deployment()],
      'dev/b/10.k8s.yaml': [...POLICIES, ...AROUND, disruptionBudget({ maxUnavailable: 1 })],
    });
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['budget-present [error]']);
  });

  test('holds images of each stack to the registries that its own admission policies allow', async () => {
    const elsewhere = admissionPolicies({ registries: ['registry.example.net'], exemptions: [] });
    const files = { 'dev/a/20.k8s.yaml': [...AROUND, disruptionBudget({ maxUnavailable: 1 }), deployment()] };
    const { violations } = await validate({ ...files, 'dev/a/10.k8s.yaml': elsewhere });
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['image-registry [error]']);
    await expect(validate(files)).rejects.toThrow('flotilla-image-registry');
  });

  test('succeeds with warnings, and says them', async () => {
    const fromSecret = change(
      deployment(),
      ['spec', 'template', 'spec', 'containers', 0, 'envFrom'],
      [{ secretRef: { name: 'x' } }],
    );
    const { status, violations } = await validate({
      'dev/a/10.k8s.yaml': [...POLICIES, ...AROUND, disruptionBudget({ maxUnavailable: 1 }), changed(fromSecret, [])],
    });
    expect(status).toBe('success');
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['secrets-as-files [warning]']);
  });
});

async function validate(files: Readonly<Record<string, readonly KubernetesObject[]>>) {
  const paths = Object.entries(files).map(([path, objects]) => {
    const file = join(folder, 'dist', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    return file;
  });
  const violations: Violation[] = [];
  let status = 'not submitted';
  const plugin = new FlotillaValidation({ exemptions: join(folder, 'exemptions.yaml') });
  await plugin.validate({
    manifests: paths,
    report: {
      addViolation: (violation) => violations.push(violation),
      submit: (submitted) => {
        status = submitted;
      },
    },
  });
  return { status, violations, paths };
}
