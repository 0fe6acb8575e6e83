import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Listr, PRESET_TIMER, type ListrTask } from 'listr2';
import { PATHS } from '../project.ts';
import { runStage, type StageResult } from '../test/run-stage.ts';
import { STAGES, type Stage } from '../test/stages.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** The machine that CI promises has two cores. */
const PARALLEL_STAGES = 2;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface TestOptions {
  readonly only?: string;
}

/** `flotilla test`: every check and test of the project. */
export function addTestCommand(program: Command): void {
  program
    .command('test')
    .description('run every check and test of the project')
    .argument('[pattern...]', 'only test files whose path matches')
    .option('--only <stages>', `comma-separated: ${STAGES.map(({ name }) => name).join(', ')}`)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla test\n  $ ./flotilla test --only lint,types\n  $ ./flotilla test --only unit capacity',
    )
    .action(async (patterns: readonly string[], options: TestOptions) => {
      process.exitCode = await test(patterns, chooseStages(options.only));
    });
}

function chooseStages(only: string | undefined): readonly Stage[] {
  if (only === undefined) return STAGES;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new UserError(`there is no stage ${unknown.map((name) => `"${name}"`).join(', ')}`, {
      hint: `choose from: ${STAGES.map(({ name }) => name).join(', ')}`,
    });
  }
  return STAGES.filter(({ name }) => names.includes(name));
}

async function test(patterns: readonly string[], stages: readonly Stage[]): Promise<number> {
  const reportDir = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  const results: StageResult[] = [];
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  const toTask = (stage: Stage): ListrTask => ({
    title: stage.title,
    task: async (_context, task) => {
      if (stop.signal.aborted) throw new Error('interrupted before it began');
      const result = await runStage(stage, {
        reportDir,
        // The project's own Node before the machine's, for everything that stages start.
        env: { ...process.env, PATH: `${dirname(PATHS.node)}${delimiter}${process.env['PATH'] ?? ''}` },
        extraArgs: patterns,
        signal: stop.signal,
        onOutput: (line) => {
          // Where every line stays on the screen, only the long stages say how far they are.
          if (process.stdout.isTTY || stage.share === 'alone') task.output = line;
        },
      });
      results.push(result);
      task.title = `${stage.title}: ${tally([result])}`;
      if (result.failed > 0) throw new Error(`${stage.name} failed`);
    },
  });
  for (const name of STOP_SIGNALS) process.on(name, interrupt);
  try {
    const sharing = (share: Stage['share']): ListrTask[] => stages.filter((stage) => stage.share === share).map(toTask);
    const inTurn = [
      group('Checks and tests', sharing('parallel'), PARALLEL_STAGES),
      group('End to end', sharing('alone'), 1),
    ];
    await new Listr([group('Beside all others', sharing('background'), 1), group('One after the other', inTurn, 1)], {
      concurrent: true,
      exitOnError: false,
      collectErrors: false,
      // It would end this process at once, before what was started is taken away.
      registerSignalListeners: false,
      rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, collapseErrors: false },
      fallbackRenderer: 'simple',
      fallbackRendererOptions: { timer: PRESET_TIMER },
    }).run();
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, interrupt);
    rmSync(reportDir, { recursive: true, force: true });
  }
  for (const { stage, output, failed } of results) {
    if (failed > 0) process.stdout.write(`\n===== ${stage.title} =====\n${output.trimEnd()}\n`);
  }
  process.stdout.write(`\n${tally(results)}\n`);
  return results.some(({ failed }) => failed > 0) || results.length < stages.length
    ? EXIT_CODES.findings
    : EXIT_CODES.ok;
}

function group(title: string, tasks: ListrTask[], concurrent: number): ListrTask {
  return {
    title,
    skip: () => tasks.length === 0,
    task: (_context, task) => task.newListr(tasks, { concurrent, exitOnError: false }),
  };
}

function tally(results: readonly StageResult[]): string {
  const sum = (figure: 'passed' | 'failed' | 'skipped'): number =>
    results.reduce((total, result) => total + result[figure], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
