import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { EVICTION_WEBHOOK } from '../../contracts/eviction-webhook.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import {
  addControllerOptions,
  type ControllerCommandOptions,
  controllerOptions,
  logLine,
} from './controller-options.ts';
import { apiServerAddress, inPod, parsePort } from './in-pod.ts';
import { tracingSettings } from './tracing-settings.ts';

interface OperatorCommandOptions extends ControllerCommandOptions {
  readonly dataPlane: string;
  readonly dnsZone: string;
  readonly dnsServers?: string;
  readonly webhookPort: number;
}

/** `flotilla serve operator`: turns PSCs into running Kafka. */
export function addOperatorService(serve: Command): void {
  const command = serve
    .command('operator')
    .description('turn the PSCs of a data plane into running Kafka, and keep them so')
    .requiredOption('--data-plane <file>', 'the data plane that it serves, as synth has written it')
    .requiredOption('--dns-zone <domain>', 'zone that external host names are records of')
    .option('--dns-servers <addresses>', "the zone's servers, with commas between (default: those of its NS records)");
  command.option('--webhook-port <number>', 'port on which evictions are answered', parsePort, EVICTION_WEBHOOK.port);
  addControllerOptions(command).action(async (options: OperatorCommandOptions) => {
    await serveUntilStopped(options);
  });
}

async function serveUntilStopped(options: OperatorCommandOptions): Promise<void> {
  const server = apiServerAddress(process.env);
  const traced = tracingSettings(process.env, 'flotilla-operator');
  const { serveOperator } = await import('../../operators/psc/serve-operator.ts');
  const { authoritativeNames } = await import('../../operators/psc/names/names-port.ts');
  const serve = async (): Promise<void> => {
    const dataPlane = await readDataPlane(options.dataPlane);
    const controller = await controllerOptions(server, options);
    // The packages are loaded only where somebody takes spans.
    const tracing = traced && (await import('../../operators/runtime/tracing.ts')).startTracing(traced);
    await serveOperator({
      ...controller,
      ...(tracing === undefined ? {} : { steps: tracing.steps }),
      dataPlane,
      evictionPort: options.webhookPort,
      names: authoritativeNames({
        zone: options.dnsZone,
        ...(options.dnsServers === undefined ? {} : { servers: options.dnsServers.split(',') }),
        clock: { nowMs: () => Date.now() },
        onProblem: oncePer(NAMES_PROBLEM_INTERVAL_MS, logLine),
      }),
    }).finally(() => tracing?.stop());
  };
  await inPod('the operator cannot serve', serve, "the account's files, the file of its data plane, free ports");
}

async function readDataPlane(file: string): Promise<DataPlane> {
  const { parseDataPlane } = await import('../../constructs/kubernetes/data-plane/parse-data-plane.ts');
  const parsed = parseDataPlane(await readFile(file, 'utf8'));
  if (parsed.ok) return parsed.value;
  const lines = parsed.violations.map(
    ({ path, value, rule }) =>
      `  ${path === '' ? 'the file' : path} is ${value === undefined ? 'absent' : JSON.stringify(value)}; wanted: ${rule}`,
  );
  throw new UserError([`${file} is no data plane`, ...lines].join('\n'), {
    hint: 'give the file that ./flotilla synth writes into the ConfigMap data-plane',
    exitCode: EXIT_CODES.usage,
  });
}

const NAMES_PROBLEM_INTERVAL_MS = 60_000;

/** Says the same thing once in a while: what is waited for is asked for every second. */
function oncePer(intervalMs: number, log: (line: string) => void): (message: string) => void {
  const saidAtMs = new Map<string, number>();
  return (message) => {
    const nowMs = performance.now();
    for (const [said, atMs] of saidAtMs) if (nowMs - atMs >= intervalMs) saidAtMs.delete(said);
    if (saidAtMs.has(message)) return;
    saidAtMs.set(message, nowMs);
    log(`names: ${message}`);
  };
}
