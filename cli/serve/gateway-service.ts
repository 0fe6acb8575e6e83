import type { Command } from 'commander';
import { ACCOUNT_FOLDER, accountApi, apiServerAddress, inPod, parsePort, stopSignal } from './in-pod.ts';

interface GatewayCommandOptions {
  readonly routes: string;
  readonly masterSocket: string;
  readonly port: number;
  readonly account: string;
}

/** `flotilla serve gateway`: beside the HAProxy of each gateway pod. */
export function addGatewayService(serve: Command): void {
  serve
    .command('gateway')
    .description("keep the routes of a gateway's HAProxy, beside it in its pod")
    .requiredOption('--routes <folder>', 'folder of route files that HAProxy reads')
    .requiredOption('--master-socket <path>', "socket of HAProxy's master process")
    .requiredOption('--port <number>', 'port of /livez and /readyz', parsePort)
    .option('--account <folder>', "files of the pod's service account", ACCOUNT_FOLDER)
    .action(async (options: GatewayCommandOptions) => {
      await serveUntilStopped(options);
    });
}

async function serveUntilStopped({ routes, masterSocket, port, account }: GatewayCommandOptions): Promise<void> {
  const { serveGateway } = await import('../../operators/gateway/serve-gateway.ts');
  const signal = stopSignal();
  const server = apiServerAddress(process.env);
  const serve = async (): Promise<void> => {
    await serveGateway({
      api: await accountApi(server, account),
      namespaceFile: `${account}/namespace`,
      routesFolder: routes,
      masterSocket,
      port,
      log: (line) => process.stdout.write(`${line}\n`),
      signal,
    });
  };
  await inPod("the gateway's routes cannot be kept", serve, "the account's files, the folder of routes, a free port");
}
