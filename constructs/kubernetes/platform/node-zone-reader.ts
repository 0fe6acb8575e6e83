import { Construct } from 'constructs';
import { KubeClusterRole } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { NODE_ZONE_READER_ROLE } from '../kafka/access.ts';

/** Role by which a Kafka pod reads the zone of its node; each PSC binds it to its own accounts. Node labels reach pods by themselves only from Kubernetes 1.35 on. */
export class NodeZoneReader extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new KubeClusterRole(this, 'role', {
      metadata: { name: NODE_ZONE_READER_ROLE },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }],
    });
  }
}
