import { formatProperties } from '../kafka/properties.ts';
import { MOTHERSHIP_FOLDER } from '../shared/mothership.ts';
import { PORTS } from '../shared/ports.ts';

/** Properties of a Connect worker on the mothership; secrets stay in files that it reads by itself. */
export function connectWorkerProperties(bootstrapServer: string): string {
  const security = clientSecurity();
  return formatProperties([
    {
      comment: 'The group of workers, and the topics that it keeps its state in.',
      settings: {
        'bootstrap.servers': bootstrapServer,
        'group.id': 'flotilla-connect',
        'config.storage.topic': 'flotilla.connect.configs',
        'offset.storage.topic': 'flotilla.connect.offsets',
        'status.storage.topic': 'flotilla.connect.status',
        'config.storage.replication.factor': '3',
        'offset.storage.replication.factor': '3',
        'status.storage.replication.factor': '3',
      },
    },
    {
      comment: 'Records of the outbox and their offsets go in one transaction (KIP-618).',
      settings: { 'exactly.once.source.support': 'enabled' },
    },
    {
      comment: 'Workers pass requests to the one that leads, by address: pods of a Deployment have no names.',
      settings: {
        listeners: `http://0.0.0.0:${PORTS.connect}`,
        'rest.advertised.host.name': '${env:POD_IP}',
        'plugin.path': '/opt/connect/plugins',
        'plugin.discovery': 'service_load',
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
      },
    },
    {
      comment: 'Passwords are read from mounted Secrets, and only from there.',
      settings: {
        'config.providers': 'directory,env',
        'config.providers.directory.class': 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
        'config.providers.directory.param.allowed.paths': '/etc/flotilla',
        'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
        'config.providers.env.param.allowlist.pattern': '^POD_IP$',
      },
    },
    {
      comment: 'TLS and SCRAM to the mothership, for the group itself and for all clients of its connectors.',
      settings: Object.fromEntries(
        ['', 'producer.', 'consumer.', 'admin.'].flatMap((prefix) =>
          Object.entries(security).map(([key, value]) => [`${prefix}${key}`, value]),
        ),
      ),
    },
  ]);
}

function clientSecurity(): Readonly<Record<string, string>> {
  const secret = (key: string): string => `\${directory:${MOTHERSHIP_FOLDER.path}:${key}}`;
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
      `username="${secret('username')}" password="${secret('password')}";`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${MOTHERSHIP_FOLDER.path}/ca.crt`,
  };
}
