import { describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { alertRules, type AlertRule } from '../../../../constructs/kubernetes/data-plane/alerts.ts';
import { DATA_PLANE_SERVICES } from '../../../../constructs/kubernetes/data-plane/data-plane-rules.ts';
import { Monitoring } from '../../../../constructs/kubernetes/data-plane/monitoring.ts';
import type { ClusterContext } from '../../../../constructs/kubernetes/shared/cluster-context.ts';
import { balancerMetrics } from '../../../../operators/balancer/service/balancer-metrics.ts';
import { operatorMetrics } from '../../../../operators/psc/operator-metrics.ts';
import { exampleContext, objectsOf, only } from '../support/objects-of.ts';

const context = exampleContext('aws');

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

describe('monitoring of a data plane', () => {
  test('brings PodMonitors only where a Prometheus Operator takes them', () => {
    expect(monitoring(context).filter(({ kind }) => kind === 'PodMonitor')).toEqual([]);
    const monitors = monitoring({ ...context, metricsBy: 'prometheus-operator' }).filter(
      ({ kind }) => kind === 'PodMonitor',
    );
    expect(monitors.map(({ metadata }) => metadata.name).sort()).toEqual(
      [...DATA_PLANE_SERVICES, 'connect', 'kafka'].sort(),
    );
  });

  test('reads the metrics of every Kafka pod, of all PSCs', () => {
    const monitor = only(monitoring({ ...context, metricsBy: 'prometheus-operator' }), 'PodMonitor', 'kafka');
    expect(monitor['spec']).toMatchObject({
      namespaceSelector: { any: true },
      selector: { matchExpressions: [{ key: 'flotilla.dev/psc', operator: 'Exists' }, { key: 'flotilla.dev/role' }] },
      podMetricsEndpoints: [{ portNumber: 7071, path: '/metrics' }],
    });
  });

  test('shows cluster, brokers, consumer lag and rolls', () => {
    const titles = dashboard().panels.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'Brokers that serve',
        'Partitions that lack replicas',
        'Consumer lag',
        'What the operator waits for',
      ]),
    );
  });

  test('calls a person by rules, each with a page, only where a Prometheus Operator takes them', async () => {
    expect(monitoring(context).filter(({ kind }) => kind === 'PrometheusRule')).toEqual([]);
    const rule = only(monitoring({ ...context, metricsBy: 'prometheus-operator' }), 'PrometheusRule', 'flotilla');
    const { groups } = rule['spec'] as { readonly groups: readonly { readonly rules: readonly AlertRule[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules).toEqual(alertRules());
    const pages = await readdir(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'runbooks'));
    for (const { annotations, expr } of rules) {
      const reasons = /reason=~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [''];
      for (const reason of reasons) {
        const page = (annotations['runbook_url'] ?? '').replace('{{ $labels.reason }}', reason);
        expect(pages.map((file) => `docs/runbooks/${file}`)).toContain(page);
      }
    }
  });

  test('calls a person by metrics that there are', async () => {
    const options = { wallMs: () => 0, isLeader: () => true, cachedObjects: () => 0 };
    const operator = operatorMetrics({
      ...options,
      queueDepth: () => ({ waiting: 0, running: 0, later: 0 }),
      pscs: () => [],
    });
    const balancer = balancerMetrics(options);
    const served = `${await operator.text()}${await balancer.text()}`;
    const asked = alertRules().flatMap(({ expr }) => expr.match(/flotilla_(operator|balancer)_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    for (const name of new Set(asked)) expect(served).toContain(`# TYPE ${name.replace(/_count$/, '')} `);
  });

  test("asks for metrics of the operator's that there are", async () => {
    const metrics = operatorMetrics({
      wallMs: () => 0,
      queueDepth: () => ({ waiting: 0, running: 0, later: 0 }),
      isLeader: () => true,
      cachedObjects: () => 0,
      pscs: () => [],
    });
    metrics.passEnded(1, 'acted');
    const served = await metrics.text();
    const asked = dashboard()
      .panels.flatMap(({ targets }) => targets)
      .flatMap(({ expr }) => expr.match(/flotilla_operator_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(2);
    for (const name of asked) expect(served).toContain(name);
  });
});

function dashboard(): Dashboard {
  const { data } = only(monitoring(context), 'ConfigMap', 'kafka-dashboard') as {
    readonly data?: Readonly<Record<string, string>>;
  };
  return JSON.parse(data?.['flotilla-kafka.json'] ?? '') as Dashboard;
}

function monitoring(of: ClusterContext) {
  return objectsOf((scope) => {
    new Monitoring(scope, 'monitoring', { context: of });
  });
}
