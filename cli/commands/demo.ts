import type { Command } from 'commander';
import { runDemo } from '../local/demo.ts';
import { type DemoReport } from '../local/demo-meter.ts';
import { MIN_RECORD_BYTES } from '../local/demo-record.ts';
import { inLocalRegion } from '../local/in-local-region.ts';
import { tenantAccess, tenantNames } from '../local/tenant-access.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

interface DemoOptions {
  readonly rate: string;
  readonly bytes: string;
  readonly seconds?: string;
}

/** `flotilla demo`: a small producer and consumer of a tenant, with a live line of what they see. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('produce and consume with a live line of rate and latency, until Ctrl-C')
    .argument('[tenant]', 'default: the first tenant of the region')
    .option('--rate <records>', 'records a second', '100')
    .option('--bytes <bytes>', 'size of a record', '512')
    .option('--seconds <seconds>', 'end after so long')
    .addHelpText(
      'after',
      `
The producer is idempotent and waits for all replicas in sync. Break something while it runs: ./flotilla fault --help.
Exit code 1: a record was lost, came twice or could not be sent.

Examples:
  $ sudo ./flotilla demo
  $ sudo ./flotilla demo demo --rate 1000 --bytes 1024 --seconds 60`,
    )
    .action(async (tenant: string | undefined, options: DemoOptions) => {
      const plan = planOf(options);
      await inLocalRegion(process.env, async (region) => {
        const [first] = tenantNames(region);
        const { access } = await tenantAccess(region, tenant ?? first ?? '');
        process.exitCode = await demo(access, plan);
      });
    });
}

type Access = Awaited<ReturnType<typeof tenantAccess>>['access'];

interface Plan {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly durationMs?: number;
}

function planOf({ rate, bytes, seconds }: DemoOptions): Plan {
  return {
    recordsPerSecond: wholeNumber('--rate', rate, 1),
    recordBytes: wholeNumber('--bytes', bytes, MIN_RECORD_BYTES),
    ...(seconds === undefined ? {} : { durationMs: wholeNumber('--seconds', seconds, 1) * 1000 }),
  };
}

async function demo(access: Access, plan: Plan): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.once('SIGINT', interrupt);
  try {
    const isTerminal = process.stdout.isTTY;
    const report = await runDemo(access, {
      ...plan,
      signal: stop.signal,
      lineIntervalMs: isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS,
      onLine: (line) => process.stdout.write(isTerminal ? `${CLEAR_LINE}${line}` : `${line}\n`),
    });
    process.stdout.write(`${isTerminal ? CLEAR_LINE : ''}${reportText(report)}\n`);
    return report.missing + report.duplicated + report.failed === 0 ? EXIT_CODES.ok : EXIT_CODES.findings;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

const CLEAR_LINE = '\r\u001b[2K';
const TERMINAL_INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 5_000;

function reportText({ acknowledged, received, missing, duplicated, failed }: DemoReport): string {
  return `acknowledged ${acknowledged}, received ${received}, lost ${missing}, twice ${duplicated}, failed to send ${failed}`;
}

function wholeNumber(option: string, text: string, min: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min) return value;
  throw new UserError(`${option}: "${text}" is no whole number from ${min}`, {
    hint: `give one, as in ${option} 1000`,
  });
}
