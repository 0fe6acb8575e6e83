import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { PrivateLinkService } from '@pulumi/azure-native/network/privateLinkService.js';
import { azureRegionTags } from '../azure-tags.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { MothershipArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { regionProblems } from './region-problems.ts';

type PrivateLinkOffer = NonNullable<Extract<MothershipArgs, { readonly hosted: true }>['privateLink']>;

export interface AzureMothershipServiceArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly privateLink: Pick<PrivateLinkOffer, 'loadBalancer' | 'consumers'>;
  /** Group of kind `region`. */
  readonly resourceGroupName: Input<string>;
  /** Subnet of the network for addresses that guests seem to come from. */
  readonly privateLinkSubnetId: Input<string>;
}

/**
 * Offers the mothership of a region to networks of named subscriptions by Private Link, which spans regions. Who is named
 * needs no further consent: the list is reviewed with the config, and a connection alone reads nothing, for the mothership
 * asks for a client certificate.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureMothershipService extends ComponentResource {
  /** Resource id: what the configs of other regions name as `mothership.privateLink.service`. */
  readonly serviceId: Output<string>;

  constructor(name: string, args: AzureMothershipServiceArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`mothership service ${name}`, mothershipServiceProblems(args));
    super('flotilla:azure:MothershipService', name, {}, options);

    const { stack, region, privateLink } = args;
    const service = new PrivateLinkService(
      `${name}-service`,
      {
        // Written out: other regions' configs name it.
        serviceName: resourceName([stack, 'mothership'], { maxLength: MAX_SERVICE_NAME }),
        resourceGroupName: args.resourceGroupName,
        location: region.name,
        loadBalancerFrontendIpConfigurations: [{ id: privateLink.loadBalancer }],
        ipConfigurations: [
          {
            name: 'guests',
            primary: true,
            privateIPAllocationMethod: 'Dynamic',
            privateIPAddressVersion: 'IPv4',
            subnet: { id: args.privateLinkSubnetId },
          },
        ],
        // The gateway reads TLS from the first byte on.
        enableProxyProtocol: false,
        visibility: { subscriptions: [...privateLink.consumers] },
        autoApproval: { subscriptions: [...privateLink.consumers] },
        tags: azureRegionTags(args),
      },
      { parent: this },
    );

    this.serviceId = service.id;
    this.registerOutputs({ serviceId: this.serviceId });
  }
}

/** Everything that is wrong with the arguments of a mothership's service on Azure. */
export function mothershipServiceProblems(
  args: Pick<AzureMothershipServiceArgs, 'stack' | 'region' | 'privateLink'>,
): readonly InputProblem[] {
  const { loadBalancer, consumers } = args.privateLink;
  const path = 'mothership.privateLink';
  return [
    ...regionProblems(args),
    ...problemUnless(
      FRONTEND_ID.test(loadBalancer),
      `${path}.loadBalancer`,
      loadBalancer,
      'name a frontend, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/loadBalancers/<name>/frontendIPConfigurations/<name>',
    ),
    ...problemUnless(consumers.length > 0, `${path}.consumers`, undefined, 'name the subscriptions that may connect'),
    ...consumers.flatMap((subscription, index) =>
      problemUnless(
        SUBSCRIPTION_ID.test(subscription),
        `${path}.consumers[${index}]`,
        subscription,
        'an Azure subscription id is a UUID in small letters; * would let in everybody who learns the name',
      ),
    ),
  ];
}

const SUBSCRIPTION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FRONTEND_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network\/loadBalancers\/[^/\s]+\/frontendIPConfigurations\/[^/\s]+$/;
const MAX_SERVICE_NAME = 80;
