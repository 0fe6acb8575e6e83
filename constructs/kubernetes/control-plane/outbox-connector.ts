import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';

/**
 * Contract of the outbox with whoever writes it: one row per record, in the transaction that makes the change.
 * A row says the topic, the key and the bytes of its record, and what goes into the headers.
 */
export const OUTBOX = {
  table: 'public.outbox',
  /** Made by the migrations: Debezium's role may only read and replicate. */
  publication: 'flotilla_outbox',
  slot: 'flotilla_outbox',
  columns: {
    id: 'id',
    topic: 'topic',
    key: 'record_key',
    value: 'record_value',
    kubernetesCluster: 'kubernetes_cluster_id',
    traceContext: 'traceparent',
  },
} as const;

/** Name of the connector of the outbox. */
export const OUTBOX_CONNECTOR = 'outbox';

/**
 * Config of the connector that carries the rows of the outbox to the mothership, each exactly once.
 *
 * @param credentialsFolder where workers find the files of its role in the database
 */
export function outboxConnectorConfig(
  database: DatabaseOutputs,
  credentialsFolder: string,
  tls: 'verify-full' | 'disable',
): Readonly<Record<string, string>> {
  const secret = (key: string): string => `\${directory:${credentialsFolder}:${key}}`;
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    'database.hostname': database.host,
    'database.port': String(database.port),
    'database.dbname': database.name,
    'database.user': secret('username'),
    'database.password': secret('password'),
    'database.sslmode': tls,
    ...(tls === 'disable' ? {} : { 'database.sslrootcert': `${credentialsFolder}/ca.crt` }),
    'topic.prefix': TOPIC_PREFIX,
    ...REPLICATION,
    ...ROUTING,
    ...CONVERSION,
    ...TOPICS,
    // Ask for it outright: where the worker could not give it, the connector fails instead of repeating records.
    'exactly.once.support': 'required',
  };
}

const TOPIC_PREFIX = 'flotilla.outbox';

const REPLICATION = {
  'plugin.name': 'pgoutput',
  'slot.name': OUTBOX.slot,
  'publication.name': OUTBOX.publication,
  'publication.autocreate.mode': 'disabled',
  'table.include.list': OUTBOX.table,
  // Rows are deleted once they are sent: what is there before the slot was made was sent by an earlier one.
  'snapshot.mode': 'no_data',
  // Without traffic on the outbox the slot would keep the log of the whole database.
  'heartbeat.interval.ms': '5000',
  'tombstones.on.delete': 'false',
};

const { columns } = OUTBOX;

const ROUTING = {
  transforms: 'outbox',
  'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
  // Heartbeats are no rows of the outbox, and the router would fail on them.
  'transforms.outbox.predicate': 'isOutbox',
  predicates: 'isOutbox',
  'predicates.isOutbox.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
  'predicates.isOutbox.pattern': `${TOPIC_PREFIX}.${OUTBOX.table}`.replaceAll('.', '\\.'),
  'transforms.outbox.table.field.event.id': columns.id,
  'transforms.outbox.table.field.event.key': columns.key,
  'transforms.outbox.table.field.event.payload': columns.value,
  'transforms.outbox.table.fields.additional.placement': [
    `${columns.kubernetesCluster}:header:k8s-cluster-id`,
    `${columns.traceContext}:header:traceparent`,
  ].join(','),
  'transforms.outbox.route.by.field': columns.topic,
  'transforms.outbox.route.topic.replacement': '${routedByValue}',
};

/** Values are protobuf already: they pass byte for byte. Heartbeats, which have no bytes, go as JSON. */
const CONVERSION = {
  'binary.handling.mode': 'bytes',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'io.debezium.converters.BinaryDataConverter',
  'value.converter.delegate.converter.type': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.delegate.converter.type.schemas.enable': 'false',
};

const TOPICS = {
  'topic.creation.default.replication.factor': '3',
  'topic.creation.default.partitions': '1',
  'topic.creation.default.cleanup.policy': 'compact',
};
