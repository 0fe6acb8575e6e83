import { describe, expect, test } from '@jest/globals';
import { ExternalDns } from '../../../../constructs/kubernetes/platform/external-dns.ts';
import type { Cloud } from '../../../../contracts/cloud.ts';
import { exampleContext, objectsOf, only } from '../support/objects-of.ts';

const SET_ID = '/subscriptions/0/resourceGroups/group-of-region/providers/Microsoft.Compute/diskEncryptionSets/set';

describe('external-dns', () => {
  test.each([
    ['aws', '--provider=aws', 'eks.amazonaws.com/role-arn'],
    ['gcp', '--provider=google', 'iam.gke.io/gcp-service-account'],
    ['azure', '--provider=azure', 'azure.workload.identity/client-id'],
  ] as const)('on %s uses its provider under its own identity', (cloud, flag, annotation) => {
    const objects = externalDnsOn(cloud);
    expect(argsOf(objects)).toContain(flag);
    expect(only(objects, 'ServiceAccount').metadata.annotations).toEqual({ [annotation]: 'the-identity' });
  });

  test('changes only records that this cluster made, in the zone of the region', () => {
    expect(argsOf(externalDnsOn('aws'))).toEqual(
      expect.arrayContaining([
        '--registry=txt',
        `--txt-owner-id=${exampleContext('aws').dataPlane.kubernetesCluster}`,
        '--domain-filter=region.example.com',
      ]),
    );
  });

  test('may read what it makes records of and write only what it has seen', () => {
    const role = only(externalDnsOn('aws'), 'ClusterRole') as unknown as { readonly rules: readonly Rule[] };
    const writing = role.rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing.map(({ resources }) => resources)).toEqual([['dnsendpoints/status']]);
  });

  test('on azure finds the zone in the resource group of the region, without a secret', () => {
    const config = only(externalDnsOn('azure'), 'ConfigMap')['data'] as Readonly<Record<string, string>>;
    expect(JSON.parse(config['azure.json'] ?? '')).toEqual({
      subscriptionId: 'account',
      resourceGroup: 'group-of-region',
      useWorkloadIdentityExtension: true,
    });
  });

  test('on azure refuses a key that names no resource group', () => {
    expect(() => externalDnsOn('azure', 'https://vault.example.com/key')).toThrow(/names no resource group/);
  });

  test('is not made for a local region', () => {
    expect(() => externalDnsOn('local')).toThrow(/local region/);
  });
});

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function externalDnsOn(cloud: Cloud, platformKeyId = SET_ID) {
  return objectsOf((scope) => {
    new ExternalDns(scope, 'dns', { context: exampleContext(cloud), identity: 'the-identity', platformKeyId });
  });
}

function argsOf(objects: ReturnType<typeof externalDnsOn>): readonly string[] {
  const { template } = only(objects, 'Deployment')['spec'] as {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
  return template.spec.containers[0]?.args ?? [];
}
