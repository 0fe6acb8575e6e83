import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { PSC_CRD } from '../../contracts/gen/psc-crd.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../contracts/labels.ts';
import { NAMESPACES, pscNamespace } from '../../contracts/names.ts';
import { renderKafkaCluster } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import { admissionPolicies } from '../../policies/admission-policies.ts';
import { EXAMPLE_RULE_PARAMETERS, allExamples, type RuleExample } from '../../policies/examples.ts';
import { change } from '../../policies/examples/change.ts';
import { EXAMPLE_NAMESPACE, changed, daemonSet, pod, storageClass } from '../../policies/examples/objects.ts';
import { GOOD_PSC } from '../../policies/examples/psc.ts';
import { judge } from '../../policies/engine/judge.ts';
import { RULES } from '../../policies/rules/index.ts';
import type { Severity } from '../../policies/rule.ts';
import type { Exemption } from '../../policies/exemptions.ts';
import { kindOf } from '../../policies/kinds.ts';
import { exampleDataPlane, examplePsc } from '../support/example-psc.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../local/test-control-plane.ts';
import { type Answer, apply, createDryRun, read } from './api-server-client.ts';

const POLICY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const FOREIGN_NAMESPACE = 'not-flotilla';

const EXEMPTIONS: readonly Exemption[] = [
  exemption('pod-host-ports', { kind: 'DaemonSet', namespace: EXAMPLE_NAMESPACE, name: 'exempt-*' }),
  exemption('storage-expandable', { kind: 'StorageClass', name: 'flotilla-exempt' }),
];

let controlPlane: ControlPlane;
let policies: readonly KubernetesObject[];

beforeAll(async () => {
  controlPlane = await startTestControlPlane({ controllerManager: 'run' });
  const namespaces = [EXAMPLE_NAMESPACE, pscNamespace('orders'), NAMESPACES.gateway, FOREIGN_NAMESPACE].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    // No Pod Security here: it would refuse pods before any policy of ours could.
    metadata: { name, labels: name === FOREIGN_NAMESPACE ? {} : { [LABELS.partOf]: PART_OF } },
  }));
  await install([...namespaces, PSC_CRD]);
  await install(
    [EXAMPLE_NAMESPACE, FOREIGN_NAMESPACE].map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'example', namespace },
    })),
  );
  const images = Object.values(exampleDataPlane('aws').images).map(({ repository }) => repository);
  const registries = [...EXAMPLE_RULE_PARAMETERS.registries, ...new Set(images)];
  policies = admissionPolicies({ registries, exemptions: EXEMPTIONS });
  await install(policies.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy'));
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  await controlPlane.stop();
});

describe('the API server and synth judge alike', () => {
  const rules = RULES.filter(({ form }) => form === 'object');

  // Under the real bindings the API server names one violated policy only; when all merely warn, it names each.
  beforeAll(async () => {
    await bindPolicies(['Warn', 'Audit']);
    await eventually(
      async () => spokeOf(await ask(LAST_POLICY_EXAMPLE)),
      (spoke) => spoke.includes(LAST_POLICY),
    );
  }, POLICY_TIMEOUT_MS);

  test.each(titled(allExamples().filter(({ rule }) => rule.form === 'object')))(
    '%s: %s',
    async (_id, _title, { objects }) => {
      for (const object of objects) {
        const options = { ...EXAMPLE_RULE_PARAMETERS, exemptions: EXEMPTIONS, today: '2026-11-22', rules };
        const { findings } = judge([{ object, file: 'example.yaml' }], options);
        const expected = new Set(findings.map(({ rule }) => rule));
        const answer = await eventually(
          async () => await ask(object),
          (seen) => new Set(spokeOf(seen)).symmetricDifference(expected).size === 0,
        );
        // 409 is said after the policies have spoken: Kubernetes' own ConfigMap is there already.
        expect([201, 409]).toContain(answer.statusCode);
      }
    },
    POLICY_TIMEOUT_MS,
  );
});

describe('under the real bindings', () => {
  const failing = allExamples().filter(({ rule, verdict }) => rule.form === 'object' && verdict === 'fail');
  const one = (severity: Severity) => failing.filter(({ rule }) => rule.severity === severity);

  beforeAll(async () => {
    await bindPolicies();
  }, POLICY_TIMEOUT_MS);

  test.each(titled(one('error')))(
    'the API server refuses what is an error of %s: %s',
    async (_id, _title, { objects: [object = pod()] }) => {
      const { body } = await eventually(
        async () => await ask(object),
        ({ statusCode }) => statusCode === 422,
      );
      expect(body).toContain('ValidatingAdmissionPolicy');
    },
    POLICY_TIMEOUT_MS,
  );

  test.each(titled(one('warning')))(
    'the API server accepts with a warning what is one of %s: %s',
    async (id, _title, { objects: [object = pod()] }) => {
      const answer = await ask(object);
      expect(answer.statusCode).toBe(201);
      expect(spokeOf(answer)).toEqual([id]);
    },
  );
});

describe('what the operator makes of a PSC', () => {
  test('is accepted under the policies of its own stack', async () => {
    const objects = renderKafkaCluster(examplePsc('aws'), exampleDataPlane('aws')).filter(
      (object) => kindOf(object) !== undefined,
    );
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['StatefulSet', 'ConfigMap', 'NetworkPolicy']),
    );
    for (const object of objects) {
      const answer = await ask(object);
      expect({ object: `${object.kind} ${object.metadata.name}`, ...answer }).toMatchObject({
        statusCode: 201,
        warnings: [],
      });
    }
  });
});

describe('the policies', () => {
  test(
    'type-check against the schemas of every kind that they match',
    async () => {
      const policies = await eventually(
        async () => ((await read(controlPlane, POLICIES)) as { readonly items: readonly PolicyWithStatus[] }).items,
        (items) => items.every(({ metadata, status }) => status?.observedGeneration === metadata.generation),
      );
      expect(policies.length).toBeGreaterThan(0);
      const warnings = policies.flatMap(({ metadata, status }) =>
        (status?.typeChecking?.expressionWarnings ?? []).map(({ warning }) => `${metadata.name}: ${warning}`),
      );
      expect(warnings).toEqual([]);
    },
    POLICY_TIMEOUT_MS,
  );

  test('leave namespaces alone that are not part of Flotilla', async () => {
    const foreign = changed(pod(), [
      [['metadata', 'namespace'], FOREIGN_NAMESPACE],
      [['spec', 'hostNetwork'], true],
    ]);
    expect(await ask(foreign)).toMatchObject({ statusCode: 201 });
  });

  test('leave cluster-wide objects alone that are not part of Flotilla', async () => {
    const foreign = changed(storageClass(), [
      [['metadata'], { name: 'standard' }],
      [['allowVolumeExpansion'], false],
    ]);
    expect(await ask(foreign)).toMatchObject({ statusCode: 201 });
  });

  test('hold a cluster-wide object with our name to the rules even without our label', async () => {
    const unlabelled = changed(storageClass(), [
      [['metadata'], { name: 'flotilla-sneaky' }],
      [['allowVolumeExpansion'], false],
    ]);
    expect(spokeOf(await ask(unlabelled))).not.toEqual([]);
  });

  test('let exempted objects and the pods of exempted workloads through, and no others', async () => {
    const withHostPort = change(daemonSet(), ['spec', 'template', 'spec', 'containers', 0, 'ports'], HOST_PORT);
    const podWithHostPort = change(pod(), ['spec', 'containers', 0, 'ports'], HOST_PORT);
    const named = (object: KubernetesObject, name: string) => change(object, ['metadata', 'name'], name);
    const fixed = change(storageClass(), ['allowVolumeExpansion'], false);
    expect(await ask(named(withHostPort, 'exempt-agent'))).toMatchObject({ statusCode: 201 });
    expect(await ask(named(podWithHostPort, 'exempt-agent-x7k2p'))).toMatchObject({ statusCode: 201 });
    expect(await ask(named(fixed, 'flotilla-exempt'))).toMatchObject({ statusCode: 201 });
    expect(spokeOf(await ask(named(withHostPort, 'agent')))).toEqual(['pod-host-ports']);
    expect(spokeOf(await ask(named(podWithHostPort, 'agent-x7k2p')))).toEqual(['pod-host-ports']);
    expect(spokeOf(await ask(named(fixed, 'flotilla-exempt-not')))).toEqual(['storage-expandable']);
  });
});

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const HOST_PORT = [{ containerPort: 8080, hostPort: 8080 }];

interface PolicyWithStatus {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning: string }[] };
  };
}

/** The rule that was installed last, and something that it alone objects to. */
const LAST_POLICY = 'psc-one-controller-per-zone';
const LAST_POLICY_EXAMPLE = change(
  GOOD_PSC,
  ['spec', 'kafka', 'controllers', 'placement', 'us-west-2a', 'pods'],
  ['controller-0', 'controller-3'],
);

async function ask(object: KubernetesObject): Promise<Answer> {
  return await createDryRun(controlPlane, object);
}

async function install(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) await apply(controlPlane, object);
}

/** Binds all policies, with other actions than their own where they are given. */
async function bindPolicies(actions?: readonly string[]): Promise<void> {
  const bindings = policies.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
  await install(
    actions === undefined ? bindings : bindings.map((each) => change(each, ['spec', 'validationActions'], actions)),
  );
}

/** Ids of the rules whose policies refused the object or warned of it. */
function spokeOf({ body, warnings }: Answer): readonly string[] {
  const texts = [body, ...warnings].join('\n');
  const names = [...texts.matchAll(/ValidatingAdmissionPolicy '([a-z-]+)'|policy '([a-z-]+)'/gi)].map(
    ([, refused, warned]) => refused ?? warned ?? '',
  );
  return [...new Set(names.map((name) => name.replace(/^flotilla-/, '').replace(/-cluster$/, '')))];
}

async function eventually<T>(look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + POLICY_TIMEOUT_MS / 2;
  for (;;) {
    const seen = await look();
    if (isGood(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`not seen within ${POLICY_TIMEOUT_MS / 2} ms; last: ${JSON.stringify(seen)}`);
    await delay(POLL_MS);
  }
}

function titled(examples: readonly RuleExample[]) {
  return examples.map((example) => [example.rule.id, example.title, example] as const);
}

function exemption(rule: string, object: Exemption['object']): Exemption {
  return {
    rule,
    object,
    owner: 'test',
    reason: 'for the test of exemptions',
    expires: '2999-12-31',
    file: 'test',
    line: 1,
  };
}
