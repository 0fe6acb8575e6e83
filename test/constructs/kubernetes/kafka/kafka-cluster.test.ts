import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { KafkaCluster, renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';

describe('the objects of one Kafka cluster', () => {
  test.each(CLOUDS)('are on %s what the last reviewed snapshot shows', (cloud) => {
    const objects = renderKafkaCluster(fullPsc(cloud), exampleDataPlane(cloud));
    expect(stringify(cloud === 'aws' ? objects : objects.map(withoutSharedFiles), YAML)).toMatchSnapshot();
  });

  test('come in the order in which each finds what it needs', () => {
    const kinds = renderKafkaCluster(examplePsc('aws'), exampleDataPlane('aws')).map(({ kind }) => kind);
    const firsts = [...new Set(kinds)];
    expect(firsts).toEqual([
      'ServiceAccount',
      'ClusterRoleBinding',
      'NetworkPolicy',
      'Service',
      'ConfigMap',
      'DNSEndpoint',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'StatefulSet',
    ]);
    expect(kinds.lastIndexOf('ConfigMap')).toBeLessThan(kinds.indexOf('PodDisruptionBudget'));
  });

  test('are the same bytes whatever the order of zones, pods and settings in the PSC', () => {
    const psc = fullPsc('aws');
    const kafka = psc.spec.kafka;
    if (kafka === undefined) throw new Error('the example has no Kafka');
    const reversed = {
      ...psc,
      spec: {
        ...psc.spec,
        kafka: {
          ...kafka,
          config: Object.fromEntries(Object.entries(kafka.config ?? {}).reverse()),
          placement: Object.fromEntries(
            Object.entries(kafka.placement)
              .map(([zone, { pods }]) => [zone, { pods: [...pods].reverse() }] as const)
              .reverse(),
          ),
        },
      },
    };
    const dataPlane = exampleDataPlane('aws');
    expect(JSON.stringify(renderKafkaCluster(reversed, dataPlane))).toBe(
      JSON.stringify(renderKafkaCluster(psc, dataPlane)),
    );
  });

  test('have each a name of its own, also as constructs', () => {
    const chart = new Chart(new App(), 'chart');
    const dataPlane = exampleDataPlane('gcp');
    new KafkaCluster(chart, 'orders', { psc: examplePsc('gcp'), dataPlane });
    expect(chart.toJson()).toEqual(renderKafkaCluster(examplePsc('gcp'), dataPlane));
  });

  test('keep every name and label within what Kubernetes allows, for the longest PSC name', () => {
    const name = `p${'x'.repeat(38)}9`;
    for (const object of renderKafkaCluster(examplePsc('aws', { name, brokers: 300 }), exampleDataPlane('aws'))) {
      expect(object.metadata.name.length).toBeLessThanOrEqual(63);
      expect((object.metadata.namespace ?? '').length).toBeLessThanOrEqual(63);
      for (const value of Object.values(object.metadata.labels ?? {})) expect(value.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('growth of a cluster', () => {
  test('from 3 to 6 brokers adds objects and changes nothing that a running pod has read', () => {
    const before = byId(renderKafkaCluster(fullPsc('aws'), exampleDataPlane('aws')));
    const after = byId(renderKafkaCluster(fullPsc('aws', 6), exampleDataPlane('aws')));
    expect([...before.keys()].filter((id) => !after.has(id))).toEqual([]);
    expect([...after.keys()].filter((id) => !before.has(id)).sort()).toEqual(
      [3, 4, 5].flatMap((n) => [`PersistentVolumeClaim data-kafka-${n}`, `Service kafka-${n}-external`]).sort(),
    );
    const changed = [...before.keys()].filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(after.get(id)));
    expect(changed).toEqual([
      'DNSEndpoint kafka',
      'ConfigMap kafka-placement',
      'ConfigMap kafka-limits',
      'StatefulSet kafka',
    ]);
    expect({ ...specOf(after.get('StatefulSet kafka')), replicas: 3 }).toEqual(specOf(before.get('StatefulSet kafka')));
  });

  test('never changes the pod template, whatever the numbers', () => {
    const dataPlane = exampleDataPlane('gcp');
    const template = (brokers: number): unknown =>
      specOf(byId(renderKafkaCluster(fullPsc('gcp', brokers), dataPlane)).get('StatefulSet kafka'))['template'];
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), (brokers) => {
        expect(template(brokers)).toEqual(template(3));
      }),
      { numRuns: 30 },
    );
  });

  test('of a volume leaves the StatefulSet alone, whose claim template can never change', () => {
    const bigger = fullPsc('azure');
    const kafka = bigger.spec.kafka;
    if (kafka === undefined) throw new Error('the example has no Kafka');
    const storage = { ...kafka.brokers.storage, sizeGib: 2000 };
    const after = renderKafkaCluster(
      { ...bigger, spec: { ...bigger.spec, kafka: { ...kafka, brokers: { ...kafka.brokers, storage } } } },
      exampleDataPlane('azure'),
    );
    const before = renderKafkaCluster(bigger, exampleDataPlane('azure'));
    const changed = after.filter((object, index) => JSON.stringify(object) !== JSON.stringify(before[index]));
    expect(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
      [0, 1, 2].map((n) => `PersistentVolumeClaim data-kafka-${n}`),
    );
  });

  test('is not what a changed setting is: that asks for a roll', () => {
    const dataPlane = exampleDataPlane('aws');
    const template = (config: Readonly<Record<string, string>>): unknown =>
      specOf(byId(renderKafkaCluster(examplePsc('aws', { kafka: { config } }), dataPlane)).get('StatefulSet kafka'))[
        'template'
      ];
    expect(template({ 'log.retention.hours': '24' })).not.toEqual(template({ 'log.retention.hours': '48' }));
  });
});

function fullPsc(cloud: (typeof CLOUDS)[number], brokers = 3): ReturnType<typeof examplePsc> {
  const identities = {
    aws: 'arn:aws:iam::123456789012:role/orders',
    gcp: 'orders@example.iam.gserviceaccount.com',
    azure: '00000000-0000-0000-0000-000000000001',
    local: 'orders',
  };
  return examplePsc(cloud, {
    brokers,
    kafka: {
      identity: identities[cloud],
      config: { 'log.retention.hours': '24', 'message.max.bytes': '2097164' },
      tieredStorage: {
        bucket: 'flotilla-orders',
        prefix: 'orders',
        localRetentionMs: '3600000',
        ...(cloud === 'local' ? { endpoint: 'http://object-store.flotilla-system.svc.cluster.local:9000' } : {}),
      },
      externalAccess: { allowedSourceRanges: ['198.51.100.0/24', '2001:db8::/32'] },
    },
  });
}

/** Long lines stay whole, repeated parts are written out: a snapshot is read by people. */
const YAML = { lineWidth: 0, aliasDuplicateObjects: false };

/** Files that are the same on every cloud are shown on one. */
function withoutSharedFiles(object: KubernetesObject): KubernetesObject {
  const shared = ['prepare.sh', 'run.sh', 'log4j2.yaml', 'jmx-exporter.yaml'];
  if (object.kind !== 'ConfigMap') return object;
  const data = Object.entries(object['data'] as Readonly<Record<string, string>>);
  return { ...object, data: Object.fromEntries(data.filter(([file]) => !shared.includes(file))) };
}

function byId(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

function specOf(object: KubernetesObject | undefined): Readonly<Record<string, unknown>> {
  return object?.['spec'] as Readonly<Record<string, unknown>>;
}
