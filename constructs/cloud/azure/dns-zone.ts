import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Zone } from '@pulumi/azure-native/dns/zone.js';
import { azureRegionTags } from '../azure-tags.ts';
import { domainProblems } from '../domain-problems.ts';
import { refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

export interface AzureDnsZoneArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'domain'>;
  /** Group of kind `region`, beside the disk encryption set: external-dns reads the zone's group off that one. */
  readonly resourceGroupName: Input<string>;
}

/**
 * The public zone of a region's domain, whose records external-dns writes. It is not signed (DNSSEC): a forged answer leads
 * a client to nobody with a certificate for the name that it asked for.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureDnsZone extends ComponentResource {
  /** Resource id. */
  readonly zoneId: Output<string>;
  /** Where the parent domain has to delegate to. */
  readonly nameServers: Output<readonly string[]>;

  constructor(name: string, args: AzureDnsZoneArgs, options: ComponentResourceOptions = {}) {
    const { domain } = args.region;
    refuseProblems(`DNS zone ${name}`, dnsZoneProblems(args));
    super('flotilla:azure:DnsZone', name, {}, options);

    const zone = new Zone(
      `${name}-zone`,
      {
        zoneName: domain,
        zoneType: 'Public',
        resourceGroupName: args.resourceGroupName,
        location: 'Global',
        tags: azureRegionTags(args),
      },
      // A zone made anew has other name servers: the parent's delegation would lead nowhere.
      { parent: this, protect: true },
    );

    this.zoneId = zone.id;
    this.nameServers = output(zone.nameServers);
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }
}

/** Everything that is wrong with the arguments of a zone on Azure. */
export function dnsZoneProblems(args: Pick<AzureDnsZoneArgs, 'stack' | 'region'>): readonly InputProblem[] {
  return [...regionProblems(args), ...domainProblems(args.region.domain)];
}
