import type { KafkaRole } from './cluster-view.ts';
import { PORTS } from './listeners.ts';
import { HEALTH_PATH } from './metrics.ts';

/**
 * Probes of a Kafka container. Start and readiness open a connection to a listener, which Kafka binds only once it has
 * recovered its logs and caught up with the quorum; the listener is the one that no client limit counts. Liveness asks
 * the Java machine for a word: a broker that merely waits for others must not be killed for it.
 */
export function probes(role: KafkaRole): Readonly<Record<string, unknown>> {
  const port = role === 'broker' ? PORTS.internal : PORTS.controller;
  return {
    startupProbe: {
      tcpSocket: { port },
      periodSeconds: STARTUP_PERIOD_SECONDS,
      failureThreshold: STARTUP_PATIENCE_SECONDS / STARTUP_PERIOD_SECONDS,
    },
    readinessProbe: { tcpSocket: { port }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    livenessProbe: {
      httpGet: { path: HEALTH_PATH, port: PORTS.metrics },
      periodSeconds: 20,
      timeoutSeconds: 10,
      failureThreshold: 6,
    },
  };
}

const STARTUP_PERIOD_SECONDS = 5;

/**
 * After a crash a broker reads every segment since its last checkpoint: at worst one of 1 GiB per partition. Four hours
 * suffice for 4,500 partitions at 320 MiB/s. A start that is stuck is the operator's to judge, not the kubelet's.
 */
const STARTUP_PATIENCE_SECONDS = 4 * 3600;
