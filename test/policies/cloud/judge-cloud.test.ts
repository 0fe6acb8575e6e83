import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { cloudResources } from '../../../cli/check/cloud-resources.ts';
import { UNKNOWN_VALUE } from '../../../local/pulumi/preview-stack.ts';
import { at, NotKnownError, UNKNOWN, type CloudResource } from '../../../policies/cloud/cloud-resource.ts';
import { example } from '../../../policies/cloud/examples.ts';
import { judgeCloud } from '../../../policies/cloud/judge-cloud.ts';
import { AWS } from '../../../policies/cloud/types.ts';
import { parseExemptions, type Exemption } from '../../../policies/exemptions.ts';
import { jsonReport } from '../../../policies/report/json.ts';
import { mergeReports } from '../../../policies/report/merge-reports.ts';
import { passes } from '../../../policies/report/policy-report.ts';
import { sarifReport } from '../../../policies/report/sarif.ts';
import { textReport } from '../../../policies/report/text.ts';
import { ALL_RULE_IDS } from '../../../policies/rule-ids.ts';
import { judge } from '../../../policies/engine/judge.ts';
import { changed, deployment } from '../../../policies/examples/objects.ts';
import { TODAY, judgeOptions, located } from '../support.ts';

const OPTIONS = { stack: 'aws-test', today: TODAY, exemptions: [] } as const;
const KEY = example(AWS.key, 'orders', { enableKeyRotation: false }, 'protected');
const EXEMPTION = `exemptions:
  - rule: key-rotation
    object: { kind: Key, name: orders }
    owner: Platform team
    reason: the key of a customer that rotates it by hand
    expires: 2027-03-31
`;

describe('a value that is not known', () => {
  const unknown = { ...KEY, props: { enableKeyRotation: UNKNOWN, policy: UNKNOWN, tags: UNKNOWN } };

  test('is no violation, and is told as what could not be judged', () => {
    const report = judgeCloud([unknown], OPTIONS);
    expect(report.findings.filter(({ rule }) => rule.startsWith('key-'))).toEqual([]);
    expect(report.unjudged.map(({ rule, path }) => [rule, path])).toContainEqual(['key-rotation', 'enableKeyRotation']);
    expect(textReport(report)).toMatch(
      /\d+ not judged, for values that only the clouds will know \(.*key-rotation.*\)/,
    );
    expect(jsonReport(report).unjudged).toContainEqual({
      rule: 'key-rotation',
      path: 'enableKeyRotation',
      object: { apiVersion: 'aws:kms/key', kind: 'Key', name: 'orders' },
      cluster: 'aws-test',
    });
  });

  test('does not hide what is known to be wrong beside it', () => {
    const { findings } = judgeCloud([{ ...unknown, props: { ...unknown.props, deletionWindowInDays: 7 } }], OPTIONS);
    expect(findings.map(({ rule }) => rule)).toContain('key-deletion-window');
  });

  test('stops a reader wherever it stands on the way', () => {
    expect(() => at({ a: UNKNOWN }, 'a.b.c')).toThrow(NotKnownError);
    expect(() => at({ a: { b: UNKNOWN } }, 'a.b')).toThrow(NotKnownError);
    expect(at({ a: { b: UNKNOWN } }, 'a.c')).toBeUndefined();
  });
});

describe('resources of AWS that are split', () => {
  const bucket = (name: string): CloudResource => example(AWS.bucket, name, { bucket: UNKNOWN }, 'protected');
  const versioning = (of: string): CloudResource => ({
    ...example(AWS.bucketVersioning, 'versioning', { bucket: UNKNOWN, versioningConfiguration: { status: 'Enabled' } }),
    references: { bucket: [bucket(of).urn] },
  });
  const withoutVersions = (resources: readonly CloudResource[]): readonly string[] =>
    judgeCloud(resources, OPTIONS)
      .findings.filter(({ rule }) => rule === 'bucket-undelete')
      .map(({ object }) => object.name);

  test('belong together by what their values come from, where names are not known', () => {
    expect(withoutVersions([bucket('orders'), versioning('orders')])).toEqual([]);
    expect(withoutVersions([bucket('orders'), bucket('others'), versioning('orders')])).toEqual(['others']);
  });

  test('are not judged where nobody can tell', () => {
    const report = judgeCloud([bucket('orders'), { ...versioning('orders'), references: {} }], OPTIONS);
    expect(report.unjudged.map(({ rule }) => rule)).toContain('bucket-undelete');
  });
});

describe('an exemption of a cloud resource', () => {
  const exemptions = (text = EXEMPTION): readonly Exemption[] => parseExemptions(text, 'x.yaml', ALL_RULE_IDS);

  test('covers it until its day, and is named in the report', () => {
    const report = judgeCloud([KEY], { ...OPTIONS, exemptions: exemptions() });
    expect(report.findings.map(({ rule }) => rule)).not.toContain('key-rotation');
    expect(report.exempted.map(({ rule, exemption }) => [rule, exemption.owner])).toEqual([
      ['key-rotation', 'Platform team'],
    ]);
  });

  test('is an error afterwards', () => {
    const report = judgeCloud([KEY], { ...OPTIONS, exemptions: exemptions(), today: '2027-04-01' });
    const rules = report.findings.map(({ rule }) => rule);
    expect(rules).toContain('exemption-expired');
    expect(rules).toContain('key-rotation');
  });

  test('is told when it covers nothing, and not by who judges manifests only', () => {
    const other = exemptions(EXEMPTION.replace('name: orders', 'name: others'));
    expect(judgeCloud([KEY], { ...OPTIONS, exemptions: other }).unusedExemptions).toHaveLength(1);
    expect(judge([], judgeOptions({ exemptions: other })).unusedExemptions).toEqual([]);
  });
});

describe('reports of both halves', () => {
  const manifests = judge(
    located([changed(deployment(), [[['spec', 'template', 'spec', 'hostNetwork'], true]])]),
    judgeOptions(),
  );
  const cloud = judgeCloud([KEY], OPTIONS);
  const merged = mergeReports([manifests, cloud]);

  test('are one list, worst first, with the counts of both', () => {
    const rules = merged.findings.map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['pod-host-namespaces', 'key-rotation']));
    expect(merged.counts.error).toBe(manifests.counts.error + cloud.counts.error);
    expect(merged.objects).toBe(manifests.objects + 1);
    expect(passes(merged)).toBe(false);
    const severities = merged.findings.map(({ severity }) => ['error', 'warning', 'info'].indexOf(severity));
    expect(severities).toEqual(severities.toSorted());
  });

  test('give one log of SARIF, with the rules of both and a place for each finding', () => {
    const [run] = sarifReport([merged]).runs;
    expect(run.results).toHaveLength(merged.findings.length);
    const result = run.results.find(({ ruleId }) => ruleId === 'key-rotation');
    expect(result?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('stacks/Pulumi.aws-test.yaml');
    expect(result?.level).toBe('error');
  });
});

describe('what a preview would register', () => {
  const previewed = {
    urn: 'urn:pulumi:s::p::flotilla:aws:PlatformKey$aws:kms/key:Key::platform',
    type: AWS.key,
    name: 'platform',
    op: 'create',
    custom: true,
    inputs: { description: UNKNOWN_VALUE, policy: '[secret]', tags: { a: 'b' }, list: [UNKNOWN_VALUE] },
    propertyDependencies: { description: ['urn:other'] },
    protect: true,
    retainOnDelete: true,
  } as const;

  test('is a cloud resource with marks for what is not known or secret', () => {
    expect(cloudResources([previewed])).toEqual([
      {
        urn: previewed.urn,
        type: AWS.key,
        name: 'platform',
        props: { description: UNKNOWN, policy: UNKNOWN, tags: { a: 'b' }, list: [UNKNOWN] },
        protect: true,
        references: { description: ['urn:other'] },
      },
    ]);
  });

  test('is none for components, providers and the stack', () => {
    expect(
      cloudResources([
        { ...previewed, custom: false, type: 'flotilla:aws:Region' },
        { ...previewed, type: 'pulumi:providers:aws' },
        { ...previewed, custom: false, type: 'pulumi:pulumi:Stack' },
      ]),
    ).toEqual([]);
  });
});

describe('the policy pack', () => {
  test('has the version of the project, which Pulumi shows with each violation', () => {
    const versionIn = (file: string): unknown =>
      (JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { readonly version: unknown }).version;
    expect(versionIn('../../../policies/package.json')).toBe(versionIn('../../../package.json'));
  });
});
