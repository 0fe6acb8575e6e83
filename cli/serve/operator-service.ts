import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { PORTS } from '../../constructs/kubernetes/shared/ports.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { ACCOUNT_FOLDER, accountApi, apiServerAddress, inPod, parsePort, stopSignal } from './in-pod.ts';
import { tracingSettings } from './tracing-settings.ts';

interface OperatorCommandOptions {
  readonly dataPlane: string;
  readonly dnsZone: string;
  readonly dnsServers?: string;
  readonly account: string;
  readonly namespaceFile?: string;
  readonly healthPort: number;
  readonly metricsPort: number;
}

/** `flotilla serve operator`: turns PSCs into running Kafka. */
export function addOperatorService(serve: Command): void {
  serve
    .command('operator')
    .description('turn the PSCs of a data plane into running Kafka, and keep them so')
    .requiredOption('--data-plane <file>', 'the data plane that it serves, as synth has written it')
    .requiredOption('--dns-zone <domain>', 'zone that external host names are records of')
    .option('--dns-servers <addresses>', "the zone's servers, with commas between (default: those of its NS records)")
    .option('--account <folder>', "files of the pod's service account", ACCOUNT_FOLDER)
    .option('--namespace-file <file>', "file with the pod's own namespace, where its lease is (default: the account's)")
    .option('--health-port <number>', 'port of /healthz and /readyz', parsePort, PORTS.health)
    .option('--metrics-port <number>', 'port of /metrics', parsePort, PORTS.metrics)
    .action(async (options: OperatorCommandOptions) => {
      await serveUntilStopped(options);
    });
}

async function serveUntilStopped(options: OperatorCommandOptions): Promise<void> {
  const { account, healthPort, metricsPort } = options;
  const server = apiServerAddress(process.env);
  const traced = tracingSettings(process.env, 'flotilla-operator');
  const { serveOperator } = await import('../../operators/psc/serve-operator.ts');
  const { authoritativeNames } = await import('../../operators/psc/names/names-port.ts');
  const signal = stopSignal();
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  };
  const serve = async (): Promise<void> => {
    const dataPlane = await readDataPlane(options.dataPlane);
    // The packages are loaded only where somebody takes spans.
    const tracing = traced && (await import('../../operators/runtime/tracing.ts')).startTracing(traced);
    await serveOperator({
      ...(tracing === undefined ? {} : { steps: tracing.steps }),
      api: await accountApi(server, account),
      dataPlane,
      names: authoritativeNames({
        zone: options.dnsZone,
        ...(options.dnsServers === undefined ? {} : { servers: options.dnsServers.split(',') }),
        clock: { nowMs: () => Date.now() },
        onProblem: oncePer(NAMES_PROBLEM_INTERVAL_MS, log),
      }),
      namespace: (await readFile(options.namespaceFile ?? `${account}/namespace`, 'utf8')).trim(),
      // Kubernetes gives each pod its own name as its host's.
      pod: hostname(),
      healthPort,
      metricsPort,
      log,
      signal,
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
