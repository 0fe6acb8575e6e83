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
import type { Exemption } from '../../policies/exemptions.ts';
import { kindOf } from '../../policies/kinds.ts';
import { exampleDataPlane, examplePsc } from '../support/example-psc.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../local/test-control-plane.ts';
import { type Answer, create, read } from './api-server-client.ts';

const POLICY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const FOREIGN_NAMESPACE = 'not-flotilla';

const EXEMPTIONS: readonly Exemption[] = [
  exemption('pod-host-ports', { kind: 'DaemonSet', namespace: EXAMPLE_NAMESPACE, name: 'exempt-*' }),
  exemption('storage-expandable', { kind: 'StorageClass', name: 'flotilla-exempt' }),
];

let controlPlane: ControlPlane;

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
  await install(admissionPolicies({ registries, exemptions: EXEMPTIONS }));
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  await controlPlane.stop();
});

describe('the API server and synth judge alike', () => {
  const examples = allExamples().filter(({ rule }) => rule.form === 'object');

  test.each(titled(examples.filter(({ verdict }) => verdict === 'fail')))(
    '%s: refuses or warns of %s',
    async (id, _title, example) => {
      for (const object of example.objects) {
        // The API server takes up new policies within seconds.
        await eventually(
          async () => policiesThatSpoke(await ask(object)),
          (spoke) => spoke.includes(id),
        );
      }
    },
    POLICY_TIMEOUT_MS,
  );

  test.each(titled(examples.filter(({ verdict }) => verdict === 'pass')))(
    '%s: accepts %s',
    async (id, _title, example) => {
      for (const object of example.objects) {
        const answer = await ask(object);
        expect(policiesThatSpoke(answer)).not.toContain(id);
        // 409 is said after the policies have spoken: Kubernetes' own ConfigMap is there already.
        expect([201, 409]).toContain(answer.statusCode);
      }
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
    expect(policiesThatSpoke(await ask(unlabelled))).not.toEqual([]);
  });

  test('let exempted objects and the pods of exempted workloads through, and no others', async () => {
    const withHostPort = change(daemonSet(), ['spec', 'template', 'spec', 'containers', 0, 'ports'], HOST_PORT);
    const podWithHostPort = change(pod(), ['spec', 'containers', 0, 'ports'], HOST_PORT);
    const named = (object: KubernetesObject, name: string) => change(object, ['metadata', 'name'], name);
    const fixed = change(storageClass(), ['allowVolumeExpansion'], false);
    expect(await ask(named(withHostPort, 'exempt-agent'))).toMatchObject({ statusCode: 201 });
    expect(await ask(named(podWithHostPort, 'exempt-agent-x7k2p'))).toMatchObject({ statusCode: 201 });
    expect(await ask(named(fixed, 'flotilla-exempt'))).toMatchObject({ statusCode: 201 });
    expect(policiesThatSpoke(await ask(named(withHostPort, 'agent')))).toEqual(['pod-host-ports']);
    expect(policiesThatSpoke(await ask(named(podWithHostPort, 'agent-x7k2p')))).toEqual(['pod-host-ports']);
    expect(policiesThatSpoke(await ask(named(fixed, 'flotilla-exempt-not')))).toEqual(['storage-expandable']);
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

async function ask(object: KubernetesObject): Promise<Answer> {
  return await create(controlPlane, object, 'dry-run');
}

async function install(objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const { statusCode, body } = await create(controlPlane, object, 'for-real');
    if (statusCode !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${statusCode} ${body}`);
  }
}

/** Ids of the rules whose policies refused the object or warned of it. */
function policiesThatSpoke({ body, warnings }: Answer): readonly string[] {
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
