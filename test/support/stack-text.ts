import { stringify } from 'yaml';
import type { StackConfig } from '../../stacks/stack-config.ts';

/** A config as the text of its stack file. */
export function stackText({ stack: _, ...fields }: StackConfig): string {
  const config = Object.fromEntries(Object.entries(fields).map(([field, value]) => [`flotilla:${field}`, value]));
  // Shared arrays would become anchors, which no editor of a stack file writes.
  return stringify({ config }, { aliasDuplicateObjects: false });
}
