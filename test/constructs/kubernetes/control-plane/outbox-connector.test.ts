import { describe, expect, test } from '@jest/globals';
import { OUTBOX, outboxConnectorConfig } from '../../../../constructs/kubernetes/control-plane/outbox-connector.ts';

const FOLDER = '/etc/flotilla/secrets/database-connect';
const database = { host: 'database.example.com', port: 5433, name: 'flotilla', addressRanges: ['10.0.250.0/24'] };

describe('the outbox connector', () => {
  const config = outboxConnectorConfig(database, FOLDER, 'verify-full');

  test('routes each row to the topic that the row names, with its cluster in a header', () => {
    expect(config).toMatchObject({
      'transforms.outbox.route.by.field': OUTBOX.columns.topic,
      'transforms.outbox.route.topic.replacement': '${routedByValue}',
      'transforms.outbox.table.fields.additional.placement':
        'kubernetes_cluster_id:header:k8s-cluster-id,traceparent:header:traceparent',
    });
  });

  test('passes heartbeats by, which are no rows', () => {
    const pattern = new RegExp(`^${config['predicates.isOutbox.pattern'] ?? ''}$`);
    expect(pattern.test(`${config['topic.prefix'] ?? ''}.${OUTBOX.table}`)).toBe(true);
    expect(pattern.test(`__debezium-heartbeat.${config['topic.prefix'] ?? ''}`)).toBe(false);
  });

  test('demands that each row is sent exactly once', () => {
    expect(config['exactly.once.support']).toBe('required');
  });

  test('makes nothing in the database by itself', () => {
    expect(config).toMatchObject({ 'publication.autocreate.mode': 'disabled', 'publication.name': OUTBOX.publication });
  });

  test('checks the certificate of a cloud database, and expects none of a local one', () => {
    expect(config).toMatchObject({
      'database.sslmode': 'verify-full',
      'database.sslrootcert': `${FOLDER}/ca.crt`,
    });
    expect(outboxConnectorConfig(database, FOLDER, 'disable')['database.sslmode']).toBe('disable');
  });

  test('has no password, only a reference to a file', () => {
    expect(config['database.password']).toBe(`\${directory:${FOLDER}:password}`);
  });
});
