import { cloudStacks, type StackChoice } from '../regions.ts';
import { type EngineOutputs, engineOutputs, type OutputsSource } from './engine-outputs.ts';

/**
 * Outputs that Pulumi has of the chosen stacks; says on stderr in one line which outputs are used. The local region has
 * no cloud to ask.
 *
 * @throws UserError as `engineOutputs` does
 */
export async function ownOutputs(choice: StackChoice, source: OutputsSource): Promise<EngineOutputs> {
  const stacks = cloudStacks(choice);
  if (stacks.length === 0) return new Map();
  return await engineOutputs(stacks, source, {
    env: process.env,
    say: (line) => {
      process.stderr.write(`${line}\n`);
    },
  });
}
