import { regionProgram } from '../../stacks/index.ts';
import type { PublicStackConfig } from '../../stacks/region-args.ts';

/** The stacks' program with a config that a test made, for `runStack`. */
export async function program(config: PublicStackConfig): Promise<Readonly<Record<string, unknown>>> {
  return await regionProgram(config);
}
