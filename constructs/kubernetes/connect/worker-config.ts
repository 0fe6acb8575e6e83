import { clientHost } from '../client/client-objects.ts';
import { kafkaBootstrap, kafkaClientSecurity, KAFKA_CREDENTIALS_FOLDER, kafkaUser } from '../client/kafka-access.ts';
import { formatProperties } from '../kafka/properties.ts';
import { PORTS } from '../shared/ports.ts';
import type { ConnectView } from './connect-view.ts';

/** Internal topics of a Connect cluster, and the group of its workers; the same for a PSC that is made anew under its name. */
export function internalNames(view: Pick<ConnectView, 'name'>): {
  readonly group: string;
  readonly configs: string;
  readonly offsets: string;
  readonly status: string;
} {
  const prefix = `flotilla.connect.${view.name}`;
  return {
    group: kafkaUser({ kind: 'connect', name: view.name }),
    configs: `${prefix}.configs`,
    offsets: `${prefix}.offsets`,
    status: `${prefix}.status`,
  };
}

/** Properties of the workers: the same for all; secrets stay in files that a worker reads by itself. */
export function workerProperties(view: ConnectView): string {
  const { group, configs, offsets, status } = internalNames(view);
  const security = kafkaClientSecurity((file) => `\${directory:${KAFKA_CREDENTIALS_FOLDER}:${file}}`);
  const own = Object.entries(view.connect.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const said = new Set(own.map(([key]) => key));
  return formatProperties([
    {
      comment: 'The group of workers, and the topics that it keeps its state in.',
      settings: {
        'bootstrap.servers': kafkaBootstrap(view),
        'group.id': group,
        'config.storage.topic': configs,
        'offset.storage.topic': offsets,
        'status.storage.topic': status,
        'config.storage.replication.factor': '3',
        'offset.storage.replication.factor': '3',
        'status.storage.replication.factor': '3',
      },
    },
    {
      comment:
        'Records of source connectors and their offsets go in one transaction where a connector can do so (KIP-618).',
      settings: { 'exactly.once.source.support': 'enabled' },
    },
    {
      comment: 'Workers pass requests to the one that leads, by the names of their pods.',
      settings: {
        listeners: `http://0.0.0.0:${PORTS.connect}`,
        'rest.advertised.host.name': clientHost(view, '${env:POD_NAME}'),
        'plugin.path': '/opt/connect/plugins',
        'plugin.discovery': 'service_load',
      },
    },
    {
      comment: 'Secrets are read from mounted files, and only from there.',
      settings: {
        'config.providers': 'directory,env',
        'config.providers.directory.class': 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
        'config.providers.directory.param.allowed.paths': '/etc/flotilla',
        'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
        'config.providers.env.param.allowlist.pattern': '^POD_NAME$',
      },
    },
    {
      comment: 'TLS and SCRAM to the Kafka cluster, for the group itself and for all clients of its connectors.',
      settings: Object.fromEntries(
        ['', 'producer.', 'consumer.', 'admin.'].flatMap((prefix) =>
          Object.entries(security).map(([key, value]) => [`${prefix}${key}`, value]),
        ),
      ),
    },
    {
      comment: 'What a PSC may say otherwise.',
      settings: Object.fromEntries(Object.entries(DEFAULTS).filter(([key]) => !said.has(key))),
    },
    ...(own.length === 0 ? [] : [{ comment: 'From spec.connect.config.', settings: Object.fromEntries(own) }]),
  ]);
}

const DEFAULTS: Readonly<Record<string, string>> = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  // A group that waits for a lost worker (five minutes by default) gives its tasks to nobody until the wait is over, even if
  // the worker is back by then (KIP-415). They keep nothing on its disk: the others take them at once, and the one that comes
  // back gets its share again. The price is a second move in a roll, of seconds.
  'scheduled.rebalance.max.delay.ms': '0',
};
