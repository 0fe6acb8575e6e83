import type { EndpointSlice, Service } from './kubernetes-types.ts';
import type { NodeLayout, RegionRanges } from '../region/layout.ts';

export interface LoadBalancerState {
  readonly services: readonly Service[];
  readonly endpoints: readonly EndpointSlice[];
  /** Nodes whose kube-proxy answers. */
  readonly healthy: readonly NodeLayout[];
  /** Address ▶ addresses of the nodes that it is routed to. */
  readonly routes: ReadonlyMap<string, readonly string[]>;
}

export type LoadBalancerAction =
  | { readonly kind: 'assign'; readonly namespace: string; readonly name: string; readonly address: string }
  | { readonly kind: 'route'; readonly address: string; readonly via: readonly string[] }
  | { readonly kind: 'unroute'; readonly address: string };

/** What a cloud's load balancers do: an address for each Service that asks, led to healthy nodes that can serve it. */
export function planLoadBalancers(state: LoadBalancerState, ranges: RegionRanges): readonly LoadBalancerAction[] {
  const asking = state.services.filter(
    ({ spec, metadata }) => spec?.type === 'LoadBalancer' && metadata?.deletionTimestamp === undefined,
  );
  const taken = new Set(asking.map(addressOf));
  const actions: LoadBalancerAction[] = [];
  const wanted = new Map<string, readonly string[]>();
  for (const service of asking) {
    const { namespace = '', name = '' } = service.metadata ?? {};
    let address = addressOf(service);
    if (address === undefined) {
      address = firstFree(ranges.loadBalancers, taken);
      taken.add(address);
      actions.push({ kind: 'assign', namespace, name, address });
    }
    wanted.set(address, nodesFor(service, state));
  }
  for (const [address, via] of wanted) {
    if (String(state.routes.get(address) ?? []) === String(via)) continue;
    actions.push(via.length === 0 ? { kind: 'unroute', address } : { kind: 'route', address, via });
  }
  for (const address of state.routes.keys()) {
    if (!wanted.has(address)) actions.push({ kind: 'unroute', address });
  }
  return actions;
}

function addressOf({ status }: Service): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/** Addresses of nodes in order: those with a ready pod of their own where the Service keeps clients' addresses. */
function nodesFor({ metadata, spec }: Service, { endpoints, healthy }: LoadBalancerState): readonly string[] {
  const serving = new Set(
    endpoints
      .filter(
        (slice) =>
          slice.metadata?.namespace === metadata?.namespace &&
          slice.metadata?.labels?.['kubernetes.io/service-name'] === metadata?.name,
      )
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ nodeName }) => nodeName),
  );
  const local = spec?.externalTrafficPolicy === 'Local';
  return healthy.filter(({ name }) => (local ? serving.has(name) : serving.size > 0)).map(({ address }) => address);
}

function firstFree(range: string, taken: ReadonlySet<string | undefined>): string {
  const prefix = range.slice(0, range.lastIndexOf('.'));
  for (let host = 1; host < MAX_HOST; host += 1) {
    if (!taken.has(`${prefix}.${host}`)) return `${prefix}.${host}`;
  }
  throw new RangeError(`${range} has no address left for another load balancer`);
}

/** The last address of a /24 is for all of its hosts. */
const MAX_HOST = 255;
