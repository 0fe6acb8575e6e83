import { type LocalRegion, localRegion } from '../../cli/local/region-folder.ts';
import type { NodeLayout } from '../../local/region/layout.ts';
import { type CommandResult, runFlotilla } from '../support/run-flotilla.ts';

/** The region of this machine as tests use it: up, and with no fault in it. */
export interface TestRegion {
  readonly local: LocalRegion;
  /** Runs `./flotilla` with these arguments on the region, and resolves when it has ended, however. */
  readonly flotilla: (...args: readonly string[]) => Promise<CommandResult>;
  /** Its nodes are one for each zone, from 0 on. */
  readonly nodeAt: (index: number) => NodeLayout;
}

/** Time that a region may take from nothing, images and programs included (issue 5). */
export const UP_MAX_MS = 15 * 60 * 1000;

/**
 * Brings the region up unless it is, in the folder that FLOTILLA_STATE names, and undoes what an earlier test broke.
 *
 * @param upArguments of `./flotilla up`
 * @throws Error with all that was printed when it does not come up
 */
export async function testRegion(...upArguments: readonly string[]): Promise<TestRegion> {
  const flotilla = async (...args: readonly string[]): Promise<CommandResult> => await runFlotilla(args);
  const must = async (...args: readonly string[]): Promise<void> => {
    const { code, out, err } = await flotilla(...args);
    if (code !== 0) throw new Error(`./flotilla ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${err}${out}`);
  };
  await must('up', ...upArguments);
  await must('fault', 'heal');
  const local = localRegion(process.env);
  return {
    local,
    flotilla,
    nodeAt: (index) => {
      const node = local.layout.nodes[index];
      if (node === undefined) throw new Error(`the region has no node ${index}`);
      return node;
    },
  };
}
