import type { Standard } from './rule.ts';

/** A recommendation of section 5 (policies) of the CIS Kubernetes Benchmark v1.10. */
export function cis(number: keyof typeof CIS_RECOMMENDATIONS): Standard {
  return { name: 'CIS Kubernetes Benchmark v1.10', control: `${number} ${CIS_RECOMMENDATIONS[number]}` };
}

/** A control of Kubernetes' Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
export function podSecurity(level: 'Baseline' | 'Restricted', control: string): Standard {
  return { name: 'Kubernetes Pod Security Standards', control: `${level}: ${control}` };
}

/** Subjects of the recommendations, in words of our own. */
const CIS_RECOMMENDATIONS = {
  '5.1.1': 'cluster-admin',
  '5.1.2': 'access to secrets',
  '5.1.3': 'wildcards in roles',
  '5.1.5': 'default service accounts',
  '5.1.6': 'service account tokens',
  '5.1.7': 'system:masters',
  '5.1.8': 'bind, impersonate and escalate',
  '5.1.9': 'creating persistent volumes',
  '5.1.10': 'proxy of nodes',
  '5.1.11': 'approval of certificate requests',
  '5.1.12': 'webhook configurations',
  '5.1.13': 'creating service account tokens',
  '5.2.1': 'a policy control mechanism',
  '5.2.2': 'privileged containers',
  '5.2.3': 'host process namespace',
  '5.2.4': 'host IPC namespace',
  '5.2.5': 'host network namespace',
  '5.2.6': 'privilege escalation',
  '5.2.7': 'root containers',
  '5.2.8': 'NET_RAW',
  '5.2.9': 'added capabilities',
  '5.2.10': 'assigned capabilities',
  '5.2.11': 'Windows HostProcess containers',
  '5.2.12': 'hostPath volumes',
  '5.2.13': 'host ports',
  '5.3.2': 'network policies in all namespaces',
  '5.4.1': 'secrets as files',
  '5.7.1': 'boundaries by namespace',
  '5.7.2': 'seccomp profile',
  '5.7.3': 'security contexts',
  '5.7.4': 'default namespace',
} as const;
