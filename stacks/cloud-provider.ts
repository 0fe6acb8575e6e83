import type { ProviderResource } from '@pulumi/pulumi';
import type { PublicCloud, RegionArgs, RegionPlace } from '../constructs/cloud/region-args.ts';

/** Name of each provider of a stack; another name would be another provider, and every resource would move to it. */
const NAME = 'region';

/**
 * Makes every provider that a region needs, so that none is ever made by default: the cloud's, and in the control-plane
 * region the one of random values, which the database's password comes from.
 *
 * No environment variable can point the cloud's at another region, and AWS refuses credentials of another account. GCP and
 * Azure take project and subscription from here instead of from the credentials.
 */
export async function makeProviders({
  region,
  controlPlane,
}: Pick<RegionArgs, 'region' | 'controlPlane'>): Promise<ProviderResource[]> {
  const cloud = await MAKERS[region.cloud](region);
  if (controlPlane === undefined) return [cloud];
  const { Provider } = await import('@pulumi/random/provider.js');
  return [cloud, new Provider(NAME)];
}

const MAKERS: Readonly<Record<PublicCloud, (region: RegionPlace) => Promise<ProviderResource>>> = {
  aws: async ({ name, account, tags }) => {
    const { Provider } = await import('@pulumi/aws/provider.js');
    return new Provider(NAME, { region: name, allowedAccountIds: [account], defaultTags: { tags: { ...tags } } });
  },
  gcp: async ({ name, account, tags }) => {
    const { Provider } = await import('@pulumi/gcp/provider.js');
    return new Provider(NAME, {
      project: account,
      region: name,
      defaultLabels: { ...tags },
      // Quota and billing of API calls are the project's own; budgets are refused to a person's credentials without it.
      billingProject: account,
      userProjectOverride: true,
    });
  },
  azure: async ({ name, account }) => {
    const { Provider } = await import('@pulumi/azure-native/provider.js');
    // It has no default tags: every component writes them out.
    return new Provider(NAME, { subscriptionId: account, location: name });
  },
};
