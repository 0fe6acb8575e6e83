import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { pscNamespace } from '../../contracts/names.ts';
import type { SecretRef } from '../../operators/psc/credentials/credential-secrets.ts';

/** Secrets that the pods of a workload mount as folders. */
export function mountedSecrets(object: KubernetesObject): readonly SecretRef[] {
  const { namespace = '' } = object.metadata;
  const volumes = (object as PodTemplateOwner).spec?.template?.spec?.volumes ?? [];
  return volumes.flatMap(({ secret }) =>
    secret?.secretName === undefined ? [] : [{ namespace, name: secret.secretName }],
  );
}

/** Secrets that whoever makes a PSC gives to its pods; the operator makes all others. */
export function pscSecrets({ metadata: { name }, spec }: PhysicalStatefulCluster): readonly SecretRef[] {
  return (spec.connect?.secrets ?? []).map((secret) => ({ namespace: pscNamespace(name), name: secret }));
}

interface PodTemplateOwner {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly volumes?: readonly { readonly secret?: { readonly secretName?: string } }[] };
    };
  };
}
