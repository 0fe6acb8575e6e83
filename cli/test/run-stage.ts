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
  /** Aborted: a person has seen enough. */
  readonly signal: AbortSignal;
}

/**
 * Runs one stage to its end and counts what it found; a stage that dies without a report counts as one failure. One that is
 * interrupted is ended, and what it has started is taken away before this resolves.
 */
export async function runStage(stage: Stage, given: RunOptions): Promise<StageResult> {
  const options = { ...given, env: { ...given.env, ...stage.env } };
  const report = join(options.reportDir, `${stage.name}.json`);
  const args = stage.count === 'jest' ? [`--json`, `--outputFile=${report}`, ...options.extraArgs] : [];
  const { exitCode, output } = await run([...stage.command, ...args], options);
  if (options.signal.aborted && stage.afterInterrupt !== undefined) {
    options.onOutput('taking away what was started');
    await run(stage.afterInterrupt, { ...options, signal: NEVER });
  }
  const counted = stage.count === 'jest' ? readJestReport(report) : undefined;
  if (counted === undefined)
    return { stage, output, passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  // A runner can fail without a failed test, for example when a file does not load.
  return { stage, output, ...counted, failed: exitCode === 0 ? counted.failed : Math.max(1, counted.failed) };
}

const NEVER = new AbortController().signal;

async function run(
  command: readonly string[],
  { env, onOutput, signal }: RunOptions,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const [file = '', ...args] = command;
  // A group of its own: Ctrl-C reaches this process alone, which then ends all of the stage, and waits for it.
  const child = spawn(file, args, { cwd: INSTALL_ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGTERM');
    }
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
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
      signal.removeEventListener('abort', end);
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
