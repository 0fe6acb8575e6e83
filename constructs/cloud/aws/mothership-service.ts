import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { VpcEndpointService } from '@pulumi/aws/ec2/vpcEndpointService.js';
import { knownRegions } from '../../capacity/zones.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { MothershipArgs, RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { accountArn } from './arns.ts';
import { regionProblems } from './region-problems.ts';

type PrivateLinkOffer = NonNullable<Extract<MothershipArgs, { readonly hosted: true }>['privateLink']>;

export interface AwsMothershipServiceArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly privateLink: PrivateLinkOffer;
}

/**
 * Offers the mothership of a region to networks of named accounts by PrivateLink. Who is named needs no further consent:
 * the list is reviewed with the config, and a connection alone reads nothing, for the mothership asks for a client
 * certificate. The load balancer has to be a network load balancer of the region.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsMothershipService extends ComponentResource {
  /** What the configs of other regions name as `mothership.privateLink.service`. */
  readonly serviceName: Output<string>;

  constructor(name: string, args: AwsMothershipServiceArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`mothership service ${name}`, mothershipServiceProblems(args));
    super('flotilla:aws:MothershipService', name, {}, options);

    const { region, privateLink } = args;
    const { consumerRegions = [] } = privateLink;
    const service = new VpcEndpointService(
      `${name}-service`,
      {
        acceptanceRequired: false,
        networkLoadBalancerArns: [privateLink.loadBalancer],
        allowedPrincipals: privateLink.consumers.map((account) => accountArn({ account })),
        supportedIpAddressTypes: ['ipv4'],
        // Its own region has to be among them.
        ...(consumerRegions.length === 0 ? {} : { supportedRegions: [region.name, ...consumerRegions] }),
        tags: regionTags(args, `${args.stack}-mothership`),
      },
      { parent: this },
    );

    this.serviceName = service.serviceName;
    this.registerOutputs({ serviceName: this.serviceName });
  }
}

/** Everything that is wrong with the arguments of the mothership's service on AWS. */
export function mothershipServiceProblems(args: AwsMothershipServiceArgs): readonly InputProblem[] {
  const { region, privateLink } = args;
  const { loadBalancer, consumers, consumerRegions = [] } = privateLink;
  const path = 'mothership.privateLink';
  return [
    ...regionProblems(args),
    ...problemUnless(
      LOAD_BALANCER_ARN.exec(loadBalancer)?.groups?.['region'] === region.name,
      `${path}.loadBalancer`,
      loadBalancer,
      `name a network load balancer, arn:aws:elasticloadbalancing:${region.name}:<account>:loadbalancer/net/<name>/<id>`,
    ),
    ...problemUnless(consumers.length > 0, `${path}.consumers`, undefined, 'name the accounts that may connect'),
    ...consumers.flatMap((account, index) =>
      problemUnless(
        /^\d{12}$/.test(account),
        `${path}.consumers[${index}]`,
        account,
        'an AWS account id has 12 digits',
      ),
    ),
    ...consumerRegions.flatMap((consumer, index) =>
      problemUnless(
        consumer !== region.name && knownRegions('aws').includes(consumer),
        `${path}.consumerRegions[${index}]`,
        consumer,
        'name other regions that the capacity catalogue knows (constructs/capacity/zones.ts)',
      ),
    ),
  ];
}

const LOAD_BALANCER_ARN =
  /^arn:aws:elasticloadbalancing:(?<region>[a-z0-9-]+):\d{12}:loadbalancer\/net\/[A-Za-z0-9-]+\/[0-9a-f]+$/;
