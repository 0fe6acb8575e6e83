import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Firewall } from '@pulumi/gcp/compute/firewall.js';
import { ServiceAttachment } from '@pulumi/gcp/compute/serviceAttachment.js';
import { Subnetwork } from '@pulumi/gcp/compute/subnetwork.js';
import { GATEWAY_PORTS } from '../../kubernetes/gateway/haproxy-config.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import type { OfferedMothership } from './mothership-link-problems.ts';
import { regionRanges } from './region-ranges.ts';

export interface OfferedLinkArgs {
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly mothership: OfferedMothership;
  readonly networkId: Input<string>;
  readonly options: CustomResourceOptions;
}

/** Offers the mothership to the consumers that its config names, and to nobody else; self link of what they connect to. */
export function offerMothership(name: string, args: OfferedLinkArgs): Output<string> {
  const { region, networkId, options } = args;
  const { loadBalancer, consumers } = args.mothership.privateLink;
  const { linkConsumers } = regionRanges(region.addressRange);
  const project = region.account;
  const natSubnet = new Subnetwork(
    `${name}-consumers`,
    {
      project,
      region: region.name,
      network: networkId,
      purpose: 'PRIVATE_SERVICE_CONNECT',
      ipCidrRange: linkConsumers,
    },
    options,
  );
  new Firewall(
    `${name}-consumers-to-gateway`,
    {
      project,
      network: networkId,
      description: "Consumers of the mothership's private link reach its gateway",
      direction: 'INGRESS',
      priority: 1000,
      sourceRanges: [linkConsumers],
      allows: [{ protocol: 'tcp', ports: [String(GATEWAY_PORTS.external)] }],
      logConfig: { metadata: 'EXCLUDE_ALL_METADATA' },
    },
    options,
  );
  return new ServiceAttachment(
    `${name}-service`,
    {
      project,
      region: region.name,
      description: 'The mothership',
      targetService: loadBalancer,
      natSubnets: [natSubnet.id],
      connectionPreference: 'ACCEPT_MANUAL',
      consumerAcceptLists: consumers.map((projectIdOrNum) => ({
        projectIdOrNum,
        connectionLimit: MAX_REGIONS_OF_A_PROJECT,
      })),
      // Who is taken off the list is cut off, not only kept from connecting again.
      reconcileConnections: true,
      // The gateway reads TLS from the first byte on.
      enableProxyProtocol: false,
    },
    options,
  ).selfLink;
}

/** Each region has one connection; more than GCP has regions today (cloud.google.com/about/locations). */
const MAX_REGIONS_OF_A_PROJECT = 50;
