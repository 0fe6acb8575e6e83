import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';

/**
 * Where nodes get the role to pull images; undefined where the registry is none of Azure's and asks for no role of Azure.
 *
 * It is the region's whole subscription: the id of a registry names its resource group, which nobody tells and nothing here
 * looks up. The role reads images and nothing else. A registry of another subscription gives the nodes' identities the
 * role AcrPull itself.
 */
export function imagePullScope({ account, imageRegistry }: RegionPlace & RegionNetworkArgs): string | undefined {
  return /^[a-z0-9]{5,50}\.azurecr\.io(\/|$)/.test(imageRegistry) ? `/subscriptions/${account}` : undefined;
}
