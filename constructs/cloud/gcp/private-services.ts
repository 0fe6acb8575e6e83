import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { GlobalAddress } from '@pulumi/gcp/compute/globalAddress.js';
import { Connection } from '@pulumi/gcp/servicenetworking/connection.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { addressRangeProblems } from './network-problems.ts';
import { regionLabels } from './region-labels.ts';
import { regionProblems } from './region-problems.ts';
import { regionRanges } from './region-ranges.ts';

export interface GcpPrivateServicesArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly networkId: Input<string>;
}

/**
 * Lets Google put databases at private addresses of a network, from the part of its range that is kept for them.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpPrivateServices extends ComponentResource {
  /** The network, given out once databases can be put into it. */
  readonly networkId: Output<string>;
  /** Name of the range, which a database can be told to take its address from. */
  readonly allocatedRange: Output<string>;
  /** The range itself, an IPv4 CIDR block. */
  readonly addressRange: string;

  constructor(name: string, args: GcpPrivateServicesArgs, options: ComponentResourceOptions = {}) {
    const { region, networkId } = args;
    refuseProblems(`private services ${name}`, [...regionProblems(args), ...addressRangeProblems(region)]);
    super('flotilla:gcp:PrivateServices', name, {}, options);

    this.addressRange = regionRanges(region.addressRange).privateServices;
    const [address = '', prefixLength] = this.addressRange.split('/');
    // A database holds on to both: to take them away is refused as long as one is there.
    const guarded = { parent: this, protect: true };
    const range = new GlobalAddress(
      `${name}-range`,
      {
        project: region.account,
        purpose: 'VPC_PEERING',
        addressType: 'INTERNAL',
        network: networkId,
        address,
        prefixLength: Number(prefixLength),
        labels: regionLabels(args),
      },
      guarded,
    );
    const connection = new Connection(
      `${name}-connection`,
      { network: networkId, service: 'servicenetworking.googleapis.com', reservedPeeringRanges: [range.name] },
      guarded,
    );

    this.networkId = output({ network: networkId, connected: connection.id }).apply(({ network }) => network);
    this.allocatedRange = range.name;
    this.registerOutputs({
      networkId: this.networkId,
      allocatedRange: this.allocatedRange,
      addressRange: this.addressRange,
    });
  }
}
