import { LABELS, PART_OF } from '../../contracts/labels.ts';
import type { NamespaceFacts } from '../engine/cluster-index.ts';
import type { Example, Rule, SetFinding, SetRule } from '../rule.ts';
import { cis, podSecurity } from '../standards.ts';
import { change } from '../examples/change.ts';
import {
  EXAMPLE_NAMESPACE,
  configMap,
  deployment,
  namespace,
  namespaced,
  networkPolicy,
  service,
  storageClass,
} from '../examples/objects.ts';

const DEFAULT_DENY = networkPolicy({ policyTypes: ['Ingress', 'Egress'] });
const QUOTA = { ...namespaced('v1', 'ResourceQuota'), spec: { hard: { pods: '20' } } };
const OWN_NAMESPACE = namespace(EXAMPLE_NAMESPACE);

/** What every namespace has, and how objects are told apart. */
export const NAMESPACE_RULES: readonly Rule[] = [
  {
    form: 'object',
    group: 'namespaces',
    severity: 'error',
    match: { kinds: ['Namespace'] },
    id: 'namespace-pod-security',
    title: 'Namespaces enforce the restricted Pod Security Standard',
    reason: 'The API server then refuses a pod that breaks out, whoever asks for it and whatever made it.',
    fix: 'Label the namespace pod-security.kubernetes.io/enforce: restricted.',
    standards: [podSecurity('Restricted', 'enforced on the namespace'), cis('5.2.1')],
    validations: [
      {
        expression:
          "object.metadata.?labels[?'pod-security.kubernetes.io/enforce'].orValue('') == 'restricted' && " +
          "object.metadata.?labels[?'pod-security.kubernetes.io/enforce-version'].orValue('latest').matches('^(latest|v1[.][0-9]+)$')",
        message: 'the namespace does not enforce the restricted Pod Security Standard',
      },
    ],
    examples: {
      passing: [{ title: 'a good namespace', objects: [namespace()] }],
      failing: [
        {
          title: 'nothing enforced',
          objects: [change(namespace(), ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], undefined)],
        },
        {
          title: 'the baseline',
          objects: [change(namespace(), ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], 'baseline')],
        },
      ],
    },
  },
  {
    form: 'object',
    group: 'namespaces',
    severity: 'error',
    match: {
      kinds: [
        'Namespace',
        'Deployment',
        'StatefulSet',
        'DaemonSet',
        'Job',
        'CronJob',
        'Service',
        'ConfigMap',
        'ServiceAccount',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'ResourceQuota',
        'StorageClass',
        'PhysicalStatefulCluster',
      ],
      when: {
        expression:
          "!(object.kind == 'ConfigMap' && object.metadata.name == 'kube-root-ca.crt') && " +
          "!(object.kind == 'ServiceAccount' && object.metadata.name == 'default')",
        reason: 'Kubernetes makes these two itself in every namespace, without labels.',
      },
    },
    id: 'required-labels',
    title: 'Objects say what they are, what they belong to and who manages them',
    reason: 'Policies, pruning, network openings and people find objects by these labels.',
    fix: `Set ${LABELS.partOf}: ${PART_OF} and ${LABELS.managedBy}; on workloads and services also ${LABELS.name}.`,
    standards: [],
    validations: [
      {
        expression:
          `object.metadata.?labels[?'${LABELS.managedBy}'].orValue('') != '' && ` +
          `object.metadata.?labels[?'${LABELS.partOf}'].orValue('') == '${PART_OF}'`,
        message: `the object lacks one of the labels ${LABELS.partOf}: ${PART_OF} and ${LABELS.managedBy}`,
      },
      {
        expression:
          `object.metadata.?labels[?'${LABELS.name}'].orValue('') != '' || ` +
          "!(object.kind in ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Service'])",
        message: `the object lacks the label ${LABELS.name}`,
      },
    ],
    examples: {
      passing: [
        { title: 'a good Deployment', objects: [deployment()] },
        { title: 'a good namespace', objects: [namespace()] },
        {
          title: "Kubernetes' own ConfigMap",
          objects: [
            change(change(configMap({}), ['metadata', 'name'], 'kube-root-ca.crt'), ['metadata', 'labels'], undefined),
          ],
        },
      ],
      failing: [
        { title: 'no labels at all', objects: [change(service(), ['metadata', 'labels'], undefined)] },
        { title: 'no name', objects: [change(deployment(), ['metadata', 'labels', LABELS.name], undefined)] },
        { title: 'no manager', objects: [change(deployment(), ['metadata', 'labels', LABELS.managedBy], undefined)] },
        {
          title: 'part of something else',
          objects: [change(storageClass(), ['metadata', 'labels', LABELS.partOf], 'other')],
        },
      ],
    },
  },
  perNamespace({
    id: 'namespace-default-deny',
    title: 'Every namespace denies all traffic by default',
    reason: 'What no policy selects is open to every pod of the cluster: one forgotten pod joins all tenants.',
    fix: 'Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules.',
    standards: [cis('5.3.2')],
    kinds: ['Namespace', 'NetworkPolicy'],
    complaint: ({ deniesByDefault: { ingress, egress } }) => {
      const open = [...(ingress ? [] : ['ingress']), ...(egress ? [] : ['egress'])];
      return open.length === 0 ? undefined : `no network policy denies all ${open.join(' and ')}`;
    },
    passing: [{ title: 'a namespace with its default deny', objects: [OWN_NAMESPACE, DEFAULT_DENY] }],
    failing: [
      { title: 'no policy', objects: [OWN_NAMESPACE] },
      {
        title: 'a policy for ingress only',
        objects: [OWN_NAMESPACE, change(DEFAULT_DENY, ['spec', 'policyTypes'], ['Ingress'])],
      },
      {
        title: 'a policy for some pods',
        objects: [OWN_NAMESPACE, change(DEFAULT_DENY, ['spec', 'podSelector'], { matchLabels: { app: 'x' } })],
      },
      {
        title: 'a policy that opens something',
        objects: [OWN_NAMESPACE, change(DEFAULT_DENY, ['spec', 'egress'], [{}])],
      },
    ],
  }),
  perNamespace({
    id: 'namespace-quota',
    title: 'Every namespace has a quota',
    reason: 'A loop that makes pods or claims would otherwise use up the cluster for all tenants.',
    fix: 'Add a ResourceQuota with hard limits.',
    standards: [],
    kinds: ['Namespace', 'ResourceQuota'],
    complaint: ({ hasQuota }) => (hasQuota ? undefined : 'the namespace has no quota'),
    passing: [{ title: 'a namespace with its quota', objects: [OWN_NAMESPACE, QUOTA] }],
    failing: [
      { title: 'no quota', objects: [OWN_NAMESPACE] },
      { title: 'a quota of nothing', objects: [OWN_NAMESPACE, change(QUOTA, ['spec', 'hard'], {})] },
    ],
  }),
  {
    form: 'set',
    group: 'namespaces',
    severity: 'error',
    id: 'namespace-declared',
    title: 'Objects are in namespaces that the manifests declare',
    reason: 'A namespace that nobody declares has no default deny, no quota and no Pod Security, or does not exist.',
    fix: 'Declare the namespace, or correct metadata.namespace.',
    standards: [cis('5.7.1'), cis('5.7.4')],
    kinds: ['Namespace'],
    judge: ({ namespaces }) =>
      [...namespaces.values()].flatMap(({ name, declaration, firstObject }) =>
        declaration !== undefined || firstObject === undefined
          ? []
          : [{ object: firstObject, message: `namespace ${name} is not declared` }],
      ),
    examples: {
      passing: [{ title: 'a declared namespace', objects: [OWN_NAMESPACE, service()] }],
      failing: [
        { title: 'an undeclared namespace', objects: [service()] },
        {
          title: 'the default namespace',
          objects: [OWN_NAMESPACE, change(service(), ['metadata', 'namespace'], 'default')],
        },
      ],
    },
  },
];

interface NamespaceRule extends Pick<SetRule, 'id' | 'title' | 'reason' | 'fix' | 'standards' | 'kinds'> {
  readonly complaint: (namespace: NamespaceFacts) => string | undefined;
  readonly passing: readonly Example[];
  readonly failing: readonly Example[];
}

/** A set rule that says at most one thing about each declared namespace. */
function perNamespace({ complaint, passing, failing, ...description }: NamespaceRule): SetRule {
  return {
    ...description,
    form: 'set',
    group: 'namespaces',
    severity: 'error',
    judge: ({ namespaces }) =>
      [...namespaces.values()].flatMap((facts): readonly SetFinding[] => {
        const message = facts.declaration === undefined ? undefined : complaint(facts);
        return facts.declaration === undefined || message === undefined ? [] : [{ object: facts.declaration, message }];
      }),
    examples: { passing, failing },
  };
}
