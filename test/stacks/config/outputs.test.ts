import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadAllStacks, requireParsed } from '../../../stacks/config.ts';
import type { Problem } from '../../../stacks/config.ts';
import { loadRegionOutputs, parseRegionOutputs } from '../../../stacks/outputs.ts';
import type { StackConfig } from '../../../stacks/stack-config.ts';
import { TODAY, placeOf, replaced } from './base-stack.ts';

const STACKS = join(import.meta.dirname, '../../../stacks');
const OUTPUTS = join(STACKS, 'outputs');
const configs = new Map(
  requireParsed(loadAllStacks(STACKS, { today: TODAY })).map((config) => [config.stack, config] as const),
);

function configOf(stack: string): StackConfig {
  const config = configs.get(stack);
  if (config === undefined) throw new Error(`no stack ${stack}`);
  return config;
}

function textOf(stack: string): string {
  return readFileSync(join(OUTPUTS, `${stack}.yaml`), 'utf8');
}

function problemsOf(stack: string, text: string): readonly Problem[] {
  const result = parseRegionOutputs(text, { file: `${stack}.yaml`, config: configOf(stack) });
  return result.ok ? result.warnings : result.problems;
}

test.each([...configs.keys()])('the outputs of %s hold all that its config needs', (stack) => {
  const outputs = loadRegionOutputs(OUTPUTS, configOf(stack));
  expect(outputs).toMatchObject({ ok: true, warnings: [] });
});

describe('outputs', () => {
  test.each([
    [
      'of another region',
      'aws-us-west-2',
      'region: us-west-2',
      'region: us-east-1',
      'outputs-of-this-region',
      'region',
    ],
    ['of another cloud', 'gcp-us-central1', 'cloud: gcp', 'cloud: aws', 'outputs-of-this-region', 'cloud'],
    [
      'with a key of another region',
      'aws-us-west-2',
      'platformKeyId: arn:aws:kms:us-west-2',
      'platformKeyId: arn:aws:kms:us-west-1',
      'key-in-region',
      'platformKeyId',
    ],
    [
      "without the customer's key",
      'aws-us-west-2',
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      '9999abcd-12ab-34cd-56ef-1234567890ab',
      'customer-key-used',
      'tenants.payments.keyId',
    ],
    [
      'with a user where a role stands',
      'aws-us-west-2',
      'role/flotilla/aws-us-west-2/external-dns',
      'user/external-dns',
      'identity-form',
      'identities.externalDns',
    ],
    [
      'with a container that has no account',
      'azure-westeurope',
      'flotillaexample/telemetry',
      'telemetry',
      'bucket-form',
      'tenants.telemetry.bucket',
    ],
    [
      'with a Key Vault key where a disk encryption set stands',
      'azure-westeurope',
      '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/flotilla-westeurope/providers/Microsoft.Compute/diskEncryptionSets/telemetry',
      'https://example-telemetry.vault.azure.net/keys/kafka',
      'key-form',
      'tenants.telemetry.keyId',
    ],
    [
      'with a bucket that two tenants share',
      'aws-us-west-2',
      'us-west-2-orders\n',
      'us-west-2-payments\n',
      'storage-apart',
      'tenants.orders.bucket',
    ],
    [
      'without the mothership where it is hosted',
      'local',
      '  mothership:',
      '  mothershop:',
      'required',
      'tenants.mothership',
    ],
    [
      'without a database where the control plane is',
      'local',
      'database:\n  host: postgres.flotilla-control-plane.svc.cluster.local\n  port: 5432\n  name: flotilla\n  # Pods and Services of the cluster a.\n  addressRanges: [10.88.0.0/16, 10.96.0.0/16]\n',
      '',
      'required',
      'database',
    ],
    [
      'without the bucket provisioner where the control plane is',
      'local',
      '  bucketProvisioner: local\n',
      '',
      'required',
      'identities.bucketProvisioner',
    ],
    [
      'without the addresses that its nodes come from',
      'gcp-us-central1',
      'egressRanges: [192.0.2.20/32, 192.0.2.21/32, 192.0.2.22/32, 192.0.2.23/32]',
      'egressRanges: []',
      'required',
      'egressRanges',
    ],
    [
      'without one of its Kubernetes clusters',
      'gcp-us-central1',
      'kubernetesClusters:\n  a:\n    name: gcp-us-central1-a\n    endpoint: https://192.0.2.24\n    issuer: https://container.googleapis.com/v1/projects/example-kafka/locations/us-central1/clusters/gcp-us-central1-a\n',
      'kubernetesClusters: {}\n',
      'required',
      'kubernetesClusters.a',
    ],
    [
      'with an API server in the clear',
      'gcp-us-central1',
      'https://192.0.2.24',
      'http://192.0.2.24',
      'form',
      'kubernetesClusters.a.endpoint',
    ],
    [
      'without the zone of its domain',
      'gcp-us-central1',
      'dnsZone:\n  id: gcp-us-central1\n  nameServers: [ns-cloud-a1.googledomains.com, ns-cloud-a2.googledomains.com]\n',
      '',
      'required',
      'dnsZone',
    ],
    [
      'with a zone of another cloud',
      'aws-us-west-2',
      'Z00000000000000000000',
      'us-west-2',
      'dns-zone-form',
      'dnsZone.id',
    ],
    [
      "without who makes the gateway's load balancer",
      'azure-westeurope',
      '000000000001/\n    gatewayIdentity: 00000000-0000-4000-8000-5a5d1b1c7e11\n',
      '000000000001/\n',
      'required',
      'kubernetesClusters.a.gatewayIdentity',
    ],
    [
      'with a role of the autoscaler that is none',
      'aws-us-west-2',
      'role/flotilla/aws-us-west-2/b-autoscaler',
      'user/b-autoscaler',
      'identity-form',
      'kubernetesClusters.b.autoscalerIdentity',
    ],
    [
      'with an identity of what is the cloud’s own agent',
      'gcp-us-central1',
      '    endpoint: https://192.0.2.24\n',
      '    endpoint: https://192.0.2.24\n    gatewayIdentity: gateway@example-kafka.iam.gserviceaccount.com\n',
      'identity-form',
      'kubernetesClusters.a.gatewayIdentity',
    ],
    [
      'without the boundary of the roles that the bucket provisioner makes',
      'aws-us-west-2',
      '  tenantBoundary: arn:aws:iam::123456789012:policy/flotilla/aws-us-west-2/tenant-boundary\n',
      '',
      'required',
      'identities.tenantBoundary',
    ],
    [
      'with a service of another cloud for private links',
      'aws-us-west-2',
      'dnsZone:\n',
      'mothershipService: projects/p/regions/us-central1/serviceAttachments/mothership\ndnsZone:\n',
      'private-link-form',
      'mothershipService',
    ],
    [
      "without where the database's administrator is kept",
      'aws-us-west-2',
      '  credentialsSecret: arn:aws:secretsmanager:us-west-2:123456789012:secret:flotilla/aws-us-west-2/database-000000\n',
      '',
      'required',
      'database.credentialsSecret',
    ],
    [
      'with a password where a secret is named',
      'aws-us-west-2',
      'arn:aws:secretsmanager:us-west-2:123456789012:secret:flotilla/aws-us-west-2/database-000000',
      'hunter2',
      'secret-form',
      'database.credentialsSecret',
    ],
    ['with a mistyped key', 'local', 'platformKeyId:', 'platformKeyID:', 'unknown-key', 'platformKeyID'],
    [
      'with an object store that has no address',
      'local',
      'bucket: flotilla-demo\n    endpoint: http://',
      'bucket: flotilla-demo\n    endpoint: ',
      'form',
      'tenants.demo.endpoint',
    ],
    [
      'of a local region without an object store',
      'local',
      '    bucket: flotilla-demo\n    endpoint: http://object-store.flotilla-control-plane.svc.cluster.local:9000\n',
      '    bucket: flotilla-demo\n',
      'required',
      'tenants.demo.endpoint',
    ],
  ])('%s are refused', (_, stack, from, to, rule, path) => {
    const problems = problemsOf(stack, replaced(textOf(stack), from, to));
    expect(
      problems.filter((problem) => problem.severity === 'error').map((problem) => [problem.rule, problem.path]),
    ).toEqual([[rule, path]]);
  });

  test('of a tenant that is gone are a warning, at its line', () => {
    const text = `${textOf('local')}  gone:\n    keyId: local\n    bucket: flotilla-gone\n    endpoint: http://a:9000\n    identity: local\n`;
    expect(problemsOf('local', text)).toMatchObject([
      { severity: 'warning', rule: 'outputs-left-over', path: 'tenants.gone', ...placeOf(text, 'gone:') },
    ]);
  });

  test('of a Kubernetes cluster that is gone are a warning, at its line', () => {
    const text = replaced(
      textOf('gcp-us-central1'),
      'kubernetesClusters:\n',
      'kubernetesClusters:\n  gone: { name: gone, endpoint: https://192.0.2.9, issuer: https://a.example }\n',
    );
    expect(problemsOf('gcp-us-central1', text)).toMatchObject([
      { severity: 'warning', rule: 'outputs-left-over', path: 'kubernetesClusters.gone', ...placeOf(text, 'gone: {') },
    ]);
  });

  test('that are not there are a problem that names their file', () => {
    const result = loadRegionOutputs(join(STACKS, 'schema'), configOf('local'));
    expect(result.ok ? [] : result.problems).toMatchObject([
      { rule: 'file', file: expect.stringMatching(/local\.yaml$/) },
    ]);
  });

  test('that are an empty file are refused', () => {
    expect(problemsOf('local', '').some(({ severity }) => severity === 'error')).toBe(true);
  });
});
