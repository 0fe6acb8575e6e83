import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import type { RegionOutputs } from '../../contracts/region-outputs.ts';
import type { RegionArgs } from './region-args.ts';

/** A region of one cloud: everything that data planes, tenants and the control plane stand on. */
export interface Region {
  /** All that the manifests need; given out once what it names is usable. */
  readonly outputs: Output<RegionOutputs>;
}

/**
 * Makes the region of a stack on the cloud that its arguments name. The SDK of that cloud alone is loaded, for each takes
 * long.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export async function makeRegion(
  name: string,
  args: RegionArgs,
  options: ComponentResourceOptions = {},
): Promise<Region> {
  switch (args.region.cloud) {
    case 'aws': {
      const { AwsRegion } = await import('./aws/region.ts');
      return new AwsRegion(name, args, options);
    }
    case 'gcp': {
      const { GcpRegion } = await import('./gcp/region.ts');
      return new GcpRegion(name, args, options);
    }
    case 'azure': {
      const { AzureRegion } = await import('./azure/region.ts');
      return new AzureRegion(name, args, options);
    }
  }
}
