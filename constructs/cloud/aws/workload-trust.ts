import { policyText } from './policy-document.ts';

/** OpenID Connect provider of one Kubernetes cluster. */
export interface WorkloadIssuer {
  /** Name of the cluster within the region. */
  readonly cluster: string;
  readonly arn: string;
  /** Host and path of the issuer, with or without `https://`. */
  readonly issuer: string;
}

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Who may take a role: one service account, in each of the clusters. */
export function workloadTrustPolicy(issuers: readonly WorkloadIssuer[], account: ServiceAccountName): string {
  return policyText(
    ...issuers.map(({ cluster, arn, issuer }) => {
      const host = issuer.replace(/^https:\/\//, '').replace(/\/$/, '');
      return {
        // A Sid has letters and digits only.
        Sid: `Cluster${cluster.replaceAll('-', 'Dash')}`,
        Effect: 'Allow',
        Principal: { Federated: arn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${host}:aud`]: 'sts.amazonaws.com',
            [`${host}:sub`]: `system:serviceaccount:${account.namespace}:${account.name}`,
          },
        },
      } as const;
    }),
  );
}
