import { stringify } from 'yaml';
import type { StackConfig } from '../../stacks/stack-config.ts';

/** A config as the text of its stack file. */
export function stackText(stack: StackConfig): string {
  const fields = Object.entries(stack).filter(([field]) => field !== 'stack');
  const config = Object.fromEntries(fields.map(([field, value]) => [`flotilla:${field}`, value as unknown]));
  // Shared arrays would become anchors, which no editor of a stack file writes.
  return stringify({ config }, { aliasDuplicateObjects: false });
}
