import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CLOUD_STACKS, registeredFor } from '../policies/cloud/recorded-region.ts';
import { hostingConfig } from './hosting-config.ts';

/** A region is hundreds of resources. */
const RECORD_TIMEOUT_MS = 60_000;

/**
 * Stacks that are up know each resource by its name, its type and its parent's: under another, Pulumi makes it anew and deletes the old.
 * The lists are what has been given out so far. A line that a change takes away needs an entry in `aliases` of the resource
 * that follows it, and one that is new is added: both are to be seen in review.
 */
describe('the names of resources', () => {
  test.each(CLOUD_STACKS)(
    'of %s are those that stacks which are up know',
    async (stack) => {
      const config = hostingConfig(stack);
      const file = join(import.meta.dirname, 'kept-names', `${config.region.cloud}.txt`);
      const kept = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const tenants = [...config.tenants.map(({ name }) => name), 'mothership'];
      const pattern = (name: string): string =>
        name
          .replace(new RegExp(`-(${config.region.zones.join('|')})(?=-|$)`), '-<zone>')
          .replace(new RegExp(`^region-tenant-(${tenants.join('|')})(?=-|$)`), 'region-tenant-<tenant>')
          .replace(/^region-cluster-[ab](?=-|$)/, 'region-cluster-<cluster>');
      const resources = await registeredFor(config);
      const names = [...resources.values()].map(
        ({ parentType, type, name }) => `${parentType}$${type} ${pattern(name)}`,
      );
      expect([...new Set(names)].sort()).toEqual(kept);
    },
    RECORD_TIMEOUT_MS,
  );
});
