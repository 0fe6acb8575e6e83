import { clientHost } from '../client/client-objects.ts';
import { kafkaBootstrap, kafkaClientSecurity, KAFKA_CREDENTIALS_FOLDER, kafkaUser } from '../client/kafka-access.ts';
import { formatProperties } from '../kafka/properties.ts';
import { PORTS } from '../shared/ports.ts';
import type { KsqlDbView } from './ksqldb-view.ts';

/** Where the start script finds and leaves things. */
export const KSQLDB_PATHS = {
  CONFIG_DIR: '/etc/flotilla/ksqldb',
  CREDENTIALS_DIR: KAFKA_CREDENTIALS_FOLDER,
  /** In memory: the settings with the password are composed there. */
  RUN_DIR: '/run/ksqldb',
  DATA_DIR: '/var/lib/ksqldb',
} as const;

export const KSQLDB_FILES = { properties: 'ksql-server.properties', script: 'run.sh' } as const;

/** Settings that are the same for all nodes and hold no secret; the start script adds the others. */
export function ksqlDbProperties(view: KsqlDbView): string {
  const own = Object.entries(view.ksqldb.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const said = new Set(own.map(([key]) => key));
  const security = Object.entries(kafkaClientSecurity(() => '')).filter(([key]) => key !== JAAS);
  return formatProperties([
    {
      comment: 'The cluster that the nodes make together.',
      settings: {
        'bootstrap.servers': kafkaBootstrap(view),
        // ksqlDB makes prefixes of topics and groups from it.
        'ksql.service.id': `${kafkaUser(view)}_`,
        listeners: `http://0.0.0.0:${PORTS.ksqldb}`,
        'ksql.streams.state.dir': `${KSQLDB_PATHS.DATA_DIR}/state`,
      },
    },
    { comment: 'TLS and SCRAM to the Kafka cluster.', settings: Object.fromEntries(security) },
    {
      comment: 'What a PSC may say otherwise: every topic that ksqlDB makes outlives the loss of a broker.',
      settings: Object.fromEntries(Object.entries(defaults(view)).filter(([key]) => !said.has(key))),
    },
    ...(own.length === 0 ? [] : [{ comment: 'From spec.ksqldb.config.', settings: Object.fromEntries(own) }]),
  ]);
}

const JAAS = 'sasl.jaas.config';

function defaults({ ksqldb: { nodes } }: KsqlDbView): Readonly<Record<string, string>> {
  return {
    'ksql.internal.topic.replicas': '3',
    'ksql.streams.replication.factor': '3',
    // Another node has the state of each task: it is not read anew from Kafka when a node is replaced.
    'ksql.streams.num.standby.replicas': nodes > 1 ? '1' : '0',
  };
}

/**
 * Start of a node. What the image must have: `sh`, `cat`, and `ksql-server-start` in the PATH, which takes a properties file. The
 * password goes from its file into a file in memory: neither the command line nor the environment may hold it.
 */
export function ksqlDbScript(view: KsqlDbView): string {
  const login = kafkaClientSecurity((file) => (file === 'username' ? '$username' : '$password'))[JAAS] ?? '';
  const { CONFIG_DIR, CREDENTIALS_DIR, RUN_DIR } = KSQLDB_PATHS;
  return `#!/bin/sh
set -eu
umask 077
: "\${POD_NAME:?}"
CONFIG_DIR=\${CONFIG_DIR:-${CONFIG_DIR}} CREDENTIALS_DIR=\${CREDENTIALS_DIR:-${CREDENTIALS_DIR}} RUN_DIR=\${RUN_DIR:-${RUN_DIR}}
username=$(cat "$CREDENTIALS_DIR/username")
password=$(cat "$CREDENTIALS_DIR/password")
{
  cat "$CONFIG_DIR/${KSQLDB_FILES.properties}"
  cat <<END
ksql.advertised.listener=http://${clientHost(view, '$POD_NAME')}:${PORTS.ksqldb}
${JAAS}=${login}
END
} > "$RUN_DIR/${KSQLDB_FILES.properties}"
exec ksql-server-start "$RUN_DIR/${KSQLDB_FILES.properties}"
`;
}
