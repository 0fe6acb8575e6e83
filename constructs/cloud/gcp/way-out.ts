import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Address } from '@pulumi/gcp/compute/address.js';
import { Route } from '@pulumi/gcp/compute/route.js';
import { Router } from '@pulumi/gcp/compute/router.js';
import { RouterNat } from '@pulumi/gcp/compute/routerNat.js';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { regionLabels } from './region-labels.ts';

export interface WayOutArgs {
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones'>;
  readonly networkId: Input<string>;
  /** The nodes' subnet, the only one that is led out. */
  readonly subnetId: Input<string>;
  /** What labels are made from. */
  readonly tagged: Parameters<typeof regionLabels>[0];
  readonly options: CustomResourceOptions;
}

export interface WayOut {
  readonly ids: readonly Output<string>[];
  /** Zone ▶ address. */
  readonly addresses: Readonly<Record<string, Output<string>>>;
}

/**
 * The way out of a region's network. Cloud NAT belongs to a region and is no machine that could fail with a zone: the
 * hosts translate themselves (cloud.google.com/nat/docs/overview). So there is one, and what a NAT gateway of its own
 * gives to a zone elsewhere, an address with its ports, is added for each zone here.
 */
export function leadOut(name: string, { region, networkId, subnetId, tagged, options }: WayOutArgs): WayOut {
  const route = new Route(
    `${name}-way-out`,
    {
      project: region.account,
      network: networkId,
      destRange: '0.0.0.0/0',
      nextHopGateway: 'default-internet-gateway',
      priority: 1000,
    },
    options,
  );
  const router = new Router(
    `${name}-router`,
    { project: region.account, region: region.name, network: networkId },
    options,
  );
  const addresses = region.zones.map((zone) => ({
    zone,
    made: new Address(
      `${name}-${zone}-egress`,
      {
        project: region.account,
        region: region.name,
        addressType: 'EXTERNAL',
        networkTier: 'PREMIUM',
        labels: regionLabels(tagged),
      },
      options,
    ),
  }));
  const nat = new RouterNat(
    `${name}-nat`,
    {
      project: region.account,
      region: region.name,
      router: router.name,
      natIpAllocateOption: 'MANUAL_ONLY',
      natIps: addresses.map(({ made }) => made.selfLink),
      sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
      subnetworks: [{ name: subnetId, sourceIpRangesToNats: ['ALL_IP_RANGES'] }],
      // Nodes take ports as they need them; GCP has this only without endpoint-independent mapping.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: MIN_PORTS_PER_VM,
      maxPortsPerVm: MAX_PORTS_PER_VM,
      logConfig: { enable: true, filter: 'ERRORS_ONLY' },
    },
    options,
  );
  return {
    ids: [route.id, nat.id],
    addresses: Object.fromEntries(addresses.map(({ zone, made }) => [zone, made.address])),
  };
}

/** cloud.google.com/nat/docs/ports-and-addresses: an address has 64,512 ports, so that it serves 1008 nodes at rest. */
const MIN_PORTS_PER_VM = 64;
const MAX_PORTS_PER_VM = 4096;
