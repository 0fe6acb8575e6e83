import { isAbsolute } from 'node:path';
import { PATHS } from '../project.ts';
import { loadStack, formatProblems } from '../../stacks/config.ts';
import { regionLayout, type RegionLayout } from '../../local/region/layout.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { UserError } from '../user-error.ts';

export interface LocalRegion {
  readonly config: StackConfig;
  readonly layout: RegionLayout;
}

/** Stack of the region on this machine. */
export const LOCAL_STACK = 'local';

/**
 * The region on this machine: its config, and its layout in the folder that FLOTILLA_STATE names.
 *
 * @throws UserError for a config that cannot be used
 */
export function localRegion(env: NodeJS.ProcessEnv): LocalRegion {
  const loaded = loadStack(PATHS.stacks, LOCAL_STACK);
  if (!loaded.ok) {
    throw new UserError(`the config of the stack ${LOCAL_STACK} cannot be used\n${formatProblems(loaded.problems)}`, {
      hint: `mend stacks/Pulumi.${LOCAL_STACK}.yaml`,
    });
  }
  return { config: loaded.value, layout: regionLayout(loaded.value, regionFolder(env)) };
}

/** One region for the machine, whoever starts it: it needs root anyway. */
const DEFAULT_FOLDER = '/var/lib/flotilla/local';

function regionFolder(env: NodeJS.ProcessEnv): string {
  const asked = env['FLOTILLA_STATE'];
  if (asked === undefined || asked === '') return DEFAULT_FOLDER;
  if (isAbsolute(asked)) return asked;
  throw new UserError(`FLOTILLA_STATE is ${asked}, which is no absolute path`, {
    hint: 'give it as in FLOTILLA_STATE=/srv/flotilla, or leave it out',
  });
}
