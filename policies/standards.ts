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

/** Recommendations of the CIS benchmarks of clouds and of their Kubernetes services, with subjects in words of our own. */
export function cisCloud(benchmark: keyof typeof CLOUD_BENCHMARKS, number: string): Standard {
  const { name, recommendations } = CLOUD_BENCHMARKS[benchmark];
  const subject = (recommendations as Readonly<Record<string, string>>)[number];
  if (subject === undefined) throw new Error(`${name} has no recommendation ${number} in our table`);
  return { name, control: `${number} ${subject}` };
}

/**
 * Each number was compared on 2026-11-22 with what public checkers say of the same edition:
 * - clouds: Prowler (github.com/prowler-cloud/prowler, prowler/compliance/aws/cis_3.0_aws.json, gcp/cis_3.0_gcp.json,
 *   azure/cis_2.0_azure.json) and Powerpipe (github.com/turbot/steampipe-mod-{aws,gcp}-compliance, cis_v300, and
 *   github.com/turbot/steampipe-mod-azure-compliance, cis_v200), both for every number;
 * - their Kubernetes services: kube-bench (github.com/aquasecurity/kube-bench, cfg/eks-1.5.0, gke-1.9.0, aks-1.7).
 *
 * Left out because a stack can satisfy our rule and still miss them: no public endpoint of API servers (EKS and AKS
 * 5.4.2, GKE 5.6.4), where kubernetes-endpoint takes named ranges too, and soft delete of blobs and containers (Azure
 * 3.11), where bucket-undelete takes versions instead.
 */
const CLOUD_BENCHMARKS = {
  aws: {
    name: 'CIS AWS Foundations Benchmark v3.0.0',
    recommendations: {
      '1.16': 'policies with full rights',
      '2.1.1': 'buckets refuse plain HTTP',
      '2.1.4': 'buckets block public access',
      '2.2.1': 'encrypted volumes',
      '2.3.1': 'encrypted databases',
      '2.3.3': 'databases without public access',
      '3.6': 'rotation of symmetric keys',
      '3.7': 'flow logs of networks',
      '5.2': 'security groups open to the world',
      '5.4': 'default security groups',
      '5.6': 'instance metadata version 2',
    },
  },
  eks: {
    name: 'CIS Amazon EKS Benchmark v1.5.0',
    recommendations: {
      '2.1.1': 'audit logs',
      '4.3.1': 'a network plugin with network policies',
      '5.3.1': 'secrets under a key of KMS',
      '5.4.1': 'access to the control plane',
      '5.4.3': 'private nodes',
    },
  },
  gcp: {
    name: 'CIS Google Cloud Platform Foundation Benchmark v3.0.0',
    recommendations: {
      '1.4': 'keys of service accounts',
      '1.5': 'service accounts without admin rights',
      '1.9': 'keys that are not public',
      '1.10': 'rotation within 90 days',
      '3.6': 'SSH from the internet',
      '3.7': 'RDP from the internet',
      '3.8': 'flow logs of subnets',
      '5.1': 'buckets that are not public',
      '5.2': 'uniform bucket-level access',
      '6.4': 'databases require TLS',
      '6.6': 'databases without public addresses',
      '6.7': 'automated backups',
    },
  },
  gke: {
    name: 'CIS Google Kubernetes Engine Benchmark v1.9.0',
    recommendations: {
      '4.3.1': 'a network plugin with network policies',
      '5.2.1': 'nodes without the default service account',
      '5.2.2': 'workload identity',
      '5.3.1': 'secrets under a key of Cloud KMS',
      '5.4.1': 'metadata server',
      '5.6.3': 'authorized networks',
      '5.6.5': 'private nodes',
      '5.8.1': 'client certificates',
      '5.8.3': 'legacy authorization',
    },
  },
  azure: {
    name: 'CIS Microsoft Azure Foundations Benchmark v2.0.0',
    recommendations: {
      '1.23': 'custom roles that allow everything',
      '3.1': 'secure transfer',
      '3.7': 'blobs without public access',
      '3.8': 'network access denied by default',
      '3.12': "storage under the customer's keys",
      '3.13': 'logs of blob access',
      '3.15': 'TLS 1.2',
      '4.3.1': 'databases require TLS',
      '6.1': 'RDP from the internet',
      '6.2': 'SSH from the internet',
      '8.5': 'recoverable vaults',
      '8.6': 'vaults with role-based access',
      '8.8': 'automatic rotation of keys',
      '10.1': 'locks on resources that matter',
    },
  },
  aks: {
    name: 'CIS Azure Kubernetes Service Benchmark v1.7.0',
    recommendations: {
      '2.1.1': 'audit logs',
      '5.3.1': 'encrypted secrets',
      '5.4.1': 'access to the control plane',
      '5.4.3': 'private nodes',
      '5.4.4': 'network policies',
      '5.5.1': 'users from the directory',
    },
  },
} as const;
