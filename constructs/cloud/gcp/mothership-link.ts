import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { refuseProblems } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { mothershipLinkProblems } from './mothership-link-problems.ts';
import type { LinkedMothership } from './mothership-link-problems.ts';
import { offerMothership } from './offered-link.ts';
import { reachMothership } from './reached-link.ts';

export interface GcpMothershipLinkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly mothership: LinkedMothership;
  readonly networkId: Input<string>;
}

/**
 * One end of the private link (Private Service Connect) between the mothership and data planes that are on GCP too. The
 * region that hosts it offers the gateway's load balancer: an internal one, for GCP publishes no other
 * (cloud.google.com/vpc/docs/about-vpc-hosted-services), and with global access where other regions connect
 * (cloud.google.com/vpc/docs/about-accessing-vpc-hosted-services-endpoints). Each other region has an address of its own
 * that leads there, and answers the mothership's host names with it, so that certificates hold and no client is told of
 * the link.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpMothershipLink extends ComponentResource {
  /** Where the mothership is hosted: self link of the service attachment, which other regions' config names. */
  readonly service?: Output<string>;
  /** Where it is reached: the private address that stands for it. */
  readonly address?: Output<string>;

  constructor(name: string, args: GcpMothershipLinkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`mothership link ${name}`, mothershipLinkProblems(args));
    super('flotilla:gcp:MothershipLink', name, {}, options);

    const { mothership, ...place } = args;
    const common = { ...place, options: { parent: this } };
    if (mothership.hosted) {
      this.service = offerMothership(name, { ...common, mothership });
      this.registerOutputs({ service: this.service });
    } else {
      this.address = reachMothership(name, { ...common, mothership });
      this.registerOutputs({ address: this.address });
    }
  }
}
