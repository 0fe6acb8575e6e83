/** A starter dashboard for Grafana: cluster, brokers, consumer lag, rolls. The file's whole content, in Grafana's own form. */
export function dashboardJson(): string {
  const panels = PANELS.map((panel, index) => ({ id: index + 1, ...panelOf(panel), gridPos: position(index) }));
  const dashboard = {
    uid: 'flotilla-kafka',
    title: 'Flotilla: Kafka',
    tags: ['flotilla'],
    schemaVersion: 39,
    time: { from: 'now-3h', to: 'now' },
    refresh: '30s',
    templating: { list: [DATA_SOURCE, NAMESPACE, PSC] },
    panels,
  };
  return `${JSON.stringify(dashboard, undefined, 1)}\n`;
}

interface Panel {
  readonly title: string;
  /** What it shows, and what it needs where that is not the platform's own. */
  readonly description: string;
  readonly unit: 'short' | 'Bps' | 'ms' | 'percentunit' | 's';
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
}

/** Variable `$namespace` chooses clusters: each PSC has a namespace of its own. */
const IN_PSC = 'namespace=~"$namespace"';

const PANELS: readonly Panel[] = [
  {
    title: 'Brokers that serve',
    description: 'Brokers in the state RUNNING.',
    unit: 'short',
    queries: [
      {
        expression: `sum by (namespace) (kafka_server_kafkaserver_brokerstate{${IN_PSC}} == bool 3)`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    title: 'Partitions that lack replicas',
    description: 'Below the replication factor, and below min ISR: producers with acks=all are refused there.',
    unit: 'short',
    queries: [
      {
        expression: `sum by (namespace) (kafka_server_replicamanager_underreplicatedpartitions{${IN_PSC}})`,
        legend: '{{namespace}} under-replicated',
      },
      {
        expression: `sum by (namespace) (kafka_server_replicamanager_underminisrpartitioncount{${IN_PSC}})`,
        legend: '{{namespace}} under min ISR',
      },
    ],
  },
  {
    title: 'Records in',
    description: 'Bytes that producers write, by cluster.',
    unit: 'Bps',
    queries: [
      {
        expression: `sum by (namespace) (rate(kafka_server_brokertopicmetrics_bytesinpersec_total{topic="",${IN_PSC}}[2m]))`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    title: 'Records out',
    description: 'Bytes that consumers read, by cluster.',
    unit: 'Bps',
    queries: [
      {
        expression: `sum by (namespace) (rate(kafka_server_brokertopicmetrics_bytesoutpersec_total{topic="",${IN_PSC}}[2m]))`,
        legend: '{{namespace}}',
      },
    ],
  },
  {
    title: 'Time to produce, 99 of 100',
    description: 'Whole time of produce requests in each broker.',
    unit: 'ms',
    queries: [
      {
        expression: `kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99",${IN_PSC}}`,
        legend: '{{namespace}} {{pod}}',
      },
    ],
  },
  {
    title: 'Volumes, used share',
    description: "By the kubelets' own metrics. Volumes of brokers grow by themselves from 75 % on.",
    unit: 'percentunit',
    queries: [
      {
        expression: `kubelet_volume_stats_used_bytes{${IN_PSC}} / kubelet_volume_stats_capacity_bytes{${IN_PSC}}`,
        legend: '{{namespace}} {{persistentvolumeclaim}}',
      },
    ],
  },
  {
    title: 'Consumer lag',
    description: 'Records that groups have still to read, by the operator, which asks once a minute.',
    unit: 'short',
    queries: [
      {
        expression: 'sum by (psc, group, topic) (flotilla_consumer_lag_records{psc=~"$psc"})',
        legend: '{{psc}} {{group}} {{topic}}',
      },
    ],
  },
  {
    title: 'What the operator waits for',
    description: 'PSCs by task and reason: a roll that waits is held up by the gate of that name.',
    unit: 'short',
    queries: [{ expression: 'sum by (task, reason) (flotilla_operator_waiting)', legend: '{{task}} {{reason}}' }],
  },
  {
    title: 'Waits, how long',
    description: 'Time since each PSC began to wait for the same thing.',
    unit: 's',
    queries: [{ expression: 'time() - flotilla_operator_stuck_since_seconds', legend: '{{psc}} {{task}} {{reason}}' }],
  },
  {
    title: 'Passes of the operator',
    description: 'By how they ended. At rest every pass ends so.',
    unit: 'short',
    queries: [
      { expression: 'sum by (outcome) (rate(flotilla_operator_reconcile_seconds_count[5m]))', legend: '{{outcome}}' },
    ],
  },
];

const DATA_SOURCE = { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' };
const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
const NAMESPACE = {
  name: 'namespace',
  label: 'Cluster',
  type: 'query',
  datasource: PROMETHEUS,
  query: 'label_values(kafka_server_kafkaserver_brokerstate, namespace)',
  multi: true,
  includeAll: true,
  refresh: 2,
};

/** The operator tells of clusters by their names, from a namespace of its own. */
const PSC = {
  ...NAMESPACE,
  name: 'psc',
  label: 'Cluster of consumer groups',
  query: 'label_values(flotilla_consumer_lag_records, psc)',
};

function panelOf({ title, description, unit, queries }: Panel): Readonly<Record<string, unknown>> {
  return {
    type: 'timeseries',
    title,
    description,
    datasource: PROMETHEUS,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expression, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      expr: expression,
      legendFormat: legend,
    })),
  };
}

/** Two panels side by side on Grafana's 24 columns. */
function position(index: number): Readonly<Record<'x' | 'y' | 'w' | 'h', number>> {
  return { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 };
}
