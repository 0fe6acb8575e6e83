import { request } from 'node:http';
import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { command } from '../host/command.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import type { LoadBalancerAction } from './load-balancer-plan.ts';

export interface LoadBalancerContext {
  readonly api: ApiServer;
  readonly signal: AbortSignal;
}

/** Carries out one step of the plan of load balancers, in the hub's namespace, where this process is. */
export async function executeLoadBalancerAction(
  { api, signal }: LoadBalancerContext,
  action: LoadBalancerAction,
): Promise<void> {
  switch (action.kind) {
    case 'assign': {
      const { namespace, name, address } = action;
      const path = `/api/v1/namespaces/${namespace}/services/${name}/status`;
      const body = { status: { loadBalancer: { ingress: [{ ip: address, ipMode: 'VIP' }] } } };
      await api.write({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json', signal });
      return;
    }
    case 'route':
      await command('ip', [
        'route',
        'replace',
        `${action.address}/32`,
        ...action.via.flatMap((node) => ['nexthop', 'via', node]),
      ]);
      return;
    case 'unroute':
      await command('ip', ['route', 'delete', `${action.address}/32`]);
  }
}

/** Address ▶ nodes that this namespace sends its packets to, of the load balancers' range. */
export async function currentRoutes({ ranges }: RegionLayout): Promise<ReadonlyMap<string, readonly string[]>> {
  const routes = JSON.parse(await command('ip', ['-json', 'route', 'show', 'root', ranges.loadBalancers])) as readonly {
    readonly dst: string;
    readonly type?: string;
    readonly gateway?: string;
    readonly nexthops?: readonly { readonly gateway: string }[];
  }[];
  return new Map(
    routes
      .filter(({ dst, type }) => type !== 'unreachable' && !dst.includes('/'))
      .map(({ dst, gateway, nexthops }) => [
        dst,
        nexthops?.map((hop) => hop.gateway) ?? (gateway === undefined ? [] : [gateway]),
      ]),
  );
}

/** Nodes whose kube-proxy says that it is well: what a cloud's load balancer probes. */
export async function healthyNodes({ nodes }: RegionLayout): Promise<readonly NodeLayout[]> {
  const healthy = await Promise.all(nodes.map(async (node) => ((await isHealthy(node)) ? [node] : [])));
  return healthy.flat();
}

const HEALTH_PORT = 10256;
const PROBE_TIMEOUT_MS = 1_000;

function isHealthy({ address }: NodeLayout): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ host: address, port: HEALTH_PORT, path: '/livez', timeout: PROBE_TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.once('timeout', () => call.destroy(new Error('no answer in time')));
    call.once('error', () => {
      resolve(false);
    });
    call.end();
  });
}
