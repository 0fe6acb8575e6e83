import { RefusedError } from '../../../operators/psc/ports.ts';

/** Settings that a broker says it takes while it runs (Kafka 4.3, DescribeConfigs), as far as the workload uses them. */
export const DYNAMIC_SETTINGS: ReadonlySet<string> = new Set([
  'log.retention.ms',
  'log.segment.bytes',
  'message.max.bytes',
  'compression.type',
]);

/** Taken as well, though no broker names them: DescribeConfigs knows no settings of single listeners. */
const LISTENER_SETTINGS: ReadonlySet<string> = new Set([
  'listener.name.external.max.connections',
  'listener.name.external.max.connection.creation.rate',
]);

/** Client quotas by their names in Kafka. */
const QUOTAS: ReadonlySet<string> = new Set([
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
]);

/** @throws RefusedError for a value that Kafka does not take */
export function refuseSettings(set: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(set)) {
    if (!DYNAMIC_SETTINGS.has(key) && !LISTENER_SETTINGS.has(key))
      throw new RefusedError(`cannot update ${key} dynamically`);
    if (value.startsWith('bogus')) throw new RefusedError(`invalid value ${value} for ${key}`);
  }
}

/** @throws RefusedError for a name that Kafka does not have */
export function refuseQuotas(values: Readonly<Record<string, number>>): void {
  const unknown = Object.keys(values).find((key) => !QUOTAS.has(key));
  if (unknown !== undefined) throw new RefusedError(`unknown quota ${unknown}`);
}
