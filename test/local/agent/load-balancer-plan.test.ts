import type { EndpointSlice, Service } from '../../../local/agent/kubernetes-types.ts';
import { describe, expect, it } from '@jest/globals';
import { planLoadBalancers } from '../../../local/agent/load-balancer-plan.ts';
import { regionLayout } from '../../../local/region/layout.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';

const LAYOUT = regionLayout(requireParsed(loadStack('stacks', 'local')), '/srv/region');
const [A, B] = LAYOUT.nodes;
if (A === undefined || B === undefined) throw new Error('the local stack has three zones');

const service = (name: string, address?: string, policy: 'Local' | 'Cluster' = 'Local'): Service => ({
  metadata: { name, namespace: 'flotilla-gateway' },
  spec: { type: 'LoadBalancer', externalTrafficPolicy: policy },
  ...(address === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: address }] } } }),
});

const served = (name: string, ...nodes: readonly string[]): EndpointSlice => ({
  addressType: 'IPv4',
  metadata: { namespace: 'flotilla-gateway', labels: { 'kubernetes.io/service-name': name } },
  endpoints: nodes.map((nodeName) => ({ addresses: ['10.88.0.9'], nodeName, conditions: { ready: true } })),
});

const plan = (over: Partial<Parameters<typeof planLoadBalancers>[0]>) =>
  planLoadBalancers({ services: [], endpoints: [], healthy: LAYOUT.nodes, routes: new Map(), ...over }, LAYOUT.ranges);

describe('load balancers of a local region', () => {
  it('give each Service that asks an address of its own, and none that does not', () => {
    const inside: Service = { metadata: { name: 'inside' }, spec: { type: 'ClusterIP' } };
    expect(plan({ services: [service('one'), inside, service('two')] })).toEqual([
      { kind: 'assign', namespace: 'flotilla-gateway', name: 'one', address: '10.87.1.1' },
      { kind: 'assign', namespace: 'flotilla-gateway', name: 'two', address: '10.87.1.2' },
    ]);
  });

  it('do not give an address out twice', () => {
    expect(plan({ services: [service('one', '10.87.1.1'), service('two')] })).toContainEqual(
      expect.objectContaining({ kind: 'assign', name: 'two', address: '10.87.1.2' }),
    );
  });

  it("lead to the healthy nodes that have a ready pod, where clients' addresses are kept", () => {
    const services = [service('one', '10.87.1.1')];
    const endpoints = [served('one', A.name, B.name)];
    expect(plan({ services, endpoints })).toEqual([
      { kind: 'route', address: '10.87.1.1', via: [A.address, B.address] },
    ]);
    expect(plan({ services, endpoints, healthy: [B] })).toEqual([
      { kind: 'route', address: '10.87.1.1', via: [B.address] },
    ]);
  });

  it('lead to every healthy node, where any may serve', () => {
    const services = [service('one', '10.87.1.1', 'Cluster')];
    expect(plan({ services, endpoints: [served('one', A.name)] })).toEqual([
      { kind: 'route', address: '10.87.1.1', via: LAYOUT.nodes.map(({ address }) => address) },
    ]);
  });

  it('lead nowhere when nobody serves, when the Service is gone, and rest when all is as it should be', () => {
    const routes = new Map([['10.87.1.1', [A.address]]]);
    expect(plan({ services: [service('one', '10.87.1.1')], routes })).toEqual([
      { kind: 'unroute', address: '10.87.1.1' },
    ]);
    expect(plan({ routes })).toEqual([{ kind: 'unroute', address: '10.87.1.1' }]);
    expect(plan({ services: [service('one', '10.87.1.1')], endpoints: [served('one', A.name)], routes })).toEqual([]);
    expect(plan({ services: [service('one', '10.87.1.1')] })).toEqual([]);
  });
});
