import { WORKLOAD_KINDS } from '../kinds.ts';
import type { ObjectRule } from '../rule.ts';
import { cis, podSecurity } from '../standards.ts';
import { GOOD_DEPLOYMENT, containerWith, initContainerWith, podWith, podWithAll } from '../examples/workloads.ts';
import { everyContainer } from './container-validation.ts';

const common = { form: 'object', group: 'pod-security', severity: 'error', match: { kinds: WORKLOAD_KINDS } } as const;

/** What a container may do: the restricted Pod Security Standard, and a read-only root file system. */
export const POD_PRIVILEGE_RULES: readonly ObjectRule[] = [
  {
    ...common,
    id: 'pod-privileged',
    title: 'Containers are not privileged',
    reason: 'A privileged container is root on its node.',
    fix: 'Remove securityContext.privileged.',
    standards: [podSecurity('Baseline', 'Privileged Containers'), cis('5.2.2')],
    validations: [everyContainer('c.?securityContext.?privileged.orValue(false) == false', 'is privileged')],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        // The API server refuses privileged together with allowPrivilegeEscalation: false.
        containerWith('a privileged container', ['securityContext'], { privileged: true }),
        initContainerWith('a privileged init container', ['securityContext'], { privileged: true }),
      ],
    },
  },
  {
    ...common,
    id: 'pod-privilege-escalation',
    title: 'Processes gain no privileges',
    reason: 'A set-user-id program in an image would hand out the rights that the container was denied.',
    fix: 'Set securityContext.allowPrivilegeEscalation: false on each container.',
    standards: [podSecurity('Restricted', 'Privilege Escalation'), cis('5.2.6')],
    validations: [
      everyContainer(
        'c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false',
        'may gain privileges that it did not start with',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        containerWith('nothing said', ['securityContext', 'allowPrivilegeEscalation'], undefined),
        initContainerWith('allowed in an init container', ['securityContext', 'allowPrivilegeEscalation'], true),
      ],
    },
  },
  {
    ...common,
    id: 'pod-non-root',
    title: 'Containers do not run as root',
    reason: 'Root in a container is root on the node as soon as the container leaks.',
    fix: 'Set runAsNonRoot: true and no runAsUser of 0, on the pod or on each container.',
    standards: [
      podSecurity('Restricted', 'Running as Non-root'),
      podSecurity('Restricted', 'Running as Non-root user'),
      cis('5.2.7'),
    ],
    validations: [
      everyContainer(
        'c.?securityContext.?runAsNonRoot.orValue(variables.podSpec.?securityContext.?runAsNonRoot.orValue(false)) == true && ' +
          'c.?securityContext.?runAsUser.orValue(variables.podSpec.?securityContext.?runAsUser.orValue(1)) != 0',
        'may run as root',
      ),
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        podWithAll('said by each container instead of the pod', [
          [['securityContext', 'runAsNonRoot'], undefined],
          [['containers', 0, 'securityContext', 'runAsNonRoot'], true],
          [['initContainers', 0, 'securityContext', 'runAsNonRoot'], true],
        ]),
      ],
      failing: [
        podWith('nothing said', ['securityContext', 'runAsNonRoot'], undefined),
        podWith('user 0 of the pod', ['securityContext', 'runAsUser'], 0),
        containerWith('user 0 of a container', ['securityContext', 'runAsUser'], 0),
        containerWith('a container that overrules its pod', ['securityContext', 'runAsNonRoot'], false),
      ],
    },
  },
  {
    ...common,
    id: 'pod-capabilities',
    title: 'Containers hold no Linux capabilities',
    reason: 'The default set lets a container forge packets and change file owners, which nothing here needs.',
    fix: 'Drop ALL; add NET_BIND_SERVICE at most.',
    standards: [podSecurity('Restricted', 'Capabilities'), cis('5.2.8'), cis('5.2.9'), cis('5.2.10')],
    validations: [
      everyContainer(
        "'ALL' in c.?securityContext.?capabilities.?drop.orValue([]) && " +
          "c.?securityContext.?capabilities.?add.orValue([]).all(a, a == 'NET_BIND_SERVICE')",
        'keeps or adds Linux capabilities',
      ),
    ],
    examples: {
      passing: [
        GOOD_DEPLOYMENT,
        containerWith('low ports', ['securityContext', 'capabilities', 'add'], ['NET_BIND_SERVICE']),
      ],
      failing: [
        containerWith('nothing dropped', ['securityContext', 'capabilities'], undefined),
        containerWith('one dropped', ['securityContext', 'capabilities', 'drop'], ['NET_RAW']),
        containerWith('one added', ['securityContext', 'capabilities', 'add'], ['SYS_PTRACE']),
      ],
    },
  },
  {
    ...common,
    id: 'pod-seccomp',
    title: 'Containers run under a seccomp profile',
    reason: 'Without one every system call of the kernel is open to a container.',
    fix: 'Set securityContext.seccompProfile.type to RuntimeDefault, on the pod or on each container.',
    standards: [podSecurity('Restricted', 'Seccomp'), cis('5.7.2')],
    validations: [
      everyContainer(
        'c.?securityContext.?seccompProfile.?type.orValue(' +
          "variables.podSpec.?securityContext.?seccompProfile.?type.orValue('')) in ['RuntimeDefault', 'Localhost']",
        'runs without a seccomp profile',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        podWith('nothing said', ['securityContext', 'seccompProfile'], undefined),
        containerWith('an unconfined container', ['securityContext', 'seccompProfile'], { type: 'Unconfined' }),
      ],
    },
  },
  {
    ...common,
    id: 'pod-read-only-root',
    title: 'Root file systems are read-only',
    reason: 'An attacker cannot leave a program behind, and data that should be on a volume fails loudly at once.',
    fix: 'Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes.',
    standards: [cis('5.7.3')],
    validations: [
      everyContainer(
        'c.?securityContext.?readOnlyRootFilesystem.orValue(false) == true',
        'may write to its root file system',
      ),
    ],
    examples: {
      passing: [GOOD_DEPLOYMENT],
      failing: [
        containerWith('nothing said', ['securityContext', 'readOnlyRootFilesystem'], undefined),
        initContainerWith('a writable init container', ['securityContext', 'readOnlyRootFilesystem'], false),
      ],
    },
  },
];
