import type { Command } from 'commander';
import { addBalancerService } from '../serve/balancer-service.ts';
import { addGatewayService } from '../serve/gateway-service.ts';
import { addOperatorService } from '../serve/operator-service.ts';

/** Each service of the platform that there is a program for, by its sub-command. */
const SERVICES = {
  gateway: addGatewayService,
  operator: addOperatorService,
  balancer: addBalancerService,
} as const satisfies Record<string, (serve: Command) => void>;

/** Sub-commands of `flotilla serve`; manifests may name others, whose programs are not written yet. */
export const SERVICE_NAMES: ReadonlySet<string> = new Set(Object.keys(SERVICES));

/** `flotilla serve <service>`: the services of the platform, as its pods run them. */
export function addServeCommand(program: Command): void {
  const serve = program
    .command('serve')
    .description('run one service of the platform, as its pods do')
    .addHelpText('after', EXAMPLES);
  for (const add of Object.values(SERVICES)) add(serve);
}

const EXAMPLES = `
Each needs the files that its pod mounts; for all of them on a machine of your own, use ./flotilla up.

Examples:
  $ ./flotilla serve gateway --routes /var/lib/haproxy/routes --master-socket /run/haproxy/master.sock --port 8406
  $ ./flotilla serve operator --data-plane=/etc/flotilla/data-plane/data-plane.json --dns-zone=us-west-2.example.com
  $ ./flotilla serve balancer --dead-after 30`;
