import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { Gateway, renderGateway } from '../../../../constructs/kubernetes/gateway/gateway.ts';
import { haproxyConfig } from '../../../../constructs/kubernetes/gateway/haproxy-config.ts';
import { CONNECTIONS_MAX_IDLE_MS } from '../../../../constructs/kubernetes/kafka/broker-config.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import type { Cloud } from '../../../../contracts/cloud.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';

describe.each(CLOUDS)('the gateway on %s', (cloud) => {
  const dataPlane = exampleDataPlane(cloud);
  const objects = renderGateway({ dataPlane, hostname: `gateway.${dataPlane.domain}` });

  test('is one load balancer that keeps the address of its clients', () => {
    const services = objects.filter(({ kind }) => kind === 'Service');
    expect(services).toHaveLength(1);
    expect(services[0]?.['spec']).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  });

  test('has a pod for each zone, and loses at most one of them at a time', () => {
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    expect(deployment?.['spec']).toMatchObject({ replicas: dataPlane.zones.length });
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ spec }) => spec)).toEqual([expect.objectContaining({ maxUnavailable: 1 })]);
  });

  test('may read config maps of its own namespace and nothing else', () => {
    expect(objects.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
    const roles = objects.filter(({ kind }) => kind === 'Role');
    expect(roles.map(({ rules }) => rules)).toEqual([
      [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    ]);
  });

  test('is as a construct the same objects', () => {
    const chart = new Chart(new App(), 'chart');
    new Gateway(chart, 'gateway', { dataPlane, hostname: `gateway.${dataPlane.domain}` });
    expect(chart.toJson()).toEqual(objects);
  });
});

describe("the gateway's load balancer on AWS", () => {
  const service = renderGateway({ dataPlane: exampleDataPlane('aws'), hostname: 'gateway.example.com' }).find(
    ({ kind }) => kind === 'Service',
  );

  test("is one that EKS' own cloud controller makes, so that a fresh cluster's gateway gets an address", () => {
    const { annotations = {} } = service?.metadata ?? {};
    expect(annotations['service.beta.kubernetes.io/aws-load-balancer-type']).toBe('nlb');
    expect(service?.['spec']).not.toHaveProperty('loadBalancerClass');
    // Nodes are the targets of that controller: it needs a port on each.
    expect(service?.['spec']).not.toHaveProperty('allocateLoadBalancerNodePorts');
  });

  test('keeps what comes to an address of a zone in that zone', () => {
    expect(service?.metadata.annotations).toMatchObject({
      'service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled': 'false',
    });
  });
});

describe('the gateway of a mothership that a private link is offered for', () => {
  const servicesOn = (cloud: Cloud) =>
    renderGateway({
      dataPlane: exampleDataPlane(cloud),
      hostname: 'gateway.example.com',
      privateLink: 'offered',
    }).filter(({ kind }) => kind === 'Service');

  test('has on GCP a second load balancer, inside, for every region, to the same pods', () => {
    const [outward, inside, ...others] = servicesOn('gcp');
    expect(others).toEqual([]);
    expect(inside?.metadata.annotations).toEqual({
      'networking.gke.io/load-balancer-type': 'Internal',
      'networking.gke.io/internal-load-balancer-allow-global-access': 'true',
    });
    expect(inside?.['spec']).toEqual(outward?.['spec']);
    expect(outward?.metadata.annotations).not.toHaveProperty('networking.gke.io/load-balancer-type');
  });

  test.each(['aws', 'azure', 'local'] as const)('has on %s the one that it had', (cloud) => {
    expect(servicesOn(cloud)).toHaveLength(1);
  });
});

describe('the static configuration', () => {
  const config = haproxyConfig({ domain: 'a.example.com', maxConnections: 10 });

  test('leaves it to brokers to end idle connections', () => {
    for (const side of ['client', 'server']) {
      const minutes = Number(new RegExp(`timeout ${side} (\\d+)m`).exec(config)?.[1]);
      expect(minutes * 60_000).toBeGreaterThan(CONNECTIONS_MAX_IDLE_MS);
    }
  });

  test('holds no key and no certificate', () => {
    expect(config).not.toMatch(/ssl crt|ca-file|bind .* ssl/);
  });
});
