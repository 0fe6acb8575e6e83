import { describe, expect, it } from '@jest/globals';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { ComponentResource } from '@pulumi/pulumi';
import { noVersionAliases } from '../../../../constructs/cloud/azure/no-version-aliases.ts';
import { recordProgram } from '../recorded-resources.ts';

const made = async (transformations: (typeof noVersionAliases)[]): Promise<readonly string[] | undefined> => {
  const { resources } = await recordProgram(() => {
    const parent = new ComponentResource('flotilla:azure:Region', 'region', {}, { transformations });
    new StorageAccount(
      'store',
      { resourceGroupName: 'group', kind: 'StorageV2', sku: { name: 'Standard_ZRS' } },
      { parent, aliases: [{ name: 'earlier-name' }] },
    );
  });
  return resources.get('store')?.aliases;
};

describe("aliases of the Azure SDK's resources", () => {
  it('are dozens, one for each version of the API', async () => {
    expect((await made([]))?.length).toBeGreaterThan(10);
  });

  it('are left out, all but our own', async () => {
    expect(await made([noVersionAliases])).toEqual(['earlier-name']);
  });
});
