import { beforeAll, describe, expect, test } from '@jest/globals';
import rpc from '@pulumi/pulumi/runtime/rpc.js';
import { configProblems, inputProblems } from './input-problems.ts';
import { inventedOutputs } from './invented-outputs.ts';
import { type Properties, type SdkTypes, sdkTypes } from './sdk-types.ts';

describe('the types of a Pulumi SDK', () => {
  let aws: SdkTypes;
  let bucket: Properties;

  beforeAll(() => {
    aws = sdkTypes('@pulumi/aws');
    bucket = inputsOf('aws:s3/bucket:Bucket');
  });

  test('accept what the SDK accepts, nested, in lists and in maps', () => {
    const inputs = {
      bucket: 'orders',
      forceDestroy: false,
      tags: { tenant: 'orders' },
      versioning: { enabled: true },
      lifecycleRules: [{ enabled: true, expiration: { days: 7 } }],
    };
    expect(inputProblems(bucket, inputs)).toEqual([]);
  });

  test('find a misspelt property wherever it is', () => {
    const inputs = { buckt: 'orders', versioning: { enable: true }, lifecycleRules: [{ enabled: true, prefx: '' }] };
    expect(pathsOf(inputs)).toEqual(['buckt', 'lifecycleRules[0].prefx', 'versioning.enable']);
  });

  test('find a missing property, also of a nested type, and take null for missing', () => {
    expect(inputProblems(inputsOf('aws:eks/cluster:Cluster'), { roleArn: null, vpcConfig: {} })).toEqual([
      { path: 'roleArn', reason: 'is required' },
      { path: 'vpcConfig.subnetIds', reason: 'is required' },
    ]);
  });

  test('find a value of the wrong type', () => {
    expect(pathsOf({ bucket: 3, tags: [], lifecycleRules: {}, versioning: 'on' })).toEqual([
      'bucket',
      'lifecycleRules',
      'tags',
      'versioning',
    ]);
  });

  test('look into secrets, and accept what is not known yet for any type', () => {
    const secret = (value: unknown): unknown => ({ [rpc.specialSigKey]: rpc.specialSecretSig, value });
    expect(pathsOf({ bucket: secret('orders'), versioning: rpc.unknownValue, tags: secret(rpc.unknownValue) })).toEqual(
      [],
    );
    expect(pathsOf({ bucket: secret(3), versioning: secret({ enable: true }) })).toEqual([
      'bucket',
      'versioning.enable',
    ]);
  });

  test('know the arguments of the provider itself', () => {
    expect(configProblems(aws.provider(), { region: 'us-west-2', version: '7.0.0', defaultTags: '{}' })).toEqual([]);
    expect(configProblems(aws.provider(), { regoin: 'us-west-2' })).toMatchObject([{ path: 'regoin' }]);
  });

  test('know no type that the SDK does not have', () => {
    expect(aws.inputs('aws:s3/bukket:Bukket')).toBeUndefined();
  });

  test('tell which outputs are certain, of which the double invents those that the inputs do not give', () => {
    const outputs = aws.outputs('aws:eks/cluster:Cluster') ?? new Map();
    const invented = inventedOutputs(outputs, { name: 'given' }, 'main');
    expect(invented).toMatchObject({ endpoint: 'main/endpoint', arn: 'main/arn' });
    expect(invented['certificateAuthority']).toEqual({ data: 'main/certificateAuthority.data' });
    expect(invented).not.toHaveProperty('name');
    expect(invented).not.toHaveProperty('defaultAddonsToRemoves');
    expect(inventedOutputs(outputs, { name: 'given' }, 'main')).toEqual(invented);
  });

  function inputsOf(token: string): Properties {
    const properties = aws.inputs(token);
    if (properties === undefined) throw new Error(`no type ${token}`);
    return properties;
  }

  function pathsOf(inputs: Readonly<Record<string, unknown>>): readonly string[] {
    return inputProblems(bucket, inputs)
      .map(({ path }) => path)
      .toSorted();
  }
});
