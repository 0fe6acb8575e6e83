import { WORKLOAD_KINDS } from '../kinds.ts';
import type { ObjectRule } from '../rule.ts';
import { cis, podSecurity } from '../standards.ts';
import {
  EVERY_GOOD_WORKLOAD,
  GOOD_DEPLOYMENT,
  containerWith,
  everyWorkloadWith,
  podWith,
  podWithAll,
} from '../examples/workloads.ts';
import { everyContainer } from './container-validation.ts';

const common = { form: 'object', group: 'pod-security', severity: 'error', match: { kinds: WORKLOAD_KINDS } } as const;

const VOLUME_IS_ALLOWED = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
  .map((type) => `has(v.${type})`)
  .join(' || ');

/** What a pod may share with its node. */
export const POD_ISOLATION_RULES: readonly ObjectRule[] = [
  {
    ...common,
    id: 'pod-host-namespaces',
    title: 'Pods share no namespace with their node',
    reason: "A process in the node's network, process or IPC namespace sees and reaches what belongs to other tenants.",
    fix: 'Remove hostNetwork, hostPID and hostIPC.',
    standards: [podSecurity('Baseline', 'Host Namespaces'), cis('5.2.3'), cis('5.2.4'), cis('5.2.5')],
    validations: [
      {
        expression: ['hostNetwork', 'hostPID', 'hostIPC']
          .map((field) => `variables.podSpec.?${field}.orValue(false) == false`)
          .join(' && '),
        message: "the pod uses its node's network, process or IPC namespace",
      },
    ],
    examples: {
      passing: EVERY_GOOD_WORKLOAD,
      failing: [
        ...everyWorkloadWith('host network', ['hostNetwork'], true),
        podWith('host processes', ['hostPID'], true),
        podWith('host IPC', ['hostIPC'], true),
      ],
    },
  },
  {
    ...common,
    id: 'pod-volume-types',
    title: 'Pods mount no path of their node',
    reason:
      'A path of the node gives a pod the files of every other pod there, and data that stays behind when it moves.',
    fix: 'Use a claim, emptyDir, a projected volume, a ConfigMap or a Secret.',
    standards: [podSecurity('Restricted', 'Volume Types'), podSecurity('Baseline', 'HostPath Volumes'), cis('5.2.12')],
    validations: [
      {
        expression: `variables.podSpec.?volumes.orValue([]).all(v, ${VOLUME_IS_ALLOWED})`,
        message: 'a volume is of a type that reaches outside the pod',
        messageExpression: `'volumes of a type that reaches outside the pod: ' + variables.podSpec.?volumes.orValue([]).filter(v, !(${VOLUME_IS_ALLOWED})).map(v, v.name).join(', ')`,
      },
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        podWith('a claim', ['volumes', 0], { name: 'scratch', persistentVolumeClaim: { claimName: 'data' } }),
      ],
      failing: [
        podWith('a path of the node', ['volumes', 0], { name: 'scratch', hostPath: { path: '/var/lib' } }),
        podWith('NFS', ['volumes', 0], { name: 'scratch', nfs: { server: 'nfs.example.com', path: '/' } }),
      ],
    },
  },
  {
    ...common,
    id: 'pod-host-ports',
    title: 'Pods claim no port of their node',
    reason: 'A host port goes around network policies and lets one pod per node run only.',
    fix: 'Remove hostPort; a Service gives the pods an address.',
    standards: [podSecurity('Baseline', 'Host Ports'), cis('5.2.13')],
    validations: [
      everyContainer('c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)', 'uses a port of its node'),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT, containerWith('an ordinary port', ['ports'], [{ containerPort: 9092 }])],
      failing: [containerWith('a host port', ['ports'], [{ containerPort: 9092, hostPort: 9092 }])],
    },
  },
  {
    ...common,
    id: 'pod-kernel-settings',
    title: 'Pods leave kernel settings and confinement alone',
    reason:
      'Sysctls, SELinux types and AppArmor profiles loosen what confines a container, some of them for its whole node.',
    fix: 'Remove sysctls, seLinuxOptions, windowsOptions.hostProcess, procMount and an Unconfined AppArmor profile.',
    standards: [
      podSecurity('Baseline', 'Sysctls'),
      podSecurity('Baseline', 'SELinux'),
      podSecurity('Baseline', 'AppArmor'),
      podSecurity('Baseline', '/proc Mount Type'),
      podSecurity('Baseline', 'HostProcess'),
      cis('5.2.11'),
    ],
    validations: [
      {
        expression:
          'variables.podSpec.?securityContext.?sysctls.orValue([]).size() == 0 && ' +
          '!variables.podSpec.?securityContext.?seLinuxOptions.hasValue() && ' +
          '!variables.podSpec.?securityContext.?windowsOptions.?hostProcess.orValue(false) && ' +
          "variables.podSpec.?securityContext.?appArmorProfile.?type.orValue('') != 'Unconfined'",
        message: 'the pod sets sysctls, SELinux options, host processes or goes without AppArmor',
      },
      everyContainer(
        "!c.?securityContext.?seLinuxOptions.hasValue() && c.?securityContext.?procMount.orValue('Default') == 'Default' && " +
          '!c.?securityContext.?windowsOptions.?hostProcess.orValue(false) && ' +
          "c.?securityContext.?appArmorProfile.?type.orValue('') != 'Unconfined'",
        'sets SELinux options, procMount, host processes or goes without AppArmor',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        podWith('a sysctl', ['securityContext', 'sysctls'], [{ name: 'net.core.somaxconn', value: '1024' }]),
        podWith('an SELinux type', ['securityContext', 'seLinuxOptions'], { type: 'spc_t' }),
        podWith('a pod without AppArmor', ['securityContext', 'appArmorProfile'], { type: 'Unconfined' }),
        containerWith('a container without AppArmor', ['securityContext', 'appArmorProfile'], { type: 'Unconfined' }),
        containerWith('an SELinux user', ['securityContext', 'seLinuxOptions'], { user: 'system_u' }),
      ],
    },
  },
  {
    ...common,
    id: 'pod-service-account-token',
    title: 'Pods get an API token only on purpose',
    reason: 'Whoever breaks into a pod with a token talks to the API server; most pods never need to.',
    fix: 'Set automountServiceAccountToken: false, or true together with a service account of its own.',
    standards: [cis('5.1.6'), cis('5.1.5')],
    validations: [
      {
        expression:
          'variables.podSpec.?automountServiceAccountToken.hasValue() && ' +
          "(variables.podSpec.automountServiceAccountToken == false || !(variables.podSpec.?serviceAccountName.orValue('default') in ['', 'default']))",
        message: 'the pod mounts a token without saying so, or that of the default service account',
      },
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT, podWith('a token on purpose', ['automountServiceAccountToken'], true)],
      failing: [
        podWith('nothing said about the token', ['automountServiceAccountToken'], undefined),
        podWithAll('the token of the default service account', [
          [['automountServiceAccountToken'], true],
          [['serviceAccountName'], undefined],
        ]),
      ],
    },
  },
];
