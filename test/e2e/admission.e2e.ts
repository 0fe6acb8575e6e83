import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { NAMESPACES, pscNamespace } from '../../contracts/names.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { PATHS } from '../../cli/project.ts';
import { admissionPolicies, admissionPolicyName } from '../../policies/admission-policies.ts';
import { judge } from '../../policies/engine/judge.ts';
import { allExamples } from '../../policies/examples.ts';
import { change, type FieldPath } from '../../policies/examples/change.ts';
import {
  changed,
  configMap,
  deployment,
  EXAMPLE_NAMESPACE,
  exampleLabels,
  pod,
} from '../../policies/examples/objects.ts';
import { EXAMPLE_PARAMETERS, type RuleParameters } from '../../policies/rule.ts';
import { RULES } from '../../policies/rules/index.ts';
import { allowedRegistries } from '../../stacks/synthesis.ts';
import { eventually } from '../local/eventually.ts';
import { type Answer, type ApiClient, ask, createDryRun, read } from '../policies/api-server-client.ts';
import { testRegion, UP_MAX_MS } from './region.ts';
import { type RegionApi, regionApi } from './support/region-api.ts';
import { RESTRICTED, type TestNamespace, testNamespace } from './support/test-namespace.ts';

const TEST_MAX_MS = 60_000;
const MOTHERSHIP_AND_TENANT = [pscNamespace('mothership'), pscNamespace('demo')];
const PLATFORM = [NAMESPACES.system, NAMESPACES.gateway, NAMESPACES.controlPlane];

jest.setTimeout(TEST_MAX_MS);

const OBJECT_RULES = RULES.filter(({ form }) => form === 'object');

describe('admission to the region', () => {
  let api: RegionApi;
  let namespace: TestNamespace;
  /** As the region's own stack was judged. */
  let parameters: RuleParameters;
  let tokenOf: (namespace: string) => Promise<string>;

  beforeAll(async () => {
    const { local } = await testRegion();
    api = await regionApi(local.layout);
    const images = loadImageLock(PATHS.imageLock, local.config.region.imageRegistry);
    parameters = { registries: allowedRegistries(local.config, images) };
    const labels = { ...exampleLabels(EXAMPLE_NAMESPACE), ...RESTRICTED };
    namespace = await testNamespace(local.layout, { prefix: EXAMPLE_NAMESPACE, labels });
    const own = (name: string): string[] => ['create', 'token', 'default', '--namespace', name];
    tokenOf = async (name) => (await namespace.kubectl(...own(name))).trim();
    const account = { name: 'example', labels: exampleLabels('example') };
    await namespace.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }, EDITOR_BINDING);
  }, UP_MAX_MS);

  afterAll(async () => {
    await namespace.kubectl('delete', VOICES.kind, VOICES.metadata.name, '--ignore-not-found');
    await namespace.remove();
  }, TEST_MAX_MS);

  describe('by the policies of the project', () => {
    it("has each rule's installed and bound, and none that no rule stands behind", async () => {
      const wanted = admissionPolicies({ ...parameters, exemptions: [] });
      for (const [kind, fields] of Object.entries(PARTS)) {
        const { items } = (await read(api.administrator, pathOf(kind))) as { readonly items: readonly Stored[] };
        const ours = items.filter(
          ({ metadata }) => metadata.name.startsWith('flotilla-') && metadata.name !== CONFINEMENT,
        );
        const part = (object: Stored): unknown => [
          object.metadata.name,
          ...fields.map((field) => object.spec[field] ?? []),
        ];
        const expected = wanted.filter((object) => object.kind === kind) as readonly unknown[] as readonly Stored[];
        expect(ours.map(part).sort()).toEqual(expected.map(part).sort());
        expect(ours.flatMap(({ status }) => status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
      }
    });

    it.each(OBJECT_RULES.map(({ id, title }) => [id, title]))(
      '%s: refuses the bad examples and lets the good ones in (%s)',
      async (id) => {
        const examples = allExamples().filter(({ rule }) => rule.id === id);
        for (const { objects, verdict } of examples) {
          for (const object of objects.map(inRegion)) {
            const answer = await createDryRun(api.administrator, object);
            const speaks = speaksOf(object, answer);
            const { errors, warnings } = findingsOf(object);
            expect([...errors, ...warnings].includes(id)).toBe(verdict === 'fail');
            expect({ object, answer, refusedBy: errors }).toEqual({
              object,
              answer,
              refusedBy: speaks.refusedBy(errors),
            });
            expect(warnings.filter((rule) => !speaks.warnings.includes(rule))).toEqual([]);
          }
        }
      },
    );

    it('has a policy that says no by its own name for every rule that is an error', async () => {
      await namespace.apply(VOICES);
      const errors = OBJECT_RULES.filter(({ severity }) => severity === 'error').map(({ id }) => id);
      const silent = new Set(errors);
      const examples = allExamples().filter(({ rule, verdict }) => silent.has(rule.id) && verdict === 'fail');
      const hear = async (): Promise<readonly string[]> => {
        for (const { rule, objects } of examples.filter((example) => silent.has(example.rule.id))) {
          for (const object of objects.map(inRegion)) {
            const { body, warnings } = await createDryRun(api.administrator, object);
            if (policiesNamed([body, ...warnings].join('\n')).includes(rule.id)) silent.delete(rule.id);
          }
        }
        return [...silent];
      };
      await eventually(hear, (rules) => rules.length === 0, TEST_MAX_MS);
    });

    it('holds users without any power over the cluster to the same', async () => {
      const editor = api.user(EDITOR);
      expect(await createDryRun(editor, inRegion(deployment()))).toMatchObject({ statusCode: 201 });
      const bad = change(deployment(), ['spec', 'template', 'spec', 'hostNetwork'], true);
      const { statusCode, body } = await createDryRun(editor, inRegion(bad));
      expect(statusCode).toBe(422);
      expect(policiesNamed(body)).toContain('pod-host-namespaces');
    });

    it("keeps the operator's writes to the namespaces of PSCs, whatever its role allows", async () => {
      const operator = api.user(`system:serviceaccount:${NAMESPACES.system}:operator`);
      const writes = async (name: string): Promise<Answer> =>
        await createDryRun(operator, change(configMap({}), ['metadata', 'namespace'], name));
      for (const name of MOTHERSHIP_AND_TENANT) expect(isLetIn(await writes(name))).toBe(true);
      for (const name of ['default', NAMESPACES.controlPlane, namespace.name]) {
        expect(await writes(name)).toMatchObject({ statusCode: 422, body: expect.stringContaining(CONFINEMENT) });
      }
    });
  });

  describe('by Pod Security', () => {
    it.each([...PLATFORM, ...MOTHERSHIP_AND_TENANT])(
      'is for pods of the restricted profile only in %s',
      async (name) => {
        const good = podIn(name);
        const admitted = await createDryRun(api.administrator, good);
        expect({ admitted, isLetIn: isLetIn(admitted) }).toEqual({ admitted, isLetIn: true });
        for (const [path, value] of ESCAPES) {
          const { statusCode, body } = await createDryRun(api.administrator, change(good, path, value));
          expect({ path, statusCode, body }).toMatchObject({
            statusCode: 403,
            body: expect.stringContaining('PodSecurity'),
          });
        }
      },
    );
  });

  describe('by what somebody may do', () => {
    const secrets = (name: string): string => `/api/v1/namespaces/${name}/secrets`;
    const statusOf = async (client: ApiClient, path: string): Promise<number> => (await ask(client, path)).statusCode;

    it('gives secrets to nobody whom no role names', async () => {
      const stranger = api.user('nobody-knows-me');
      for (const path of ['/api/v1/secrets', ...[...PLATFORM, ...MOTHERSHIP_AND_TENANT].map(secrets)]) {
        expect(await statusOf(stranger, path)).toBe(403);
      }
    });

    it.each(MOTHERSHIP_AND_TENANT)('gives no secret to the default service account of %s', async (name) => {
      const account = api.bearer(await tokenOf(name));
      const review = await ask(account, '/api/v1');
      expect(review.statusCode).toBe(200);
      for (const path of ['/api/v1/secrets', secrets(name), secrets(NAMESPACES.controlPlane)]) {
        expect(await statusOf(account, path)).toBe(403);
      }
    });

    it("gives an editor of one namespace that namespace's secrets and no other's", async () => {
      const editor = api.user(EDITOR);
      const own = async (): Promise<number> => await statusOf(editor, secrets(namespace.name));
      await eventually(own, (status) => status === 200, TEST_MAX_MS);
      expect(await statusOf(editor, secrets(pscNamespace('demo')))).toBe(403);
    });

    it('knows nobody without credentials, nor by a token of its own making', async () => {
      expect(await statusOf(api.bearer(), '/api/v1')).toBe(401);
      expect(await statusOf(api.bearer('e30.e30.e30'), '/api/v1')).toBe(401);
    });
  });

  /** An example as somebody would send it here: in the test's namespace, with images of the region's registries. */
  function inRegion(object: KubernetesObject): KubernetesObject {
    const [own = '', other = ''] = parameters.registries;
    const [ownExample = '', otherExample = ''] = EXAMPLE_PARAMETERS.registries;
    const text = JSON.stringify(object)
      .replaceAll(`"namespace":"${EXAMPLE_NAMESPACE}"`, `"namespace":"${namespace.name}"`)
      .replaceAll(ownExample, own)
      .replaceAll(otherExample, other);
    return JSON.parse(text) as KubernetesObject;
  }

  function podIn(name: string): KubernetesObject {
    return changed(inRegion(pod()), [
      [['metadata', 'namespace'], name],
      [['spec', 'serviceAccountName'], 'default'],
    ]);
  }

  function findingsOf(object: KubernetesObject): Record<'errors' | 'warnings', readonly string[]> {
    const options = { ...parameters, exemptions: [], today: '2026-11-22', rules: OBJECT_RULES };
    const { findings } = judge([{ object, file: 'example.yaml' }], options);
    const of = (severity: string): readonly string[] => [
      ...new Set(findings.filter((finding) => finding.severity === severity).map(({ rule }) => rule)),
    ];
    return { errors: of('error'), warnings: of('warning') };
  }
});

/** Speaks of the data plane's services, not of what any rule of the project looks at. */
const CONFINEMENT = 'flotilla-data-plane-confinement';
const EDITOR = 'editor@example.com';
const EDITOR_BINDING: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'editor', labels: exampleLabels('editor') },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: EDITOR }],
};

/**
 * The API server names one of the policies that refuse, whichever it finds first, but warns of each. No bad example is this
 * rule's alone (Kubernetes takes a privileged container only with privilege escalation), so it also warns.
 */
const VOICES = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'proof-of-pod-privileged', labels: exampleLabels('proof') },
  spec: { policyName: admissionPolicyName('pod-privileged', 'Namespaced'), validationActions: ['Warn'] },
};

/** What a pod could ask for to get out of its container. */
const ESCAPES: readonly (readonly [FieldPath, unknown])[] = [
  [['spec', 'hostNetwork'], true],
  [['spec', 'securityContext', 'seccompProfile'], undefined],
  [['spec', 'securityContext', 'runAsNonRoot'], undefined],
  [['spec', 'securityContext', 'runAsUser'], 0],
  [['spec', 'volumes'], [{ name: 'scratch', hostPath: { path: '/' } }]],
  [['spec', 'containers', 0, 'securityContext', 'capabilities', 'add'], ['NET_ADMIN']],
  [['spec', 'containers', 0, 'securityContext', 'capabilities'], undefined],
  [['spec', 'containers', 0, 'securityContext', 'allowPrivilegeEscalation'], undefined],
  [['spec', 'containers', 0, 'securityContext'], { privileged: true }],
];

/** Kind ▶ fields of its spec that must be as the rules have them; the API server fills in others. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  ValidatingAdmissionPolicy: ['failurePolicy', 'validations', 'variables'],
  ValidatingAdmissionPolicyBinding: ['policyName', 'validationActions'],
};

interface Stored {
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: { readonly typeChecking?: { readonly expressionWarnings?: readonly unknown[] } };
}

function pathOf(kind: string): string {
  const resource =
    kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings';
  return `/apis/admissionregistration.k8s.io/v1/${resource}`;
}

/** Ids of the rules whose policies a text names. */
function policiesNamed(text: string): readonly string[] {
  return [...text.matchAll(/ValidatingAdmissionPolicy 'flotilla-([a-z-]+?)(?:-cluster)?'/g)].map(
    ([, rule = '']) => rule,
  );
}

interface Speech {
  /** The given rules when one of them, or Pod Security, refused; none when nobody did; otherwise what was said. */
  readonly refusedBy: (rules: readonly string[]) => readonly string[];
  readonly warnings: readonly string[];
}

/** Quotas and names that are taken have the last word: who is told of them has passed everything else. */
function isLetIn({ statusCode, body }: Answer): boolean {
  return statusCode === 201 || statusCode === 409 || (statusCode === 403 && body.includes('exceeded quota'));
}

/** The API server names one of the policies that refuse; Pod Security speaks before them, of pods only. */
function speaksOf({ kind }: KubernetesObject, answer: Answer): Speech {
  const { statusCode, body, warnings } = answer;
  const named = policiesNamed(body);
  return {
    warnings: policiesNamed(warnings.join('\n')),
    refusedBy: (rules) => {
      if (isLetIn(answer)) return [];
      if (statusCode === 422 && named.some((rule) => rules.includes(rule))) return rules;
      if (statusCode === 403 && kind === 'Pod' && body.includes('PodSecurity')) return rules;
      return [`${statusCode} ${body}`];
    },
  };
}
