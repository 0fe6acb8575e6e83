import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { COMMANDS } from '../../cli/commands/index.ts';

const PAGE = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

describe('docs/ci.md', () => {
  const workflow = parse(/```yaml\n(?<text>[^]*?)\n```\n\n`/.exec(PAGE)?.groups?.['text'] ?? '') as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const inWorkflow = steps.flatMap(({ run = '' }) => commandLinesIn(run));
  const inText = [...PAGE.matchAll(/`(\.\/flotilla [^`]+)`/g)].flatMap(([, line = '']) => commandLinesIn(line));
  const program = new Command();

  beforeAll(async () => {
    for (const load of Object.values(COMMANDS)) (await load())(program);
  });

  test('has a workflow that previews, asks the policies, tells differences and uploads findings', () => {
    expect(inWorkflow.map(([name]) => name)).toEqual(['pulumi', 'check', 'check', 'diff']);
    expect(steps.some(({ uses }) => uses?.startsWith('github/codeql-action/upload-sarif') === true)).toBe(true);
    expect(steps.some(({ run }) => run?.includes('gh pr comment') === true)).toBe(true);
  });

  test('names commands and options only that the command line has', () => {
    for (const [name, ...words] of [...inWorkflow, ...inText]) {
      expect(Object.keys(COMMANDS)).toContain(name);
      // What follows `pulumi` is Pulumi's.
      if (name === 'pulumi') continue;
      const known = program.commands.find((command) => command.name() === name)?.options.map(({ long }) => long);
      for (const option of words.filter((word) => word.startsWith('--'))) expect(known).toContain(option);
    }
  });
});

/** The words of each call of Flotilla in a script, without its own name and without redirections. */
function commandLinesIn(script: string): readonly (readonly string[])[] {
  return [...script.matchAll(/\.\/flotilla ([^\n>|]+)/g)].map(([, words = '']) => words.trim().split(/\s+/));
}
