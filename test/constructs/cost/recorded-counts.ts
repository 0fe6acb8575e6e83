import { AwsRegion } from '../../../constructs/cloud/aws/region.ts';
import { AzureRegion } from '../../../constructs/cloud/azure/region.ts';
import { GcpRegion } from '../../../constructs/cloud/gcp/region.ts';
import type { PublicCloud, RegionArgs } from '../../../constructs/cloud/region-args.ts';
import { recordProgram } from '../cloud/recorded-resources.ts';

/** Type of resource ▶ how many of it a region's program asks the engine for. */
export async function recordedCounts(args: RegionArgs): Promise<ReadonlyMap<string, number>> {
  const { resources } = await recordProgram(() => REGIONS[args.region.cloud](args), { phase: 'preview' });
  const byType = Map.groupBy(resources.values(), ({ type }) => type);
  return new Map([...byType].map(([type, all]) => [type, all.length]));
}

const REGIONS: Readonly<Record<PublicCloud, (args: RegionArgs) => unknown>> = {
  aws: (args) => new AwsRegion('region', args),
  gcp: (args) => new GcpRegion('region', args),
  azure: (args) => new AzureRegion('region', args),
};
