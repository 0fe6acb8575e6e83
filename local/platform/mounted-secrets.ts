import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { SecretRef } from '../../operators/psc/credentials/credential-secrets.ts';

/** Secrets that the pods of a workload mount as folders. */
export function mountedSecrets(object: KubernetesObject): readonly SecretRef[] {
  const { namespace = '' } = object.metadata;
  const volumes = (object as PodTemplateOwner).spec?.template?.spec?.volumes ?? [];
  return volumes.flatMap(({ secret }) =>
    secret?.secretName === undefined ? [] : [{ namespace, name: secret.secretName }],
  );
}

interface PodTemplateOwner {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly volumes?: readonly { readonly secret?: { readonly secretName?: string } }[] };
    };
  };
}
