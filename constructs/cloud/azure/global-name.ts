import { createHash } from 'node:crypto';

/**
 * Name that only one storage account or key vault in the world can have, of 3 to 24 small letters and digits
 * (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules): most of it is a hash of the parts.
 */
export function globalName(parts: readonly string[]): string {
  const prefix = 'flotilla';
  return (
    prefix +
    createHash('sha256')
      .update(parts.join('/'))
      .digest('hex')
      .slice(0, MAX_LENGTH - prefix.length)
  );
}

const MAX_LENGTH = 24;
