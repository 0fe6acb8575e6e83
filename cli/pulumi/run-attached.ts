import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';

export interface AttachedRun {
  readonly exitCode: number;
  /** What was said to be wrong: the engine's messages and the diagnostics of its operations. */
  readonly complaints: string;
}

/** Runs `pulumi <args>` at the terminal as if it had been called itself; signals of the terminal are its own to answer. */
export async function runAttached(
  { command, env }: PulumiTools,
  args: readonly string[],
  cwd: string,
): Promise<AttachedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-pulumi-'));
  try {
    const log = join(folder, 'events.json');
    const isLogged = takesEventLog(args);
    const child = spawn(command, isLogged ? [...args, '--event-log', log] : args, {
      cwd,
      // The engine knows the log's flag only with this.
      env: isLogged ? { PULUMI_DEBUG_COMMANDS: 'true', ...env } : env,
      stdio: ['inherit', 'inherit', 'pipe'],
    });
    const kept: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      kept.push(text);
    });
    const exitCode = await ended(child);
    return { exitCode, complaints: [...kept, ...diagnostics(log)].join('\n') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ended(child: ReturnType<typeof spawn>): Promise<number> {
  // The terminal sends Ctrl-C to both: the engine answers by ending its operation well, and this waits for it.
  const wait = (): void => undefined;
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on('SIGINT', wait);
  process.on('SIGTERM', pass);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        // As shells report a signal.
        resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal]));
      });
    });
  } finally {
    process.off('SIGINT', wait);
    process.off('SIGTERM', pass);
  }
}

const OPERATIONS: ReadonlySet<string> = new Set(['preview', 'pre', 'up', 'update', 'refresh', 'destroy', 'down', 'dn']);

/** Operations draw on the terminal what they have to say; their log is the only place to read it again. */
function takesEventLog(args: readonly string[]): boolean {
  const isOperation = args.some((arg) => OPERATIONS.has(arg));
  return isOperation && !args.some((arg) => /^(--event-log|--help|-h$)/.test(arg));
}

/** One JSON object to a line (`apitype.EngineEvent`); a run that was cut off may leave half a line. */
function diagnostics(log: string): readonly string[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const { diagnosticEvent } = eventOf(line);
      return diagnosticEvent === undefined ? [] : [diagnosticEvent.message];
    });
}

interface EngineEvent {
  readonly diagnosticEvent?: { readonly message: string };
}

function eventOf(line: string): EngineEvent {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
