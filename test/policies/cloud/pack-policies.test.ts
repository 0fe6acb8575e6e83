import { describe, expect, test } from '@jest/globals';
import { unknownCheckingProxy } from '@pulumi/policy';
import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from '@pulumi/policy';
import { NOT_JUDGED, packPolicies, type PackPolicy } from '../../../policies/cloud/pack-policies.ts';
import { CLOUD_RULES } from '../../../policies/cloud/rules/index.ts';
import { AWS } from '../../../policies/cloud/types.ts';
import { exemption, TODAY } from '../support.ts';

/** Pulumi hands inputs to policies in this; its package leaves the type out. */
const checkedProps = unknownCheckingProxy as unknown as (props: Record<string, unknown>) => Record<string, unknown>;
/** What Pulumi sends for a text that is not known before the update (`@pulumi/policy`, proxy.ts). */
const NOT_KNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

describe('the policies of the pack', () => {
  test('are the rules, mandatory where a violation is an error, and one that tells what could not be judged', () => {
    const policies = packPolicies({ exemptions: [], today: TODAY });
    expect(policies.map(({ name }) => name)).toEqual([NOT_JUDGED, ...CLOUD_RULES.map(({ id }) => id)]);
    for (const { id, severity } of CLOUD_RULES) {
      const level = policies.find(({ name }) => name === id)?.enforcementLevel;
      expect(level).toBe(severity === 'error' ? 'mandatory' : 'advisory');
    }
  });

  test('judge a resource before it is made', () => {
    expect(judged('key-rotation', { enableKeyRotation: false })).toHaveLength(1);
    expect(judged('key-rotation', { enableKeyRotation: true })).toEqual([]);
  });

  test('say nothing of what is not known, and do not stop at it', () => {
    expect(judged('key-rotation', { enableKeyRotation: NOT_KNOWN })).toEqual([]);
    expect(judged('key-deletion-window', { policy: NOT_KNOWN, deletionWindowInDays: 7 })).toHaveLength(1);
  });

  test('let pass what is exempted, until the day is over', () => {
    const exempted = exemption({ rule: 'key-rotation', object: { kind: 'Key', name: 'orders' } });
    expect(judged('key-rotation', { enableKeyRotation: false }, [exempted])).toEqual([]);
    expect(judged('key-rotation', { enableKeyRotation: false }, [{ ...exempted, expires: '2026-01-01' }])).toHaveLength(
      1,
    );
  });

  test('judge several resources by their inputs, by what the engine knows of where values come from', () => {
    const bucket = resource(AWS.bucket, 'orders', { bucket: NOT_KNOWN });
    const versioning = resource(AWS.bucketVersioning, 'orders-versioning', {
      bucket: NOT_KNOWN,
      versioningConfiguration: { status: 'Enabled' },
    });
    const linked = { ...versioning, propertyDependencies: { bucket: [bucket] } };
    expect(stackJudged('bucket-undelete', [bucket, linked])).toEqual([]);
    expect(stackJudged('bucket-undelete', [bucket])).toEqual([bucket.urn]);
    expect(stackJudged(NOT_JUDGED, [bucket, versioning])).toHaveLength(1);
  });
});

function judged(rule: string, props: Record<string, unknown>, exemptions = [] as Parameters<typeof exemption>[0][]) {
  const found: string[] = [];
  const { urn, type, name, opts, props: checked } = resource(AWS.key, 'orders', props);
  policy(rule, exemptions.map(exemption)).validateResource?.call(
    undefined as never,
    { urn, type, name, opts, props: checked } as unknown as ResourceValidationArgs,
    (message) => found.push(String(message)),
  );
  return found;
}

function stackJudged(rule: string, resources: readonly PolicyResource[]): readonly string[] {
  const found: string[] = [];
  void policy(rule, []).validateStack?.({ resources } as unknown as StackValidationArgs, (_, urn) =>
    found.push(urn ?? ''),
  );
  return found;
}

type SingleValidation = PackPolicy & {
  readonly validateResource?: (args: ResourceValidationArgs, report: (message: unknown) => void) => void;
};

function policy(rule: string, exemptions: readonly ReturnType<typeof exemption>[]): SingleValidation {
  const found = packPolicies({ exemptions, today: TODAY }).find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`no policy ${rule}`);
  return found as SingleValidation;
}

function resource(type: string, name: string, props: Record<string, unknown>): PolicyResource {
  return {
    urn: `urn:pulumi:test::flotilla::${type}::${name}`,
    type,
    name,
    props: checkedProps(props),
    opts: { protect: true },
    propertyDependencies: {},
  } as unknown as PolicyResource;
}
