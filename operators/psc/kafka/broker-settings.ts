import {
  ClientQuotaEntityTypes,
  ClientQuotaMatchTypes,
  ConfigResourceTypes,
  type Connection,
  describeClientQuotasV0,
  describeConfigsV4,
} from '@platformatic/kafka';

/** Dynamic settings that hold for all brokers. Values that Kafka hides, such as passwords, are left out. */
export async function readClusterSettings(connection: Connection): Promise<Readonly<Record<string, string>>> {
  const configs = await describeBroker(connection, '');
  return Object.fromEntries(configs.flatMap(({ name, value }) => (typeof value !== 'string' ? [] : [[name, value]])));
}

/** Names of settings that a broker takes while it runs, and for all brokers at once. */
export async function readDynamicSettings(connection: Connection, id: number): Promise<ReadonlySet<string>> {
  const configs = await describeBroker(connection, String(id));
  const names = configs.filter(({ readOnly }) => !readOnly).map(({ name }) => name);
  return new Set(names.filter((name) => !isForOneBrokerOnly(name)));
}

/** Bytes per second that a user without a quota of its own gets from one broker. */
export async function readDefaultUserQuota(connection: Connection): Promise<Readonly<Record<string, number>>> {
  const { entries } = await describeClientQuotasV0.api.async(
    connection,
    [{ entityType: ClientQuotaEntityTypes.USER, matchType: ClientQuotaMatchTypes.DEFAULT }],
    // Not those of a client id of the default user.
    true,
  );
  return Object.fromEntries((entries ?? []).flatMap(({ values }) => values.map(({ key, value }) => [key, value])));
}

/**
 * Whether Kafka takes a dynamic setting for a single broker only: what belongs to a listener's security and address. Kafka
 * calls them per-broker configs in its documentation and refuses them for all brokers (KIP-226); DescribeConfigs shows no
 * difference.
 */
export function isForOneBrokerOnly(name: string): boolean {
  const own = name.replace(LISTENER_PREFIX, '');
  if (CLUSTER_WIDE_OF_LISTENERS.has(own)) return false;
  return own !== name || OWN_SETTINGS.has(name) || /^(ssl|sasl)\./.test(name);
}

const LISTENER_PREFIX = /^listener\.name\.[^.]+\./;
const CLUSTER_WIDE_OF_LISTENERS: ReadonlySet<string> = new Set([
  'max.connections',
  'max.connection.creation.rate',
  'num.network.threads',
]);
const OWN_SETTINGS: ReadonlySet<string> = new Set([
  'listeners',
  'advertised.listeners',
  'listener.security.protocol.map',
  'principal.builder.class',
  // Names folders of one broker (KIP-1066).
  'cordoned.log.dirs',
]);

async function describeBroker(
  connection: Connection,
  resourceName: string,
): Promise<
  readonly { readonly name: string; readonly value?: string | null | undefined; readonly readOnly: boolean }[]
> {
  const { results } = await describeConfigsV4.api.async(
    connection,
    [{ resourceType: ConfigResourceTypes.BROKER, resourceName, configurationKeys: null }],
    false,
    false,
  );
  return results.flatMap(({ configs }) => configs);
}
