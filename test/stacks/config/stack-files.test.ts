import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  StackConfigError,
  loadAllStacks,
  loadStack,
  mothershipOf,
  requireParsed,
  stackNames,
} from '../../../stacks/config.ts';
import { TODAY, replaced } from './base-stack.ts';

const STACKS = join(import.meta.dirname, '../../../stacks');
const NAMES = ['aws-us-west-2', 'azure-westeurope', 'gcp-us-central1', 'local'];
const options = { today: TODAY };

describe("the project's own stacks", () => {
  const all = loadAllStacks(STACKS, options);

  test('are four, of four clouds, and have no problems', () => {
    expect(stackNames(STACKS)).toMatchObject({ value: NAMES });
    expect(all).toMatchObject({ ok: true, warnings: [] });
    expect(requireParsed(all).map(({ region }) => region.cloud)).toEqual(['aws', 'azure', 'gcp', 'local']);
  });

  test('meet at one mothership, the local region at its own', () => {
    const addresses = Map.groupBy(requireParsed(all), mothershipOf);
    expect([...addresses].map(([address, stacks]) => [address, stacks.map(({ stack }) => stack)])).toEqual([
      [
        'bootstrap.mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com:9094',
        ['aws-us-west-2', 'azure-westeurope', 'gcp-us-central1'],
      ],
      ['bootstrap.mothership.local-a.region.flotilla.test:9094', ['local']],
    ]);
  });

  test('have defaults filled in', () => {
    const local = requireParsed(loadStack(STACKS, 'local', options));
    expect(local.mothership).toMatchObject({ hosted: true, cluster: 'a' });
    expect(local.controlPlane).toMatchObject({ cluster: 'a' });
    expect(local.tenants[0]).toMatchObject({
      cluster: 'a',
      zones: ['local-a', 'local-b', 'local-c'],
      limits: {},
      allowedSourceRanges: [],
      config: {},
    });
  });
});

describe('a folder of stacks', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-stacks-'));
    for (const name of NAMES) cpSync(join(STACKS, `Pulumi.${name}.yaml`), join(folder, `Pulumi.${name}.yaml`));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function edit(stack: string, from: string, to: string): void {
    const file = join(folder, `Pulumi.${stack}.yaml`);
    writeFileSync(file, replaced(readFileSync(file, 'utf8'), from, to));
  }

  function found(): readonly (readonly [string, string])[] {
    const result = loadAllStacks(folder, options);
    return result.ok ? [] : result.problems.map(({ rule, path }) => [rule, path] as const);
  }

  test('has each tenant once', () => {
    edit('gcp-us-central1', 'name: notifications', 'name: orders');
    expect(found()).toEqual([['tenant-once-in-fleet', 'flotilla:tenants[2].name']]);
  });

  test('has no address range twice, and a free one to offer', () => {
    edit('gcp-us-central1', 'addressRange: 10.16.0.0/16', 'addressRange: 10.5.0.0/16');
    const result = loadAllStacks(folder, options);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {
        rule: 'address-range-overlap-in-fleet',
        path: 'flotilla:region.addressRange',
        value: '10.5.0.0/16',
        suggestion: '10.2.0.0/16 is free.',
      },
    ]);
  });

  test('has one control plane, apart from local regions', () => {
    edit(
      'aws-us-west-2',
      'hosted: true\n    ckus: 2\n    version: 4.3.1\n    cluster: a',
      'hosted: false\n    bootstrapServer: a.b:1\n    addressRanges: [203.0.113.0/28]',
    );
    // The client ranges that stay behind are told too, as a key that a mothership elsewhere does not have.
    expect(found().filter(([rule]) => rule !== 'unknown-key')).toEqual([
      ['one-control-plane', 'flotilla:mothership.hosted'],
      ['control-plane-with-mothership', 'flotilla:controlPlane'],
    ]);
  });

  test('has a second host named as one too many', () => {
    edit(
      'gcp-us-central1',
      'hosted: false\n    bootstrapServer: bootstrap.mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com:9094\n    # Addresses of the gateway of aws-us-west-2-a: all that network policies here open towards the mothership.\n    addressRanges: [203.0.113.0/28]',
      'hosted: true\n    ckus: 1\n    version: 4.3.1',
    );
    expect(found()).toContainEqual(['one-control-plane', 'flotilla:mothership.hosted']);
  });

  test('names the mothership where it is', () => {
    edit('gcp-us-central1', 'mothership.aws-us-west-2-a', 'mothership.aws-us-west-2-b');
    const result = loadStack(folder, 'gcp-us-central1', options);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {
        rule: 'mothership-address',
        suggestion: 'Use bootstrap.mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com:9094.',
      },
    ]);
  });

  test('joins networks of one cloud by private links, and only those that the host lets in', () => {
    const service = 'com.amazonaws.vpce.us-west-2.vpce-svc-0a1b2c3d';
    const link = `addressRanges: [203.0.113.0/28]\n    privateLink: { service: ${service} }`;
    edit('gcp-us-central1', 'addressRanges: [203.0.113.0/28]', link);
    const result = loadAllStacks(folder, options);
    expect(result.ok ? [] : result.problems).toMatchObject([
      { rule: 'private-link-offered', message: expect.stringContaining('is on aws') },
      { rule: 'private-link-form' },
    ]);
  });

  test('lets an account of the same cloud in by a private link only where the host names it', () => {
    const second = remoteOnAws(readFileSync(join(folder, 'Pulumi.aws-us-west-2.yaml'), 'utf8'));
    writeFileSync(join(folder, 'Pulumi.aws-us-east-1.yaml'), second);
    const result = loadAllStacks(folder, options);
    expect(result.ok ? [] : result.problems).toMatchObject([
      {
        rule: 'private-link-offered',
        file: expect.stringContaining('aws-us-east-1'),
        suggestion: 'Add 210987654321 to mothership.privateLink.consumers of aws-us-west-2.',
      },
    ]);
    const balancer = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/gateway/0123456789abcdef';
    edit(
      'aws-us-west-2',
      '    ckus: 2\n    version: 4.3.1\n    cluster: a\n',
      `    ckus: 2\n    version: 4.3.1\n    cluster: a\n    privateLink: { loadBalancer: '${balancer}', consumers: ['210987654321'] }\n`,
    );
    expect(found()).toEqual([]);
  });

  test('has no two Kubernetes clusters of one identifier', () => {
    cpSync(join(folder, 'Pulumi.azure-westeurope.yaml'), join(folder, 'Pulumi.azure-westeurope-x.yaml'));
    edit('azure-westeurope-x', '- name: a\n', '- name: c\n');
    edit('azure-westeurope', '- name: a\n', '- name: x-c\n');
    expect(found()).toContainEqual(['cluster-id-once-in-fleet', 'flotilla:kubernetesClusters[0].name']);
  });

  test('gives a stack although another one is broken, but not one that shares the break', () => {
    edit('azure-westeurope', 'cloud: azure', 'cloud: [');
    expect(loadStack(folder, 'gcp-us-central1', options).ok).toBe(true);
    edit('gcp-us-central1', 'name: notifications', 'name: orders');
    expect(loadStack(folder, 'aws-us-west-2', options).ok).toBe(false);
    expect(loadStack(folder, 'local', options).ok).toBe(true);
  });

  test('names the stacks it has when it is asked for another', () => {
    const result = loadStack(folder, 'aws-us-west-1', options);
    expect(result.ok ? [] : result.problems).toMatchObject([
      { rule: 'file', message: 'There is no stack aws-us-west-1.', suggestion: 'Did you mean aws-us-west-2?' },
    ]);
  });

  test('that is not there is a problem, not a crash', () => {
    const result = loadAllStacks(join(folder, 'nowhere'), options);
    expect(result.ok ? [] : result.problems).toMatchObject([{ rule: 'file' }]);
  });

  test('throws its problems as text to those who want a value or nothing', () => {
    edit('local', 'ckus: 1\n    version: 4.3.1', 'ckus: 200\n    version: 4.3.1');
    const load = () => requireParsed(loadStack(folder, 'local', options));
    expect(load).toThrow(StackConfigError);
    expect(load).toThrow(/flotilla:mothership\.ckus = 200/);
  });
});

/** A second region on AWS: the first one's clusters at other addresses, no tenants, the mothership by a private link. */
function remoteOnAws(text: string): string {
  const head = text.slice(0, text.indexOf('  flotilla:mothership:'));
  return `${head
    .replaceAll('us-west-2', 'us-east-1')
    .replaceAll('123456789012', '210987654321')
    .replaceAll('10.', '172.')
    .replace('172.0.0.0/16', '172.16.0.0/16')
    .replace('172.4.0.0/16', '172.20.0.0/16')
    .replace('172.5.0.0/16', '172.21.0.0/16')
    .replace('172.1.0.0/20', '172.17.0.0/20')
    .replace('172.1.16.0/20', '172.17.16.0/20')}  flotilla:mothership:
    hosted: false
    bootstrapServer: bootstrap.mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com:9094
    addressRanges: [203.0.113.0/28]
    privateLink: { service: com.amazonaws.vpce.us-west-2.vpce-svc-0a1b2c3d }
`;
}
