import type { ObjectRule } from '../rule.ts';
import { cis } from '../standards.ts';
import { role, roleBinding, serviceAccountSubject } from '../examples/objects.ts';

const ofRoles = {
  form: 'object',
  group: 'rbac',
  severity: 'error',
  match: { kinds: ['Role', 'ClusterRole'] },
} as const;
const ofBindings = {
  form: 'object',
  group: 'rbac',
  severity: 'error',
  match: { kinds: ['RoleBinding', 'ClusterRoleBinding'] },
} as const;

const GOOD_RULE = { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'list', 'watch', 'patch'] };
const goodRole = { title: 'a role of few words', objects: [role('Role', [GOOD_RULE])] };
const goodClusterRole = { title: 'a cluster role of few words', objects: [role('ClusterRole', [GOOD_RULE])] };
const secretRule = (verbs: readonly string[]) => ({ apiGroups: [''], resources: ['secrets'], verbs });
const goodBinding = {
  title: 'a binding to a role of its own',
  objects: [roleBinding('ClusterRoleBinding', 'flotilla-example', [serviceAccountSubject()])],
};

/** What may be asked of the API server. */
export const RBAC_RULES: readonly ObjectRule[] = [
  {
    ...ofRoles,
    id: 'rbac-no-wildcards',
    title: 'Roles name what they allow',
    reason: 'A wildcard allows what is added to the API tomorrow, and hides what a service really needs.',
    fix: 'List API groups, resources, verbs and URLs.',
    standards: [cis('5.1.3')],
    validations: [
      {
        expression:
          "variables.roleRules.all(r, !r.verbs.exists(v, v == '*') && " +
          "!r.?apiGroups.orValue([]).exists(g, g == '*') && " +
          "!r.?resources.orValue([]).exists(s, s.contains('*')) && " +
          "!r.?nonResourceURLs.orValue([]).exists(u, u.contains('*')))",
        message: 'a rule of the role allows everything of some sort: *',
      },
    ],
    examples: {
      passing: [goodRole, goodClusterRole, { title: 'a role without rules', objects: [role('ClusterRole', [])] }],
      failing: [
        { title: 'all verbs', objects: [role('Role', [{ ...GOOD_RULE, verbs: ['*'] }])] },
        { title: 'all resources', objects: [role('ClusterRole', [{ ...GOOD_RULE, resources: ['*'] }])] },
        { title: 'all groups', objects: [role('ClusterRole', [{ ...GOOD_RULE, apiGroups: ['*'] }])] },
        {
          title: 'all status subresources',
          objects: [role('ClusterRole', [{ ...GOOD_RULE, resources: ['*/status'] }])],
        },
        { title: 'all URLs', objects: [role('ClusterRole', [{ nonResourceURLs: ['*'], verbs: ['get'] }])] },
      ],
    },
  },
  {
    ...ofRoles,
    id: 'rbac-no-escalation',
    title: 'Roles give no way to more rights',
    reason: 'escalate, bind and impersonate turn any small role into all of them.',
    fix: 'Remove the verbs escalate, bind and impersonate.',
    standards: [cis('5.1.8')],
    validations: [
      {
        expression: "variables.roleRules.all(r, !r.verbs.exists(v, v in ['escalate', 'bind', 'impersonate']))",
        message: 'a rule of the role allows escalate, bind or impersonate',
      },
    ],
    examples: {
      passing: [goodRole, goodClusterRole],
      failing: ['escalate', 'bind', 'impersonate'].map((verb) => ({
        title: verb,
        objects: [role('ClusterRole', [{ ...GOOD_RULE, verbs: ['get', verb] }])],
      })),
    },
  },
  {
    ...ofRoles,
    match: { kinds: ['ClusterRole'] },
    id: 'rbac-no-cluster-wide-secrets',
    title: 'No cluster role reads secrets in bulk',
    reason: 'Listing secrets over the whole cluster hands over the keys of every tenant at once.',
    fix: "Use a Role in each namespace that needs it, or get by name; watch only one's own namespace.",
    standards: [cis('5.1.2')],
    validations: [
      {
        expression:
          "variables.roleRules.all(r, !r.?resources.orValue([]).exists(s, s == 'secrets') || !r.verbs.exists(v, v in ['list', 'watch', 'deletecollection']))",
        message: 'the cluster role lists, watches or deletes secrets in bulk',
      },
    ],
    examples: {
      passing: [
        goodClusterRole,
        { title: 'secrets written by name', objects: [role('ClusterRole', [secretRule(['get', 'create', 'patch'])])] },
      ],
      failing: ['list', 'watch', 'deletecollection'].map((verb) => ({
        title: verb,
        objects: [role('ClusterRole', [secretRule(['get', verb])])],
      })),
    },
  },
  {
    ...ofRoles,
    id: 'rbac-no-side-doors',
    title: 'Roles stay away from the side doors',
    reason:
      'A proxy to nodes, tokens for others, approved certificates, webhooks and persistent volumes each lead to more rights than they name.',
    fix: 'Remove nodes/proxy, serviceaccounts/token, certificatesigningrequests/approval, writing webhook configurations (but for a validating one by its name, whose authority its server renews) and creating persistent volumes.',
    standards: [cis('5.1.9'), cis('5.1.10'), cis('5.1.11'), cis('5.1.12'), cis('5.1.13')],
    validations: [
      {
        expression:
          "variables.roleRules.all(r, r.?resources.orValue([]).all(s, !(s in ['nodes/proxy', 'serviceaccounts/token', 'certificatesigningrequests/approval']) && " +
          "!(s in ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] && r.verbs.exists(v, v in ['create', 'update', 'patch']) && " +
          "!(s == 'validatingwebhookconfigurations' && r.?resourceNames.orValue([]).size() > 0)) && " +
          "!(s == 'persistentvolumes' && r.verbs.exists(v, v == 'create'))))",
        message: 'a rule of the role opens a side door to more rights',
      },
    ],
    examples: {
      passing: [
        goodRole,
        {
          title: 'persistent volumes changed, not created',
          objects: [
            role('ClusterRole', [{ apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'patch'] }]),
          ],
        },
        {
          title: 'a validating webhook configuration by its name',
          objects: [
            role('ClusterRole', [
              {
                apiGroups: ['admissionregistration.k8s.io'],
                resources: ['validatingwebhookconfigurations'],
                resourceNames: ['own'],
                verbs: ['patch'],
              },
            ]),
          ],
        },
      ],
      failing: [
        ['nodes/proxy', 'get'],
        ['serviceaccounts/token', 'create'],
        ['certificatesigningrequests/approval', 'update'],
        ['validatingwebhookconfigurations', 'patch'],
        ['persistentvolumes', 'create'],
      ].map(([resource, verb]) => ({
        title: `${verb ?? ''} ${resource ?? ''}`,
        objects: [role('ClusterRole', [{ apiGroups: [''], resources: [resource], verbs: [verb] }])],
      })),
    },
  },
  {
    ...ofBindings,
    id: 'rbac-no-cluster-admin',
    title: 'Nothing is bound to cluster-admin',
    reason: 'Whoever breaks into a service that is cluster-admin owns every tenant.',
    fix: 'Bind a role that names what the service needs.',
    standards: [cis('5.1.1')],
    validations: [
      { expression: "object.roleRef.name != 'cluster-admin'", message: 'the binding gives cluster-admin away' },
    ],
    examples: {
      passing: [goodBinding],
      failing: [
        {
          title: 'a cluster binding',
          objects: [roleBinding('ClusterRoleBinding', 'cluster-admin', [serviceAccountSubject()])],
        },
        {
          title: 'a binding in a namespace',
          objects: [roleBinding('RoleBinding', 'cluster-admin', [serviceAccountSubject()])],
        },
      ],
    },
  },
  {
    ...ofBindings,
    id: 'rbac-named-subjects',
    title: 'Bindings name service accounts of their own',
    reason: 'Rights of a default service account or of a system group belong to every pod or to everybody.',
    fix: 'Bind a service account made for the purpose.',
    standards: [cis('5.1.5'), cis('5.1.7')],
    validations: [
      {
        expression:
          'object.?subjects.orValue([]).all(s, ' +
          "!(s.kind == 'ServiceAccount' && s.name == 'default') && " +
          "!(s.kind == 'Group' && (s.name.startsWith('system:serviceaccounts') || s.name in ['system:masters', 'system:authenticated', 'system:unauthenticated'])) && " +
          "!(s.kind == 'User' && s.name == 'system:anonymous'))",
        message: 'the binding gives rights to a default service account or to a system group',
      },
    ],
    examples: {
      passing: [goodBinding],
      failing: [
        {
          title: 'the default service account',
          objects: [roleBinding('RoleBinding', 'flotilla-example', [serviceAccountSubject('default')])],
        },
        ...['system:masters', 'system:authenticated', 'system:serviceaccounts:flotilla-system'].map((name) => ({
          title: name,
          objects: [
            roleBinding('ClusterRoleBinding', 'flotilla-example', [
              { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name },
            ]),
          ],
        })),
      ],
    },
  },
];
