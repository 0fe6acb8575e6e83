import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { ManagedZone } from '@pulumi/gcp/dns/managedZone.js';
import { domainProblems } from '../domain-problems.ts';
import { refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { regionLabels } from './region-labels.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpDnsZoneArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'domain'>;
}

/**
 * The public zone of a region's domain, whose records external-dns writes. It is signed (DNSSEC); resolvers check that once
 * the parent domain has its DS record too.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpDnsZone extends ComponentResource {
  /** Name of the managed zone. */
  readonly zone: Output<string>;
  /** Where the parent domain has to delegate to. */
  readonly nameServers: Output<readonly string[]>;

  constructor(name: string, args: GcpDnsZoneArgs, options: ComponentResourceOptions = {}) {
    const { stack, region } = args;
    refuseProblems(`DNS zone ${name}`, dnsZoneProblems(args));
    super('flotilla:gcp:DnsZone', name, {}, options);

    const made = new ManagedZone(
      `${name}-zone`,
      {
        project: region.account,
        name: resourceName([stack, 'zone'], { maxLength: MAX_ZONE_NAME }),
        dnsName: `${region.domain}.`,
        description: `Kafka clusters of the stack ${stack}`,
        visibility: 'public',
        dnssecConfig: { state: 'on', nonExistence: 'nsec3' },
        cloudLoggingConfig: { enableLogging: true },
        forceDestroy: false,
        labels: regionLabels(args),
      },
      // A zone made anew has other name servers: the parent's delegation would lead nowhere.
      { parent: this, protect: true },
    );

    this.zone = made.name;
    this.nameServers = output(made.nameServers);
    this.registerOutputs({ zone: this.zone, nameServers: this.nameServers });
  }
}

/** Everything that is wrong with the arguments of a DNS zone on GCP. */
export function dnsZoneProblems(args: GcpDnsZoneArgs): readonly InputProblem[] {
  return [...regionProblems(args), ...domainProblems(args.region.domain)];
}

/** cloud.google.com/dns/docs/reference/rest/v1/managedZones */
const MAX_ZONE_NAME = 63;
