import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { PORTS } from '../../constructs/kubernetes/shared/ports.ts';
import type { ControllerOptions } from '../../operators/runtime/serve-in-turns.ts';
import { ACCOUNT_FOLDER, accountApi, parsePort, stopSignal } from './in-pod.ts';

/** What every controller of a data plane can be told. */
export interface ControllerCommandOptions {
  readonly account: string;
  readonly namespaceFile?: string;
  readonly healthPort: number;
  readonly metricsPort: number;
}

export function addControllerOptions(command: Command): Command {
  return command
    .option('--account <folder>', "files of the pod's service account", ACCOUNT_FOLDER)
    .option('--namespace-file <file>', "file with the pod's own namespace, where its lease is (default: the account's)")
    .option('--health-port <number>', 'port of /healthz and /readyz', parsePort, PORTS.health)
    .option('--metrics-port <number>', 'port of /metrics', parsePort, PORTS.metrics);
}

/**
 * @param server the pod's API server, from `apiServerAddress`: who is in no pod is told so before anything is loaded
 * @throws Error where the account's files are not there
 */
export async function controllerOptions(server: string, options: ControllerCommandOptions): Promise<ControllerOptions> {
  const { account, healthPort, metricsPort } = options;
  return {
    api: await accountApi(server, account),
    namespace: (await readFile(options.namespaceFile ?? `${account}/namespace`, 'utf8')).trim(),
    // Kubernetes gives each pod its own name as its host's.
    pod: hostname(),
    healthPort,
    metricsPort,
    log: logLine,
    signal: stopSignal(),
  };
}

export function logLine(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
