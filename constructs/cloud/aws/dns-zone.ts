import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Zone } from '@pulumi/aws/route53/zone.js';
import { domainProblems } from '../domain-problems.ts';
import { refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { regionProblems } from './region-problems.ts';

export interface AwsDnsZoneArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'domain'>;
}

/**
 * The public zone of a region's domain, whose records external-dns writes.
 *
 * It is not signed (DNSSEC): Route 53 signs with keys of us-east-1 only, and a region should not go dark with another one
 * (docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html). A forged answer leads
 * a client to nobody with a certificate for the name that it asked for.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsDnsZone extends ComponentResource {
  /** Hosted zone id. */
  readonly zoneId: Output<string>;
  readonly arn: Output<string>;
  /** Where the parent domain has to delegate to. */
  readonly nameServers: Output<readonly string[]>;

  constructor(name: string, args: AwsDnsZoneArgs, options: ComponentResourceOptions = {}) {
    const { stack, region } = args;
    refuseProblems(`DNS zone ${name}`, dnsZoneProblems(args));
    super('flotilla:aws:DnsZone', name, {}, options);

    const zone = new Zone(
      `${name}-zone`,
      {
        name: region.domain,
        comment: `Kafka clusters of the stack ${stack}`,
        forceDestroy: false,
        tags: regionTags(args, region.domain),
      },
      // A zone made anew has other name servers: the parent's delegation would lead nowhere.
      { parent: this, protect: true },
    );

    this.zoneId = zone.zoneId;
    this.arn = zone.arn;
    this.nameServers = output(zone.nameServers);
    this.registerOutputs({ zoneId: this.zoneId, arn: this.arn, nameServers: this.nameServers });
  }
}

/** Everything that is wrong with the arguments of a DNS zone on AWS. */
export function dnsZoneProblems(args: AwsDnsZoneArgs): readonly InputProblem[] {
  return [...regionProblems(args), ...domainProblems(args.region.domain)];
}
