import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configDifferences } from '../../stacks/engine-config.ts';
import { BASE } from './config/base-stack.ts';

/** As the engine gives it to a program: structured values as JSON, with keys in its own order. */
const REGION = {
  zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
  cloud: 'aws',
  name: 'us-west-2',
  account: '123456789012',
  addressRange: '10.0.0.0/16',
  domain: 'kafka.example.com',
  imageRegistry: 'registry.example.com/flotilla',
};
const MOTHERSHIP = { hosted: true, ckus: 2, version: '4.3.1' };

describe("the engine's config against the stack file", () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-config-'));
    file = join(folder, 'Pulumi.aws-us-west-2.yaml');
    writeFileSync(file, BASE);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function ofEngine(region: unknown): readonly string[] {
    const held = { 'aws:region': 'eu-west-1', 'flotilla:region': JSON.stringify(region) };
    const rest = ['flotilla:controlPlane', 'flotilla:kubernetesClusters', 'flotilla:tenants'];
    const found = configDifferences(file, { ...held, 'flotilla:mothership': JSON.stringify(MOTHERSHIP) });
    // What the engine was not given at all is told too; here only the region is looked at.
    expect(found).toEqual(expect.arrayContaining(rest));
    return found.filter((key) => !rest.includes(key));
  }

  test('is the same whatever the order of keys and whatever other packages are told', () => {
    expect(ofEngine(REGION)).toEqual([]);
  });

  test('differs by a value that only the engine was given', () => {
    expect(ofEngine({ ...REGION, account: '210987654321' })).toEqual(['flotilla:region']);
  });

  test('is not looked at where the engine has none', () => {
    expect(configDifferences(file, { 'aws:region': 'eu-west-1' })).toEqual([]);
  });
});
