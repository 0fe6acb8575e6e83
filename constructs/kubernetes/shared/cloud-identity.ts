import type { Cloud } from '../../../contracts/cloud.ts';

/** What turns a service account into a cloud identity: annotations of the account, labels of its pods. */
export interface CloudIdentityMarks {
  readonly annotations: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Marks for `identity`: a role ARN (aws), a service account's e-mail (gcp), a client id (azure). */
export function cloudIdentityMarks(cloud: Cloud, identity: string): CloudIdentityMarks {
  switch (cloud) {
    case 'aws':
      return { annotations: { 'eks.amazonaws.com/role-arn': identity }, podLabels: {} };
    case 'gcp':
      return { annotations: { 'iam.gke.io/gcp-service-account': identity }, podLabels: {} };
    case 'azure':
      return {
        annotations: { 'azure.workload.identity/client-id': identity },
        // AKS' webhook injects the token only into pods that ask for it.
        podLabels: { 'azure.workload.identity/use': 'true' },
      };
    case 'local':
      return { annotations: {}, podLabels: {} };
  }
}
