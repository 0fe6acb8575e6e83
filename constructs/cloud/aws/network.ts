import { ComponentResource, interpolate } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { DefaultSecurityGroup } from '@pulumi/aws/ec2/defaultSecurityGroup.js';
import { FlowLog } from '@pulumi/aws/ec2/flowLog.js';
import { InternetGateway } from '@pulumi/aws/ec2/internetGateway.js';
import { Route } from '@pulumi/aws/ec2/route.js';
import { RouteTable } from '@pulumi/aws/ec2/routeTable.js';
import { Vpc } from '@pulumi/aws/ec2/vpc.js';
import { VpcEndpoint } from '@pulumi/aws/ec2/vpcEndpoint.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { networkProblems } from './network-problems.ts';
import { makeZoneNetwork } from './zone-network.ts';

export interface AwsNetworkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
  /** ARN of the region's log bucket, which flow logs go to, under `network/`. */
  readonly logBucketArn: Input<string>;
}

/**
 * A region's network on AWS: in each zone a private and a public subnet with a NAT gateway of its own, so that a zone
 * that fails takes no other one's way out along; a way to S3 that costs nothing and leaves the network nowhere; flow logs.
 * A zone more or less changes nothing of the other zones.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsNetwork extends ComponentResource {
  readonly vpcId: Output<string>;
  /** Zone ▶ subnet of nodes and of what else is reached from inside only. */
  readonly privateSubnetIds: Readonly<Record<string, Output<string>>>;
  /** Zone ▶ subnet of load balancers that face outward. */
  readonly publicSubnetIds: Readonly<Record<string, Output<string>>>;
  /** Zone ▶ public address that its nodes come from: what others open for this region. */
  readonly egressAddresses: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: AwsNetworkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`network ${name}`, networkProblems(args));
    super('flotilla:aws:Network', name, {}, options);

    const { addressRange, zones, name: region } = args.region;
    const child = { parent: this };
    const tags = (what: string): Record<string, string> => regionTags(args, `${args.stack}-${what}`);
    const vpc = new Vpc(
      `${name}-vpc`,
      { cidrBlock: addressRange, enableDnsHostnames: true, enableDnsSupport: true, tags: tags('vpc') },
      child,
    );
    // Without rules: what forgets to name its own security group reaches nothing (CIS AWS Foundations, 5.4).
    new DefaultSecurityGroup(
      `${name}-default-security-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: tags('default') },
      child,
    );
    const internet = new InternetGateway(`${name}-internet`, { vpcId: vpc.id, tags: tags('internet') }, child);
    const publicRoutes = new RouteTable(`${name}-public-routes`, { vpcId: vpc.id, tags: tags('public') }, child);
    const wayOut = new Route(
      `${name}-public-way-out`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: internet.id },
      child,
    );
    const objectStore = new VpcEndpoint(
      `${name}-object-store`,
      {
        vpcId: vpc.id,
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${region}.s3`,
        tags: tags('object-store'),
      },
      child,
    );
    new FlowLog(
      `${name}-flow-log`,
      {
        vpcId: vpc.id,
        trafficType: 'ALL',
        logDestinationType: 's3',
        logDestination: interpolate`${args.logBucketArn}/network/`,
        tags: tags('flow-log'),
      },
      child,
    );
    const made = zones.map((zone) =>
      makeZoneNetwork(`${name}-${zone}`, {
        zone,
        addressRange,
        vpcId: vpc.id,
        publicRouteTableId: publicRoutes.id,
        objectStoreId: objectStore.id,
        tags,
        // AWS gives a NAT gateway no address before the network has its internet gateway.
        options: { ...child, dependsOn: wayOut },
      }),
    );

    this.vpcId = vpc.id;
    this.privateSubnetIds = Object.fromEntries(made.map(({ zone, privateSubnetId }) => [zone, privateSubnetId]));
    this.publicSubnetIds = Object.fromEntries(made.map(({ zone, publicSubnetId }) => [zone, publicSubnetId]));
    this.egressAddresses = Object.fromEntries(made.map(({ zone, egressAddress }) => [zone, egressAddress]));
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
      egressAddresses: this.egressAddresses,
    });
  }
}
