import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Address } from '@pulumi/gcp/compute/address.js';
import { ForwardingRule } from '@pulumi/gcp/compute/forwardingRule.js';
import { Subnetwork } from '@pulumi/gcp/compute/subnetwork.js';
import { ManagedZone } from '@pulumi/gcp/dns/managedZone.js';
import { RecordSet } from '@pulumi/gcp/dns/recordSet.js';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { mothershipDomain, serviceRegion } from './mothership-link-problems.ts';
import type { ReachedMothership } from './mothership-link-problems.ts';
import { regionLabels } from './region-labels.ts';
import { regionRanges } from './region-ranges.ts';

export interface ReachedLinkArgs {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly mothership: ReachedMothership;
  readonly networkId: Input<string>;
  readonly options: CustomResourceOptions;
}

/** Gives a network an address that is the mothership, and its host names that address. */
export function reachMothership(name: string, args: ReachedLinkArgs): Output<string> {
  const { region, mothership, networkId, options } = args;
  const project = region.account;
  const labels = regionLabels(args);
  // An endpoint stands in the service's region, wherever its users are: a network of GCP has all regions in it.
  const place = { project, region: serviceRegion(mothership.privateLink.service) ?? region.name };
  const subnet = new Subnetwork(
    `${name}-endpoint-subnet`,
    {
      ...place,
      network: networkId,
      ipCidrRange: regionRanges(region.addressRange).linkEndpoint,
      privateIpGoogleAccess: true,
    },
    options,
  );
  const address = new Address(
    `${name}-endpoint-address`,
    { ...place, addressType: 'INTERNAL', subnetwork: subnet.id, labels },
    options,
  );
  const endpoint = new ForwardingRule(
    `${name}-endpoint`,
    {
      ...place,
      network: networkId,
      ipAddress: address.selfLink,
      target: mothership.privateLink.service,
      // Neither internal nor external: that is how GCP knows an endpoint.
      loadBalancingScheme: '',
      allowPscGlobalAccess: true,
      // The names are the mothership's own: see below.
      noAutomateDnsZone: true,
      labels,
    },
    options,
  );
  answerHostNames(name, { ...args, address: address.address, options: { ...options, dependsOn: endpoint } });
  return address.address;
}

/** One address for bootstrap and all brokers: the gateway tells them apart by the host name that TLS asks for (SNI). */
function answerHostNames(name: string, args: ReachedLinkArgs & { readonly address: Input<string> }): void {
  const { region, mothership, networkId, options } = args;
  const domain = mothershipDomain(mothership.bootstrapServer) ?? '';
  const zone = new ManagedZone(
    `${name}-zone`,
    {
      project: region.account,
      dnsName: `${domain}.`,
      description: 'The mothership by its private link',
      visibility: 'private',
      privateVisibilityConfig: { networks: [{ networkUrl: networkId }] },
      labels: regionLabels(args),
    },
    options,
  );
  new RecordSet(
    `${name}-hosts`,
    {
      project: region.account,
      managedZone: zone.name,
      name: `*.${domain}.`,
      type: 'A',
      ttl: TTL_S,
      rrdatas: [args.address],
    },
    options,
  );
}

const TTL_S = 60;
