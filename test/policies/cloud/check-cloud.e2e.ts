import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { judgeCloudStack } from '../../../cli/check/judge-cloud-stack.ts';
import type { PulumiTools } from '../../../local/pulumi/pulumi-tools.ts';
import type { PolicyReport } from '../../../policies/report/policy-report.ts';
import { azureComputed } from '../../doubles/azure-computed.ts';
import { startProviderDouble, type ProviderDouble } from '../../doubles/provider-double.ts';
import { TODAY } from '../support.ts';
import { testPulumiTools } from '../../support/pulumi-tools.ts';

const BUILD_TIMEOUT_MS = 20 * 60_000;
const RUN_TIMEOUT_MS = 180_000;
const ROOT = resolve(import.meta.dirname, '..', '..', '..');
/** Whose plugins stand for the clouds; `random` runs nowhere but in its plugin. */
const CLOUDS = [
  { sdk: '@pulumi/aws' },
  { sdk: '@pulumi/gcp' },
  { sdk: '@pulumi/azure-native', computed: azureComputed },
  { sdk: '@pulumi/random' },
];

describe('the check of cloud resources, on the real engine', () => {
  let tools: PulumiTools;
  let clouds: readonly ProviderDouble[];

  beforeAll(async () => {
    tools = await testPulumiTools(process.env);
    clouds = await Promise.all(CLOUDS.map(startProviderDouble));
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(clouds.map((cloud) => cloud.stop()));
  });

  test.each(['aws-us-west-2', 'gcp-us-central1', 'azure-westeurope'])(
    'finds no error in the stack %s, in all that its program would make',
    async (stack) => {
      const report = await check(stack, clouds);
      expect(report.objects).toBeGreaterThan(50);
      expect(errorsOf(report)).toEqual([]);
      // What one resource comes from is known before its value is: nothing about buckets has to wait on aws.
      if (stack === 'aws-us-west-2') {
        expect(report.unjudged.filter(({ rule }) => rule.startsWith('bucket-'))).toEqual([]);
      }
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'is an error and no clean report when the preview fails',
    async () => {
      await expect(check('aws-us-west-2', [])).rejects.toThrow(/could not be judged, for its preview failed/);
    },
    RUN_TIMEOUT_MS,
  );

  async function check(stack: string, doubles: readonly ProviderDouble[]): Promise<PolicyReport> {
    return await judgeCloudStack(tools, {
      project: ROOT,
      stack,
      exemptions: [],
      today: TODAY,
      env: {
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
        PULUMI_DEBUG_PROVIDERS: doubles.map(({ attachment }) => attachment).join(','),
      },
    });
  }
});

function errorsOf({ findings }: PolicyReport): readonly string[] {
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, object, message }) => `${rule} ${object.kind} ${object.name}: ${message}`);
}
