import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALL_ROOT } from '../project.ts';
import type { Stage } from './stages.ts';

export interface StageResult {
  readonly stage: Stage;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly output: string;
}

interface RunOptions {
  /** Folder for the reports of the runners. */
  readonly reportDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onOutput: (line: string) => void;
  /** Passed on to stages that count tests, as in a file pattern. */
  readonly extraArgs: readonly string[];
}

/** Runs one stage to its end and counts what it found; a stage that dies without a report counts as one failure. */
export async function runStage(stage: Stage, options: RunOptions): Promise<StageResult> {
  const report = join(options.reportDir, `${stage.name}.json`);
  const args = stage.count === 'jest' ? [`--json`, `--outputFile=${report}`, ...options.extraArgs] : [];
  const { exitCode, output } = await run([...stage.command, ...args], options);
  const counted = stage.count === 'jest' ? readJestReport(report) : undefined;
  if (counted === undefined)
    return { stage, output, passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  // A runner can fail without a failed test, for example when a file does not load.
  return { stage, output, ...counted, failed: exitCode === 0 ? counted.failed : Math.max(1, counted.failed) };
}

async function run(
  command: readonly string[],
  { env, onOutput }: RunOptions,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: INSTALL_ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  const collect = (chunk: Buffer): void => {
    const text = chunk.toString();
    // Jest sends its JSON to the file and a copy of its human report to stderr; both streams are worth keeping.
    chunks.push(text);
    const line = text.trimEnd().split('\n').at(-1)?.trim();
    if (line !== undefined && line !== '') onOutput(line);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ exitCode: code ?? 1, output: chunks.join('') });
    });
  });
}

function readJestReport(file: string): Pick<StageResult, 'passed' | 'failed' | 'skipped'> | undefined {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No report: the runner died before it could write one, and its exit code and output say why.
    return undefined;
  }
  if (typeof report !== 'object' || report === null) return undefined;
  const figure = (name: string): number => {
    const value: unknown = Reflect.get(report, name);
    return typeof value === 'number' ? value : 0;
  };
  return {
    passed: figure('numPassedTests'),
    failed: figure('numFailedTests') + figure('numRuntimeErrorTestSuites'),
    skipped: figure('numPendingTests') + figure('numTodoTests'),
  };
}
