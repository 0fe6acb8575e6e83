import { PRIORITY_CLASS } from '../kafka/pod-template.ts';

/** Priority classes of the platform, from file 30-platform of every Kubernetes cluster. */
export const PRIORITY_CLASSES = {
  /** Kafka brokers and controllers: they lose data's safety, not only availability, when pushed out. */
  kafka: PRIORITY_CLASS,
  /** Operator, balancer, sync-service, gateway, external-dns, control plane. */
  platform: 'flotilla-platform',
} as const;
