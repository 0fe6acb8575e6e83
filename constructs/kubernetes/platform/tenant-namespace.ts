import { Construct } from 'constructs';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import { PlatformNamespace } from './platform-namespace.ts';
import { pscQuota } from './psc-quota.ts';

export interface TenantNamespaceProps {
  /** The PSC that the namespace is for. */
  readonly psc: PhysicalStatefulCluster;
  /** Kubernetes minor version that the Pod Security standard is pinned to, as in `1.34`. */
  readonly kubernetesVersion: string;
}

/**
 * Namespace of one PSC: closed in both directions, and held to the quota of its shape. The synthesizer uses it for
 * tenants of a stack, the sync-service for those that the control plane makes.
 */
export class TenantNamespace extends Construct {
  readonly namespace: string;

  constructor(scope: Construct, id: string, props: TenantNamespaceProps) {
    super(scope, id);
    const { metadata, spec } = props.psc;
    const kafka = spec.connect?.kafka ?? spec.ksqldb?.kafka;
    this.namespace = pscNamespace(metadata.name);
    new PlatformNamespace(this, 'namespace', {
      name: this.namespace,
      kubernetesVersion: props.kubernetesVersion,
      quota: pscQuota(spec),
      labels: {
        [LABELS.psc]: metadata.name,
        [LABELS.tenant]: spec.tenant,
        ...(kafka === undefined ? {} : { [LABELS.kafka]: kafka }),
      },
    });
  }
}
