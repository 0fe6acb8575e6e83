import { describe, expect, it } from '@jest/globals';
import { AzureClusterIdentity } from '../../../../constructs/cloud/azure/cluster-identity.ts';
import { AzureExternalDnsIdentity } from '../../../../constructs/cloud/azure/external-dns-identity.ts';
import { AzureProvisionerIdentity } from '../../../../constructs/cloud/azure/provisioner-identity.ts';
import { BUILT_IN_ROLES } from '../../../../constructs/cloud/azure/role-grant.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';
import { computed, ofType, only, REGION, rolesOf, STACK } from './azure-args.ts';
import type { Resources } from './azure-args.ts';

const PLACE = { stack: STACK, region: REGION };
const ISSUERS = { a: 'https://oidc.example.com/a/', b: 'https://oidc.example.com/b/' };

async function externalDns(issuers: Readonly<Record<string, string>>): Promise<Resources> {
  const args = { ...PLACE, resourceGroup: { name: 'group', id: 'group-id' }, dnsZoneId: 'zone-id', issuers };
  return (await recordProgram(() => new AzureExternalDnsIdentity('dns', args), { computed })).resources;
}

const PROVISIONER = {
  ...PLACE,
  resourceGroupName: 'group',
  issuers: { a: 'https://oidc.example.com/a/' },
  places: {
    tenants: 'tenants-group',
    vault: 'the-vault',
    privateEndpoints: 'endpoint-subnet',
    blobNames: 'blob-zone',
    logStorage: 'log-account',
  },
  resourceGroupIds: { region: 'region-group', data: 'data-group', tenants: 'tenants-group' },
};

/** Actions that a principal's roles of our own allow, by scope, with the condition that they are under. */
function ownRoles(resources: Resources) {
  const definitions = new Map(
    ofType(resources, 'authorization:RoleDefinition').map(({ name, inputs }) => [
      `${name}-id`,
      (inputs['permissions'] as readonly { readonly actions: readonly string[] }[]).flatMap(({ actions }) => actions),
    ]),
  );
  const found = ofType(resources, 'authorization:RoleAssignment').flatMap(({ inputs }) => {
    const actions = definitions.get(String(inputs['roleDefinitionId']));
    return actions === undefined
      ? []
      : [{ scope: String(inputs['scope']), actions, condition: inputs['condition'] as string | undefined }];
  });
  return new Map(found.map((role) => [role.scope, role]));
}

describe("external-dns' identity on Azure", () => {
  it('is taken on by the one service account of each cluster, one credential after the other', async () => {
    const resources = await externalDns(ISSUERS);
    const credentials = ofType(resources, 'managedidentity:FederatedIdentityCredential');
    expect(credentials.map(({ inputs }) => [inputs['issuer'], inputs['subject'], inputs['audiences']])).toEqual(
      Object.values(ISSUERS).map((issuer) => [
        issuer,
        'system:serviceaccount:flotilla-dns:external-dns',
        ['api://AzureADTokenExchange'],
      ]),
    );
    expect(credentials[1]?.dependsOn).toContain(credentials[0]?.name);
  });

  it('writes the one zone, and reads nothing else than which zones there are', async () => {
    const resources = await externalDns(ISSUERS);
    const { [BUILT_IN_ROLES.dnsZoneContributor]: zones, ...others } = rolesOf(resources, 'dns-identity-principal');
    expect(zones).toEqual(['zone-id']);
    expect(Object.values(others)).toEqual([['group-id']]);
    expect([...ownRoles(resources).values()]).toEqual([
      { scope: 'group-id', actions: ['Microsoft.Network/dnsZones/read'], condition: undefined },
    ]);
  });

  it('gets one credential more with a cluster, and nothing else changes', async () => {
    const before = await externalDns({ a: ISSUERS.a });
    const after = await externalDns(ISSUERS);
    for (const [name, resource] of before) expect(after.get(name)).toEqual(resource);
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual(['dns-in-b']);
  });

  it('is refused for more clusters than Azure lets take it on', async () => {
    const issuers = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, 'https://example.com']));
    const args = { ...PLACE, resourceGroup: { name: 'group', id: 'id' }, dnsZoneId: 'zone', issuers };
    const refusal = await refusalOf(() => new AzureExternalDnsIdentity('dns', args));
    expect(refusal).toMatchObject({ paths: ['issuers'], registered: [] });
    expect(refusal.message).toMatch(/20/);
  });
});

describe("the clusters' identity on Azure", () => {
  it('may use the subnets that it is given, keep disks in one group and read the key set, and no more', async () => {
    const { resources } = await recordProgram(
      () =>
        new AzureClusterIdentity('clusters', {
          ...PLACE,
          resourceGroupName: 'group',
          subnetIds: { 'nodes-westeurope-1': 'subnet-1', 'api-servers': 'subnet-api' },
          diskEncryptionSetId: 'disks',
          volumeGroupId: 'volume-group',
        }),
      { computed },
    );
    expect(rolesOf(resources, 'clusters-identity-principal')).toEqual({
      [BUILT_IN_ROLES.networkContributor]: ['subnet-1', 'subnet-api'],
      [BUILT_IN_ROLES.reader]: ['disks'],
      'clusters-volumes-role-id': ['volume-group'],
    });
    expect(ownRoles(resources).get('volume-group')?.actions).toEqual([
      'Microsoft.Compute/disks/read',
      'Microsoft.Compute/disks/write',
      'Microsoft.Compute/disks/delete',
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ]);
    const names = ofType(resources, 'authorization:RoleAssignment').map(({ inputs }) => inputs['roleAssignmentName']);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("the bucket provisioner's identity on Azure", () => {
  const made = async () =>
    (await recordProgram(() => new AzureProvisionerIdentity('provisioner', PROVISIONER), { computed })).resources;

  it('makes storage among the tenants alone, and elsewhere only uses what that stands on', async () => {
    const resources = await made();
    const roles = ownRoles(resources);
    expect([...roles.keys()].sort()).toEqual(Object.values(PROVISIONER.places).sort());
    const actions = [...roles.values()].flatMap((role) => role.actions);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    const changes = (scope: string) => roles.get(scope)?.actions.filter((action) => /\/(write|delete)$/.test(action));
    expect(changes('the-vault')).toEqual([
      'Microsoft.Authorization/roleAssignments/write',
      'Microsoft.Authorization/roleAssignments/delete',
      'Microsoft.KeyVault/vaults/keys/write',
    ]);
    for (const scope of ['endpoint-subnet', 'blob-zone', 'log-account']) expect(changes(scope)).toEqual([]);
    expect(ofType(resources, 'authorization:RoleAssignment')).toHaveLength(roles.size);
  });

  it('assigns only the roles that a tenant needs there, to others than itself, wherever it may assign any', async () => {
    const roles = ownRoles(await made());
    for (const { scope, actions, condition } of roles.values()) {
      const mayAssign = actions.some((action) => action.startsWith('Microsoft.Authorization/roleAssignments/w'));
      expect([scope, condition !== undefined]).toEqual([scope, mayAssign]);
    }
    const [tenants, vault] = ['tenants-group', 'the-vault'].map((scope) => roles.get(scope)?.condition ?? '');
    expect(tenants).toContain(`{${BUILT_IN_ROLES.storageBlobDataContributor}, ${BUILT_IN_ROLES.reader}}`);
    expect(vault).toContain(`{${BUILT_IN_ROLES.keyVaultCryptoServiceEncryptionUser}}`);
    for (const condition of [tenants, vault]) {
      expect(condition).toContain("ActionMatches{'Microsoft.Authorization/roleAssignments/write'}");
      expect(condition).toContain("ActionMatches{'Microsoft.Authorization/roleAssignments/delete'}");
      expect(condition?.match(/GuidNotEquals \{provisioner-identity-principal\}/g)).toHaveLength(2);
    }
  });

  it("is taken on by the provisioner's own service account in the control plane's cluster", async () => {
    expect(only(await made(), 'managedidentity:FederatedIdentityCredential').inputs).toMatchObject({
      issuer: 'https://oidc.example.com/a/',
      subject: 'system:serviceaccount:flotilla-control-plane:bucket-provisioner',
    });
  });
});
