import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CloudResource, Fields } from '../../../policies/cloud/cloud-resource.ts';
import { judgeCloud } from '../../../policies/cloud/judge-cloud.ts';
import { AWS, AZURE, GCP } from '../../../policies/cloud/types.ts';
import { changeField } from '../../../policies/examples/change.ts';
import { TODAY } from '../support.ts';
import { CLOUD_STACKS, recordedRegion, type CloudStackName } from './recorded-region.ts';

/** Removes all resources of a type. */
const REMOVED = 'removed';
/** Takes Pulumi's protection away. */
const OPEN = 'open';

/** A change to all resources of a type, as a careless edit of our components would make it, and the rule that notices. */
type Mutant = readonly [rule: string, type: string, path: string, value?: unknown];

const MUTANTS: Readonly<Record<CloudStackName, readonly Mutant[]>> = {
  'aws-us-west-2': [
    ['bucket-no-public-access', AWS.bucketPublicAccessBlock, REMOVED],
    ['bucket-no-public-access', AWS.bucketPublicAccessBlock, 'restrictPublicBuckets', false],
    ['bucket-tls-only', AWS.bucketPolicy, REMOVED],
    ['bucket-uniform-access', AWS.bucketOwnership, 'rule.objectOwnership', 'ObjectWriter'],
    ['bucket-own-key', AWS.bucketEncryption, 'rules.0.applyServerSideEncryptionByDefault.sseAlgorithm', 'AES256'],
    ['bucket-undelete', AWS.bucketVersioning, REMOVED],
    ['bucket-lifecycle', AWS.bucketLifecycle, 'rules.0.expiration', { days: 30 }],
    ['bucket-access-logged', AWS.bucketLogging, REMOVED],
    ['key-rotation', AWS.key, 'enableKeyRotation', undefined],
    ['key-no-wildcard', AWS.key, 'policy', undefined],
    ['key-deletion-window', AWS.key, 'deletionWindowInDays', 7],
    ['secret-own-key', AWS.secret, 'kmsKeyId', undefined],
    ['kubernetes-endpoint', AWS.cluster, 'vpcConfig.endpointPrivateAccess', undefined],
    ['kubernetes-secrets-encrypted', AWS.cluster, 'encryptionConfig', undefined],
    ['kubernetes-control-plane-logs', AWS.cluster, 'enabledClusterLogTypes', ['api']],
    ['kubernetes-version-supported', AWS.cluster, 'version', '1.30'],
    ['kubernetes-workload-identity', AWS.oidcProvider, REMOVED],
    ['kubernetes-private-nodes', AWS.subnet, 'mapPublicIpOnLaunch', true],
    ['kubernetes-node-disks', AWS.launchTemplate, 'blockDeviceMappings.0.ebs.encrypted', undefined],
    ['kubernetes-node-metadata', AWS.launchTemplate, 'metadataOptions.httpTokens', 'optional'],
    ['kubernetes-network-policies', AWS.addOn, REMOVED],
    ['kubernetes-deletion-protection', AWS.cluster, 'deletionProtection', undefined],
    ['log-group-kept', AWS.logGroup, 'retentionInDays', 7],
    ['kubernetes-users', AWS.cluster, 'accessConfig', undefined],
    ['database-encrypted', AWS.database, 'storageEncrypted', undefined],
    ['database-private', AWS.database, 'publiclyAccessible', true],
    ['database-tls', AWS.databaseParameters, 'parameters', []],
    ['database-backed-up', AWS.database, 'backupRetentionPeriod', 1],
    ['database-zone-redundant', AWS.database, 'multiAz', undefined],
    ['database-logical-replication', AWS.databaseParameters, REMOVED],
    ['database-deletion-protection', AWS.database, 'deletionProtection', undefined],
    ['network-flow-logs', AWS.flowLog, REMOVED],
    ['network-closed-by-default', AWS.defaultSecurityGroup, REMOVED],
    ['network-no-open-ingress', AWS.ingressRule, 'cidrIpv4', '0.0.0.0/0'],
    ['data-protected', AWS.database, OPEN],
    ['tenant-data-protected', AWS.bucket, OPEN],
    ['dns-zone-protected', AWS.zone, OPEN],
    ['tags-stack', AWS.cluster, 'tags', undefined],
    ['tags-owner', AWS.bucket, 'tags', { 'flotilla.dev/tenant': 'orders', 'flotilla.dev/stack': 'x' }],
    ['cost-budget', AWS.budget, REMOVED],
  ],
  'gcp-us-central1': [
    ['bucket-no-public-access', GCP.bucket, 'publicAccessPrevention', undefined],
    ['bucket-uniform-access', GCP.bucket, 'uniformBucketLevelAccess', undefined],
    ['bucket-own-key', GCP.bucket, 'encryption', undefined],
    ['bucket-lifecycle', GCP.bucket, 'lifecycleRules', [{ action: { type: 'Delete' }, condition: { age: 30 } }]],
    ['bucket-access-logged', GCP.bucket, 'logging', undefined],
    ['key-rotation', GCP.key, 'rotationPeriod', undefined],
    ['kubernetes-endpoint', GCP.cluster, 'controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic', true],
    ['kubernetes-secrets-encrypted', GCP.cluster, 'databaseEncryption', undefined],
    ['kubernetes-control-plane-logs', GCP.cluster, 'loggingConfig', undefined],
    ['kubernetes-version-supported', GCP.cluster, 'minMasterVersion', undefined],
    ['kubernetes-workload-identity', GCP.cluster, 'workloadIdentityConfig', undefined],
    ['kubernetes-private-nodes', GCP.nodePool, 'networkConfig.enablePrivateNodes', false],
    ['kubernetes-node-disks', GCP.nodePool, 'nodeConfig.bootDiskKmsKey', undefined],
    ['kubernetes-node-metadata', GCP.nodePool, 'nodeConfig.workloadMetadataConfig', undefined],
    ['kubernetes-network-policies', GCP.cluster, 'datapathProvider', undefined],
    ['kubernetes-deletion-protection', GCP.cluster, 'deletionProtection', undefined],
    ['kubernetes-users', GCP.cluster, 'enableLegacyAbac', true],
    ['identity-trust', GCP.accountMember, 'member', 'allAuthenticatedUsers'],
    ['network-flow-logs', GCP.subnet, 'logConfig', undefined],
    ['network-closed-by-default', GCP.network, 'autoCreateSubnetworks', undefined],
    ['network-no-open-ingress', GCP.firewall, 'allows', [{ protocol: 'all' }]],
    ['data-protected', GCP.key, OPEN],
    ['tenant-data-protected', GCP.bucket, OPEN],
    ['dns-zone-protected', GCP.zone, OPEN],
    ['tags-stack', GCP.cluster, 'resourceLabels', undefined],
    ['tags-owner', GCP.bucket, 'labels', { 'flotilla-tenant': 'orders' }],
    ['cost-budget', GCP.budget, REMOVED],
  ],
  'azure-westeurope': [
    ['bucket-no-public-access', AZURE.account, 'allowBlobPublicAccess', undefined],
    ['bucket-no-wildcard-principal', AZURE.container, 'publicAccess', 'Blob'],
    ['bucket-tls-only', AZURE.account, 'minimumTlsVersion', 'TLS1_0'],
    ['bucket-uniform-access', AZURE.account, 'allowSharedKeyAccess', undefined],
    ['bucket-own-key', AZURE.account, 'encryption', { keySource: 'Microsoft.Storage' }],
    ['bucket-undelete', AZURE.blobService, REMOVED],
    ['bucket-access-logged', AZURE.diagnosticSetting, 'logs', []],
    ['key-rotation', AZURE.key, 'properties', {}],
    ['key-no-wildcard', AZURE.vault, 'properties', {}],
    ['kubernetes-endpoint', AZURE.cluster, 'apiServerAccessProfile', {}],
    ['kubernetes-control-plane-logs', AZURE.diagnosticSetting, 'logs', []],
    ['kubernetes-version-supported', AZURE.cluster, 'kubernetesVersion', '1.30'],
    ['kubernetes-private-nodes', AZURE.agentPool, 'enableNodePublicIP', true],
    ['kubernetes-node-disks', AZURE.cluster, 'diskEncryptionSetID', undefined],
    ['kubernetes-network-policies', AZURE.cluster, 'networkProfile', {}],
    ['kubernetes-deletion-protection', AZURE.cluster, OPEN],
    ['kubernetes-users', AZURE.cluster, 'disableLocalAccounts', undefined],
    ['identity-trust', AZURE.federatedCredential, 'subject', 'system:serviceaccount:psc-orders:*'],
    ['identity-no-account-wide-roles', AZURE.roleAssignment, 'scope', '/subscriptions/s'],
    ['network-flow-logs', AZURE.flowLog, REMOVED],
    ['network-closed-by-default', AZURE.subnet, 'networkSecurityGroup', undefined],
    ['data-protected', AZURE.vault, OPEN],
    ['tenant-data-protected', AZURE.account, OPEN],
    ['dns-zone-protected', AZURE.zone, OPEN],
    ['tags-stack', AZURE.cluster, 'tags', undefined],
    ['tags-owner', AZURE.account, 'tags', { 'flotilla-tenant': 'orders' }],
    ['cost-budget', AZURE.budget, REMOVED],
  ],
};

describe.each(CLOUD_STACKS)('a careless edit of the components of %s', (stack) => {
  let resources: readonly CloudResource[];
  let before: number;

  beforeAll(async () => {
    resources = await recordedRegion(stack);
    before = judge(resources, stack).length;
  });

  const rows = MUTANTS[stack].map(([rule, type, path, value]) => [rule, type, path, value] as const);
  test.each(rows)('is noticed by %s: %s %s', (rule, type, path, value) => {
    expect(resources.some((resource) => resource.type === type)).toBe(true);
    const found = judge(mutated(resources, [rule, type, path, value]), stack);
    expect(found).toContain(rule);
    expect(found.length).toBeGreaterThan(before);
  });
});

function judge(resources: readonly CloudResource[], stack: string): readonly string[] {
  return judgeCloud(resources, { stack, today: TODAY, exemptions: [] }).findings.map(({ rule }) => rule);
}

function mutated(resources: readonly CloudResource[], [, type, path, value]: Mutant): readonly CloudResource[] {
  if (path === REMOVED) return resources.filter((resource) => resource.type !== type);
  const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return resources.map((resource) => {
    if (resource.type !== type) return resource;
    if (path === OPEN) return { ...resource, protect: false };
    return { ...resource, props: changeField(resource.props, keys, value) as Fields };
  });
}
