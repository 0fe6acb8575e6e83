import { describe, expect, test } from '@jest/globals';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { PlatformNamespace } from '../../../../constructs/kubernetes/platform/platform-namespace.ts';
import { pscQuota } from '../../../../constructs/kubernetes/platform/psc-quota.ts';
import { TenantNamespace } from '../../../../constructs/kubernetes/platform/tenant-namespace.ts';
import { workloadQuota } from '../../../../constructs/kubernetes/platform/workload-quota.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { pscNamespace } from '../../../../contracts/names.ts';
import { exampleConnectPsc, exampleKsqlDbPsc } from '../../../support/example-clients.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { objectsOf, only } from '../support/objects-of.ts';

const quota = { cpuMillis: 100, cpuLimitMillis: 200, memoryMib: 64, pods: 1 };

describe('a namespace', () => {
  test('enforces, audits and warns by the restricted standard of its Kubernetes version', () => {
    const objects = objectsOf((scope) => {
      new PlatformNamespace(scope, 'namespace', { name: 'example', kubernetesVersion: '1.34', quota });
    });
    expect(only(objects, 'Namespace').metadata.labels).toEqual({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'v1.34',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/audit-version': 'v1.34',
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/warn-version': 'v1.34',
    });
  });

  test('is closed in both directions and open to DNS only', () => {
    const objects = objectsOf((scope) => {
      new PlatformNamespace(scope, 'namespace', { name: 'example', kubernetesVersion: '1.34', quota });
    });
    expect(only(objects, 'NetworkPolicy', 'default-deny')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const dns = only(objects, 'NetworkPolicy', 'allow-dns')['spec'] as { readonly egress: readonly Ports[] };
    expect(dns.egress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53, 1053, 1053]);
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toHaveLength(2);
  });

  test.each(['Upper', '-dash', 'a'.repeat(64), ''])('refuses the name %j', (name) => {
    expect(() =>
      objectsOf((scope) => {
        new PlatformNamespace(scope, 'namespace', { name, kubernetesVersion: '1.34', quota });
      }),
    ).toThrow(RangeError);
  });

  test('refuses a version that is no minor version', () => {
    expect(() =>
      objectsOf((scope) => {
        new PlatformNamespace(scope, 'namespace', { name: 'example', kubernetesVersion: '1.34.4', quota });
      }),
    ).toThrow(/1\.34\.4/);
  });
});

describe('the namespace of a PSC', () => {
  const clouds = ['aws', 'gcp', 'azure', 'local'] as const;

  test('carries the labels that network policies and admission find it by', () => {
    const objects = objectsOf((scope) => {
      new TenantNamespace(scope, 'namespace', { psc: examplePsc('aws'), kubernetesVersion: '1.34' });
    });
    expect(only(objects, 'Namespace').metadata).toMatchObject({
      name: 'psc-orders',
      labels: { 'flotilla.dev/psc': 'orders', 'flotilla.dev/tenant': 'acme' },
    });
  });

  test('says which Kafka the pods of a Connect or ksqlDB cluster may reach, as the policy of that Kafka asks', () => {
    for (const psc of [exampleConnectPsc('aws'), exampleKsqlDbPsc('aws')]) {
      const objects = objectsOf((scope) => {
        new TenantNamespace(scope, 'namespace', { psc, kubernetesVersion: '1.34' });
      });
      expect(only(objects, 'Namespace').metadata.labels).toMatchObject({ 'flotilla.dev/kafka': 'orders' });
    }
    const policy = renderKafkaCluster(examplePsc('aws'), exampleDataPlane('aws')).find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'kafka-broker',
    );
    const { ingress } = policy?.['spec'] as { readonly ingress: readonly object[] };
    expect(ingress).toContainEqual({
      from: [{ namespaceSelector: { matchLabels: { 'flotilla.dev/kafka': 'orders' } } }],
      ports: [{ protocol: 'TCP', port: 9092 }],
    });
  });

  test.each(clouds)('has a quota that the rendered cluster on %s just fits into', (cloud) => {
    const psc = examplePsc(cloud, { brokers: 6 });
    const rendered = renderKafkaCluster(psc, exampleDataPlane(cloud));
    const needed = workloadQuota(pscNamespace('orders'), rendered);
    const granted = pscQuota(psc.spec);
    expect(granted).toMatchObject({
      pods: needed.pods,
      volumeClaims: needed.volumeClaims,
      memoryMib: needed.memoryMib,
      cpuMillis: needed.cpuMillis,
      cpuLimitMillis: needed.cpuLimitMillis,
      loadBalancers: 0,
    });
    // Room for volumes that grow by themselves.
    expect(granted.storageGib).toBeGreaterThanOrEqual(needed.storageGib ?? Number.POSITIVE_INFINITY);
  });
});

describe('the quota of workloads', () => {
  const deployment = workload('Deployment', 2, { strategy: { type: 'RollingUpdate' } });

  test('leaves a Deployment one pod more to roll with', () => {
    expect(workloadQuota('n', [deployment])).toMatchObject({ pods: 3, cpuMillis: 1500, memoryMib: 3072 });
  });

  test('leaves a StatefulSet, and a Deployment that is recreated, no more than its own pods', () => {
    expect(workloadQuota('n', [workload('StatefulSet', 2, {})])).toMatchObject({ pods: 2 });
    expect(workloadQuota('n', [workload('Deployment', 1, { strategy: { type: 'Recreate' } })])).toMatchObject({
      pods: 1,
    });
  });

  test('counts nothing of other namespaces', () => {
    expect(workloadQuota('other', [deployment])).toMatchObject({ pods: 0, memoryMib: 0 });
  });

  test('counts the ports that a load balancer takes on the nodes', () => {
    const balancer: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'gateway', namespace: 'n' },
      spec: { type: 'LoadBalancer', ports: [{ port: 1 }, { port: 2 }] },
    };
    expect(workloadQuota('n', [balancer])).toMatchObject({ loadBalancers: 1, nodePorts: 2 });
  });
});

interface Ports {
  readonly ports: readonly { readonly port: number }[];
}

function workload(kind: string, replicas: number, fields: object): KubernetesObject {
  const resources = { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
  const template = { spec: { containers: [{ name: 'main', resources }] } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'x', namespace: 'n' },
    spec: { replicas, template, ...fields },
  };
}
