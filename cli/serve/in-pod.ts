import { InvalidArgumentError } from 'commander';
import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** Where Kubernetes mounts the files of a pod's service account. */
export const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Aborted when the process is asked to stop. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}

/** Kubernetes tells every pod where its API server is by these variables. @throws UserError where they are not set */
export function apiServerAddress(env: NodeJS.ProcessEnv): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (host === undefined || port === undefined) {
    throw new UserError('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set', {
      hint: 'services run in pods of a Kubernetes cluster; on a machine of your own, use ./flotilla up',
      exitCode: EXIT_CODES.environment,
    });
  }
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The API server as a pod's service account reaches it. */
export async function accountApi(server: string, account: string): Promise<ApiServer> {
  const { apiServer } = await import('../../operators/runtime/api-server.ts');
  return await apiServer({ server, caFile: `${account}/ca.crt`, identity: { tokenFile: `${account}/token` } });
}

/** A port as an option has it. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('it must be a number from 1 to 65535.');
}

/** Runs a service; what the machine denies it is told without a stack. @throws UserError */
export async function inPod(what: string, serve: () => Promise<void>, needs: string): Promise<void> {
  try {
    await serve();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UserError(`${what}: ${error.message}`, {
      hint: `see whether the pod has what its manifest gives it: ${needs}`,
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
}
