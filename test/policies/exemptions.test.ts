import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { InvalidExemptionsError, globMatches, parseExemptions } from '../../policies/exemptions.ts';
import { unusedInAll } from '../../policies/engine/exemption-book.ts';
import { judge } from '../../policies/engine/judge.ts';
import { RULE_IDS } from '../../policies/rules/index.ts';
import { exemption, judgeOptions } from './support.ts';

const GOOD = `exemptions:
  - rule: pod-host-ports
    object: { kind: DaemonSet, namespace: flotilla-system, name: node-* }
    owner: Platform team
    reason: serves the kubelet on the port of its node
    expires: 2027-03-31
`;

describe('a file of exemptions', () => {
  test('is read with the line of each', () => {
    expect(parseExemptions(GOOD, 'x.yaml', RULE_IDS)).toEqual([
      exemption({
        object: { kind: 'DaemonSet', namespace: 'flotilla-system', name: 'node-*' },
        file: 'x.yaml',
        line: 2,
      }),
    ]);
  });

  test('may be empty', () => {
    expect(parseExemptions('# nothing yet\n', 'x.yaml', RULE_IDS)).toEqual([]);
    expect(parseExemptions('exemptions: []\n', 'x.yaml', RULE_IDS)).toEqual([]);
  });

  test('of the project itself is well-formed', () => {
    const text = readFileSync(new URL('../../policies/exemptions.yaml', import.meta.url), 'utf8');
    expect(() => parseExemptions(text, 'policies/exemptions.yaml', RULE_IDS)).not.toThrow();
  });

  test.each([
    ['an unknown rule', ['pod-host-ports', 'no-such-rule'], 'exemptions[0].rule', 2],
    ['no owner', ['    owner: Platform team\n', ''], 'exemptions[0].owner', 2],
    ['an empty owner', ['Platform team', "''"], 'exemptions[0].owner', 4],
    ['a reason that gives none', ['serves the kubelet on the port of its node', 'because'], 'exemptions[0].reason', 5],
    ['a date that is none', ['2027-03-31', '2027-02-30'], 'exemptions[0].expires', 6],
    ['a date in words', ['2027-03-31', 'never'], 'exemptions[0].expires', 6],
    ['a name that covers everything', ['node-*', "'*'"], 'exemptions[0].object.name', 3],
    ['a name that covers nearly everything', ['node-*', "'**k*'"], 'exemptions[0].object.name', 3],
    ['a namespace that covers everything', ['flotilla-system', "'*'"], 'exemptions[0].object.namespace', 3],
    ['a kind that is none', ['DaemonSet', 'daemonsets'], 'exemptions[0].object.kind', 3],
    ['an unknown field', ['    owner:', '    team: x\n    owner:'], 'exemptions[0]', 2],
    ['no list', [GOOD, 'exemptions: 3\n'], 'exemptions', 1],
    ['malformed YAML', ['object: {', 'object: {{'], '(document)', 4],
  ] as const)('with %s is refused with the place and what to do', (_title, [from, to], path, line) => {
    const problems = problemsOf(GOOD.replace(from, to));
    expect(problems[0]).toMatchObject({ path, line });
  });

  test('is refused with all that is wrong at once', () => {
    const text = GOOD.replace('pod-host-ports', 'nope').replace('Platform team', "''").replace('2027-03-31', 'soon');
    expect(problemsOf(text).map(({ path }) => path)).toEqual([
      'exemptions[0].rule',
      'exemptions[0].owner',
      'exemptions[0].expires',
    ]);
  });
});

describe('exemptions over several stacks', () => {
  const one = exemption({ rule: 'kafka-rack' });
  const unused = judge([], judgeOptions({ exemptions: [one] }));

  test('are called unused only where no stack needed them', () => {
    const used = { ...unused, unusedExemptions: [] };
    expect(unusedInAll([unused, used])).toEqual([]);
    expect(unusedInAll([unused, unused]).map(({ rule }) => rule)).toEqual(['exemption-unused']);
  });
});

describe('a glob', () => {
  test.each([
    ['node-*', 'node-agent', true],
    ['node-*', 'my-node-agent', false],
    ['*-agent', 'node-agent', true],
    ['a.b.c', 'aXbXc', false],
    ['system:node:*', 'system:node:x', true],
  ])('%s on %s: %s', (glob, name, expected) => {
    expect(globMatches(glob, name)).toBe(expected);
  });
});

function problemsOf(text: string): InvalidExemptionsError['problems'] {
  try {
    parseExemptions(text, 'x.yaml', RULE_IDS);
  } catch (error) {
    if (error instanceof InvalidExemptionsError) return error.problems;
    throw error;
  }
  throw new Error('the file was accepted');
}
