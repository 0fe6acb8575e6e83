import { createHash } from 'node:crypto';

/**
 * Name of a cloud resource from parts that people know, cut to `maxLength` characters. It ends in a hash of all parts,
 * for `a-b` and `c` must not get the name of `a` and `b-c`: on some clouds, to make what is there already succeeds.
 */
export function resourceName(parts: readonly string[], { maxLength }: { readonly maxLength: number }): string {
  const hash = createHash('sha256').update(parts.join('/')).digest('hex').slice(0, HASH_LENGTH);
  const readable = ['flotilla', ...parts].join('-').slice(0, maxLength - HASH_LENGTH - 1);
  return `${readable.replace(/-+$/, '')}-${hash}`;
}

const HASH_LENGTH = 8;
