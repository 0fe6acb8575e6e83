import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup.js';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint.js';
import { Record as DnsRecord } from '@pulumi/aws/route53/record.js';
import { Zone } from '@pulumi/aws/route53/zone.js';
import { MOTHERSHIP, externalHost } from '../../../contracts/names.ts';
import { knownRegions } from '../../capacity/zones.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { clientRangeProblems, letIn } from './client-ranges.ts';
import { regionProblems } from './region-problems.ts';

export interface AwsMothershipLinkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly mothership: {
    /** `host:port` of the mothership's external bootstrap. */
    readonly bootstrapServer: string;
    readonly privateLink: {
      /** Name of the mothership's endpoint service, as in `com.amazonaws.vpce.us-west-2.vpce-svc-0a1b2c3d`. */
      readonly service: string;
    };
  };
  readonly vpcId: Input<string>;
  /** Zone ▶ private subnet. */
  readonly privateSubnetIds: Readonly<Record<string, Input<string>>>;
  /** Who may use the link: a word for each IPv4 block, as in `pods-a`. */
  readonly clientRanges: Readonly<Record<string, string>>;
}

/**
 * A private way from a region's network to the mothership of another: an endpoint in every zone, to which the mothership's
 * own host names resolve inside this network and nowhere else. So clients and certificates are the same with and without.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsMothershipLink extends ComponentResource {
  readonly endpointId: Output<string>;

  constructor(name: string, args: AwsMothershipLinkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`mothership link ${name}`, mothershipLinkProblems(args));
    super('flotilla:aws:MothershipLink', name, {}, options);

    const child = { parent: this };
    const { service, serviceRegion, domain, port } = farSide(args);
    const group = new SecurityGroup(
      `${name}-security-group`,
      {
        vpcId: args.vpcId,
        description: 'The way to the mothership, for nodes and pods of this region',
        tags: regionTags(args, `${args.stack}-mothership-link`),
      },
      child,
    );
    letIn(name, {
      stack: args.stack,
      region: args.region,
      group,
      port,
      clientRanges: args.clientRanges,
      options: child,
    });
    const endpoint = new VpcEndpoint(
      `${name}-endpoint`,
      {
        vpcId: args.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: service,
        ...(serviceRegion === args.region.name ? {} : { serviceRegion }),
        subnetIds: Object.values(args.privateSubnetIds),
        securityGroupIds: [group.id],
        // The service has no private name of its own: the zone below answers for the mothership's.
        privateDnsEnabled: false,
        tags: regionTags(args, `${args.stack}-mothership-link`),
      },
      child,
    );
    const zone = new Zone(
      `${name}-zone`,
      {
        name: domain,
        comment: `The mothership, by the private link of the stack ${args.stack}`,
        vpcs: [{ vpcId: args.vpcId }],
        tags: regionTags(args, domain),
      },
      child,
    );
    new DnsRecord(
      `${name}-names`,
      {
        zoneId: zone.zoneId,
        // One name for each broker: the gateway at the far side tells them apart.
        name: `*.${domain}`,
        type: 'A',
        aliases: [
          {
            name: regionalName(endpoint, ({ dnsName }) => dnsName),
            zoneId: regionalName(endpoint, ({ hostedZoneId }) => hostedZoneId),
            evaluateTargetHealth: false,
          },
        ],
      },
      child,
    );

    this.endpointId = endpoint.id;
    this.registerOutputs({ endpointId: this.endpointId });
  }
}

interface DnsEntry {
  readonly dnsName: string;
  readonly hostedZoneId: string;
}

/** The first name of an endpoint is the one of all its zones (docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html). */
function regionalName(endpoint: VpcEndpoint, part: (entry: DnsEntry) => string): Output<string> {
  return output(endpoint.dnsEntries).apply((entries) => {
    const [first] = entries as readonly DnsEntry[];
    if (first === undefined) throw new Error('the endpoint of the mothership has no DNS name: has it a subnet?');
    return part(first);
  });
}

/** What the arguments say of the mothership's side; undefined words only where {@link mothershipLinkProblems} has something to say. */
function farSide({ mothership }: AwsMothershipLinkArgs) {
  const { bootstrapServer, privateLink } = mothership;
  const found = BOOTSTRAP.exec(bootstrapServer)?.groups;
  return {
    service: privateLink.service,
    serviceRegion: SERVICE.exec(privateLink.service)?.groups?.['region'] ?? '',
    domain: found?.['domain'] ?? '',
    port: Number(found?.['port'] ?? 0),
  };
}

/** The part of a link's arguments that is known before anything runs. */
export type JudgedLinkArgs = Pick<AwsMothershipLinkArgs, 'stack' | 'region' | 'mothership' | 'clientRanges'> & {
  readonly privateSubnetIds: Readonly<Record<string, unknown>>;
};

/** Everything that is wrong with the arguments of a link to the mothership on AWS. */
export function mothershipLinkProblems(args: JudgedLinkArgs): readonly InputProblem[] {
  const { region, mothership, privateSubnetIds } = args;
  const { bootstrapServer, privateLink } = mothership;
  const serviceRegion = SERVICE.exec(privateLink.service)?.groups?.['region'];
  return [
    ...regionProblems(args),
    ...clientRangeProblems(args.clientRanges),
    ...problemUnless(
      BOOTSTRAP.test(bootstrapServer),
      'mothership.bootstrapServer',
      bootstrapServer,
      // The private zone takes over all names beside it.
      `a link needs the mothership's own domain: ${externalHost('bootstrap', MOTHERSHIP, '<cluster>.<domain>')}:<port>`,
    ),
    ...problemUnless(
      serviceRegion !== undefined && knownRegions('aws').includes(serviceRegion),
      'mothership.privateLink.service',
      privateLink.service,
      `name the endpoint service of the mothership's region, as in com.amazonaws.vpce.${region.name}.vpce-svc-0a1b2c3d`,
    ),
    ...problemUnless(
      Object.keys(privateSubnetIds).length > 0,
      'privateSubnetIds',
      undefined,
      'an endpoint is reached in the zones that it has a subnet in',
    ),
  ];
}

const BOOTSTRAP = new RegExp(
  `^bootstrap\\.(?<domain>${MOTHERSHIP}\\.[a-z0-9-]+(\\.[a-z0-9-]+)+):(?<port>[1-9]\\d{0,4})$`,
);
const SERVICE = /^com\.amazonaws\.vpce\.(?<region>[a-z0-9-]+)\.vpce-svc-[0-9a-f]+$/;
