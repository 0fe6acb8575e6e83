import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { KubeConfigMap } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { selectorLabels } from '../shared/platform-labels.ts';
import { PORTS } from '../shared/ports.ts';
import { alertRules } from './alerts.ts';
import { DATA_PLANE_SERVICES } from './data-plane-rules.ts';
import { dashboardJson } from './dashboard.ts';

export interface MonitoringProps {
  readonly context: ClusterContext;
}

/** Label by which Grafana's sidecar finds dashboards, by default. */
const DASHBOARD_LABEL = { grafana_dashboard: '1' };

/** What a Prometheus and a Grafana of the cluster's owner find of the data plane. Neither is installed here. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, { context }: MonitoringProps) {
    super(scope, id);
    new KubeConfigMap(this, 'dashboard', {
      metadata: { name: 'kafka-dashboard', namespace: NAMESPACES.system, labels: DASHBOARD_LABEL },
      data: { 'flotilla-kafka.json': dashboardJson() },
    });
    if (context.metricsBy !== 'prometheus-operator') return;
    for (const service of DATA_PLANE_SERVICES) {
      podMonitor(this, service, {
        name: service,
        selector: { matchLabels: selectorLabels(service) },
        namespaces: { matchNames: [NAMESPACES.system] },
        port: PORTS.metrics,
      });
    }
    new ApiObject(this, 'alerts', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'flotilla', namespace: NAMESPACES.system },
      spec: { groups: [{ name: 'flotilla', rules: alertRules() }] },
    });
    podMonitor(this, 'kafka', {
      name: 'kafka',
      selector: { matchExpressions: [LABELS.psc, LABELS.role].map((key) => ({ key, operator: 'Exists' })) },
      namespaces: { any: true },
      port: KAFKA_PORTS.metrics,
    });
    podMonitor(this, 'connect', {
      name: 'connect',
      selector: {
        matchLabels: { [LABELS.component]: 'connect' },
        matchExpressions: [{ key: LABELS.psc, operator: 'Exists' }],
      },
      namespaces: { any: true },
      port: KAFKA_PORTS.metrics,
    });
  }
}

interface PodMonitorRequest {
  readonly name: string;
  readonly selector: Readonly<Record<string, unknown>>;
  readonly namespaces: Readonly<Record<string, unknown>>;
  readonly port: number;
}

function podMonitor(scope: Construct, id: string, { name, selector, namespaces, port }: PodMonitorRequest): void {
  new ApiObject(scope, `${id}-pod-monitor`, {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name, namespace: NAMESPACES.system },
    spec: {
      selector,
      namespaceSelector: namespaces,
      // What tells the pods of one cluster from those of another.
      podTargetLabels: [LABELS.psc, LABELS.tenant, LABELS.role],
      podMetricsEndpoints: [{ portNumber: port, path: '/metrics', interval: '30s' }],
    },
  });
}
