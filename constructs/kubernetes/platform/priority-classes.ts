import { Construct } from 'constructs';
import { KubePriorityClass } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { PRIORITY_CLASSES } from '../shared/priority-classes.ts';

/** Priorities of the platform's pods: Kafka first, then what keeps Kafka going, then everything else. */
export class PriorityClasses extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new KubePriorityClass(this, 'kafka', {
      metadata: { name: PRIORITY_CLASSES.kafka },
      value: 1_000_000,
      description: 'Kafka brokers and controllers.',
    });
    new KubePriorityClass(this, 'platform', {
      metadata: { name: PRIORITY_CLASSES.platform },
      value: 900_000,
      description: 'Services of the platform: operator, balancer, sync-service, gateway, DNS, control plane.',
      // Waiting for room is better than pushing out whatever runs on the nodes beside.
      preemptionPolicy: 'Never',
    });
  }
}
