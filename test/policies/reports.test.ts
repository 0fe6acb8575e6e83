import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { judge } from '../../policies/engine/judge.ts';
import { change } from '../../policies/examples/change.ts';
import { changed, deployment, disruptionBudget } from '../../policies/examples/objects.ts';
import { jsonReport } from '../../policies/report/json.ts';
import { passes } from '../../policies/report/policy-report.ts';
import { sarifReport } from '../../policies/report/sarif.ts';
import { PLAIN_PALETTE, textReport } from '../../policies/report/text.ts';
import { ruleTable } from '../../policies/rule-table.ts';
import { objectRules, exemption, judgeOptions, located } from './support.ts';

const bad = changed(deployment(), [
  [['spec', 'template', 'spec', 'hostNetwork'], true],
  [['spec', 'template', 'spec', 'containers', 0, 'ports'], [{ containerPort: 1, hostPort: 1 }]],
  [['spec', 'template', 'spec', 'containers', 0, 'envFrom'], [{ secretRef: { name: 'x' } }]],
]);
const objects = located([bad, disruptionBudget({ maxUnavailable: 1 })]);
const options = judgeOptions({ rules: objectRules(), exemptions: [exemption({})] });
const report = judge(objects, options);
const good = judge(located([disruptionBudget({ maxUnavailable: 1 })]), judgeOptions({ rules: objectRules() }));

describe('the text report', () => {
  test('groups findings by rule, worst first, with place, fix and counts', () => {
    expect(textReport(report)).toBe(
      [
        'error pod-host-namespaces (1)  Pods share no namespace with their node',
        "  Deployment flotilla-example/example: the pod uses its node's network, process or IPC namespace",
        '    dist/test/a/example.k8s.yaml:1 (test-a)',
        '  fix: Remove hostNetwork, hostPID and hostIPC.',
        '',
        'warning secrets-as-files (1)  Secrets reach containers as files',
        '  Deployment flotilla-example/example: gets a secret as an environment variable: container main',
        '    dist/test/a/example.k8s.yaml:1 (test-a)',
        '  fix: Mount the Secret as a volume and have the program read the file.',
        '',
        `1 error, 1 warning in 2 objects under ${objectRules().length} rules`,
        '1 exempted: see policies/exemptions.yaml',
        '',
      ].join('\n'),
    );
  });

  test('paints by severity and by nothing else', () => {
    const painted = textReport(report, { ...PLAIN_PALETTE, red: (text) => `<${text}>`, yellow: (text) => `[${text}]` });
    expect(painted).toContain('<error> pod-host-namespaces');
    expect(painted).toContain('[warning] secrets-as-files');
    expect(painted).toContain('<1 error>, [1 warning] in');
  });

  test('counts places beyond the limit', () => {
    const many = Array.from({ length: 4 }, (_, index) => change(bad, ['metadata', 'name'], `d-${index}`));
    expect(textReport(judge(located(many), options), PLAIN_PALETTE, { placesMax: 3 })).toContain('  … and 1 more\n');
  });

  test('says so when nothing is wrong', () => {
    expect(textReport(good)).toBe(`no violations in 1 objects under ${objectRules().length} rules\n`);
  });
});

describe('a report', () => {
  test('passes with warnings and fails with errors', () => {
    expect(passes(good)).toBe(true);
    expect(passes({ ...report, counts: { error: 0, warning: 9, info: 9 } })).toBe(true);
    expect(passes(report)).toBe(false);
  });
});

describe('the JSON report', () => {
  test('is the same text for the same objects', () => {
    expect(JSON.stringify(jsonReport(judge(objects.toReversed(), options)))).toBe(JSON.stringify(jsonReport(report)));
  });

  test('has summary, findings and what was exempted by whom', () => {
    expect(jsonReport(report)).toMatchObject({
      version: 1,
      summary: { error: 1, warning: 1, info: 0, exempted: 1, omitted: 0, objects: 2 },
      findings: [
        {
          rule: 'pod-host-namespaces',
          severity: 'error',
          object: { kind: 'Deployment', namespace: 'flotilla-example', name: 'example' },
          cluster: 'test-a',
          file: 'dist/test/a/example.k8s.yaml',
          line: 1,
        },
        { rule: 'secrets-as-files' },
      ],
      exempted: [{ rule: 'pod-host-ports', exemption: { owner: 'Platform team', expires: '2027-03-31' } }],
    });
  });
});

describe('the SARIF report', () => {
  const log = sarifReport([report, good]);
  const [run] = log.runs;

  test('has what SARIF 2.1.0 requires of log, run, tool, rules and results', () => {
    expect(log.version).toBe('2.1.0');
    expect(run.tool.driver.name).toBe('flotilla');
    for (const rule of run.tool.driver.rules) {
      expect(rule.id).not.toBe('');
      expect(rule.shortDescription.text).toMatch(/\.$/);
      expect(['error', 'warning', 'note']).toContain(rule.defaultConfiguration.level);
    }
    for (const result of run.results) {
      expect(result.message.text).not.toBe('');
      expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(result.locations[0]?.physicalLocation.region.startLine).toBeGreaterThanOrEqual(1);
      expect(result.locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^[^/][^:]*$/);
    }
    expect(run.results).toHaveLength(3);
  });

  test('names a rule once however many reports there are', () => {
    const ids = run.tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('keeps fingerprints when lines and files move, and tells objects and rules apart', () => {
    const moved = judge(
      objects.map((object) => ({ ...object, line: 99, file: 'dist/test/a/moved.k8s.yaml' })),
      options,
    );
    const fingerprints = (of: typeof report) =>
      sarifReport([of]).runs[0].results.map((result) => result.partialFingerprints['flotillaFinding/v1']);
    expect(fingerprints(moved)).toEqual(fingerprints(report));
    expect(new Set(fingerprints(report)).size).toBe(3);
  });

  test('shows exempted findings as suppressed, with owner and date', () => {
    const suppressed = run.results.filter(({ suppressions }) => suppressions !== undefined);
    expect(suppressed.map(({ ruleId }) => ruleId)).toEqual(['pod-host-ports']);
    expect(suppressed[0]?.suppressions?.[0]?.justification).toContain('Platform team, until 2027-03-31');
  });
});

describe('docs/policies.md', () => {
  test('lists the rules as they are (node policies/write-rule-table.ts writes it)', () => {
    expect(readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8')).toBe(ruleTable());
  });
});
