import { join } from 'node:path';
import { getStack, type Output, RunError, runtime } from '@pulumi/pulumi';
import { makeRegion } from '../constructs/cloud/region.ts';
import type { RegionOutputs } from '../contracts/region-outputs.ts';
import { makeProviders } from './cloud-provider.ts';
import { formatProblems, loadStack } from './config.ts';
import { configDifferences } from './engine-config.ts';
import { isPublic, type PublicStackConfig, regionArgs } from './region-args.ts';

/** Name of the one component under each stack; people see it in every URN, and renaming it moves every resource. */
const REGION = 'region';

/**
 * The Pulumi program: makes the region of the selected stack and gives out {@link RegionOutputs} as the stack's outputs.
 *
 * @throws RunError with every problem of the stack's config, before anything is registered
 */
export async function program(): Promise<Readonly<Record<string, unknown>>> {
  return await regionProgram(checkedConfig(getStack(), import.meta.dirname));
}

/** Makes the region of a config that has been checked. */
export async function regionProgram(config: PublicStackConfig): Promise<Readonly<Record<string, unknown>>> {
  const args = regionArgs(config);
  const { outputs } = await makeRegion(REGION, args, { providers: await makeProviders(args) });
  return eachOutput(outputs, config);
}

function checkedConfig(stack: string, stacksDir: string): PublicStackConfig {
  const loaded = loadStack(stacksDir, stack);
  if (!loaded.ok) {
    throw new RunError(
      `The config of the stack ${stack} cannot be used, and nothing was made.\n\n${formatProblems(loaded.problems)}`,
    );
  }
  if (!isPublic(loaded.value)) {
    throw new RunError(
      `The stack ${stack} is a region on one machine and has no cloud resources. ` +
        `Pulumi has nothing to do for it: ./flotilla synth ${stack} writes its manifests.`,
    );
  }
  const differences = configDifferences(join(stacksDir, `Pulumi.${stack}.yaml`), runtime.allConfig());
  if (differences.length > 0) {
    throw new RunError(
      `Pulumi was given a config that stacks/Pulumi.${stack}.yaml does not hold (${differences.join(', ')}), and nothing ` +
        'was made. Manifests are made from that file alone: change the file, and leave out --config and --config-file.',
    );
  }
  return loaded.value;
}

/** One stack output for each key, so that a preview shows the known ones beside those that only the cloud knows. */
function eachOutput(
  outputs: Output<RegionOutputs>,
  { region, controlPlane, mothership }: PublicStackConfig,
): Record<string, unknown> {
  const keys = [
    ...OUTPUT_KEYS,
    ...(region.cloud === 'azure' ? (['volumeResourceGroup'] as const) : []),
    ...(controlPlane === undefined ? [] : (['database'] as const)),
    ...(mothership.hosted && mothership.privateLink?.loadBalancer !== undefined
      ? (['mothershipService'] as const)
      : []),
  ];
  return Object.fromEntries(keys.map((key) => [key, outputs.apply((all) => all[key])]));
}

const OUTPUT_KEYS = [
  'cloud',
  'region',
  'account',
  'platformKeyId',
  'identities',
  'tenants',
  'egressRanges',
  'kubernetesClusters',
  'dnsZone',
] as const satisfies readonly (keyof RegionOutputs)[];
