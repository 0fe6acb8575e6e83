import { type Command, InvalidArgumentError } from 'commander';
import { addControllerOptions, type ControllerCommandOptions, controllerOptions } from './controller-options.ts';
import { apiServerAddress, inPod } from './in-pod.ts';

interface BalancerCommandOptions extends ControllerCommandOptions {
  readonly deadAfter?: number;
}

/** `flotilla serve balancer`: keeps the brokers of all PSCs evenly loaded. */
export function addBalancerService(serve: Command): void {
  const command = serve
    .command('balancer')
    .description("keep the brokers of a data plane's PSCs evenly loaded, and empty those that are to go")
    .option(
      '--dead-after <minutes>',
      'a broker that is away for longer is given up, and its replicas are made anew (default: 15)',
      parseMinutes,
    );
  addControllerOptions(command).action(async (options: BalancerCommandOptions) => {
    const server = apiServerAddress(process.env);
    const { serveBalancer } = await import('../../operators/balancer/service/serve-balancer.ts');
    const serveIt = async (): Promise<void> => {
      const { deadAfter } = options;
      await serveBalancer({
        ...(await controllerOptions(server, options)),
        ...(deadAfter === undefined ? {} : { decide: { execute: { deadAfterMs: deadAfter * MINUTE_MS } } }),
      });
    };
    await inPod('the balancer cannot serve', serveIt, "the account's files, free ports");
  });
}

const MINUTE_MS = 60_000;

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isFinite(minutes) && minutes >= 1) return minutes;
  throw new InvalidArgumentError('it must be a number of minutes, at least 1.');
}
