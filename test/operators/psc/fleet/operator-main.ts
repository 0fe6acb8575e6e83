import { readFile } from 'node:fs/promises';
import type { DataPlane } from '../../../../contracts/data-plane.ts';
import { authoritativeNames } from '../../../../operators/psc/names/names-port.ts';
import { serveOperator } from '../../../../operators/psc/serve-operator.ts';
import { apiServer } from '../../../../operators/runtime/api-server.ts';
import { askParent, linkedKafkaPort } from './kafka-link.ts';

/* The operator as `flotilla serve operator` wires it, with Kafka asked by messages: `node operator-main.ts SETTINGS_FILE`. */

/** Content of the settings file. */
export interface OperatorSettings {
  readonly server: string;
  readonly caFile: string;
  readonly tokenFile: string;
  readonly namespace: string;
  readonly dataPlane: DataPlane;
  readonly dnsZone: string;
  /** `address:port`. */
  readonly dnsServer: string;
  readonly healthPort: number;
  readonly metricsPort: number;
}

const settings = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as OperatorSettings;
const ending = new AbortController();
process.once('SIGTERM', () => {
  ending.abort();
});
process.once('disconnect', () => process.exit(1));
const ask = askParent();
await serveOperator({
  api: await apiServer({
    server: settings.server,
    caFile: settings.caFile,
    identity: { tokenFile: settings.tokenFile },
  }),
  dataPlane: settings.dataPlane,
  names: authoritativeNames({
    zone: settings.dnsZone,
    servers: [settings.dnsServer],
    clock: { nowMs: () => Date.now() },
  }),
  kafkaPort: (options) => linkedKafkaPort(options, ask),
  namespace: settings.namespace,
  pod: 'operator-0',
  healthPort: settings.healthPort,
  metricsPort: settings.metricsPort,
  log: (line) => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  },
  signal: ending.signal,
});
process.exit(0);
