import { describe, expect, test } from '@jest/globals';
import { OutboxConnect } from '../../../../constructs/kubernetes/control-plane/outbox-connect.ts';
import { OUTBOX } from '../../../../constructs/kubernetes/control-plane/outbox-connector.ts';
import { exampleContext, objectsOf, only } from '../support/objects-of.ts';

const database = { host: 'database.example.com', port: 5433, name: 'flotilla', addressRanges: ['10.0.250.0/24'] };
const objects = connectOn('aws');

describe('the outbox connector', () => {
  const config = connectorConfig(objects);

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
    expect(workerProperties(objects)).toContain('exactly.once.source.support=enabled\n');
  });

  test('makes nothing in the database by itself', () => {
    expect(config).toMatchObject({ 'publication.autocreate.mode': 'disabled', 'publication.name': OUTBOX.publication });
  });

  test('checks the certificate of a cloud database, and expects none of a local one', () => {
    expect(config['database.sslmode']).toBe('verify-full');
    expect(connectorConfig(connectOn('local'))['database.sslmode']).toBe('disable');
  });
});

describe('Connect', () => {
  test('has no password in any ConfigMap: only references to files of Secrets', () => {
    const texts = objects.filter(({ kind }) => kind === 'ConfigMap').map((object) => JSON.stringify(object['data']));
    const passwords = texts.flatMap((text) => [...text.matchAll(/password[^$]{0,12}(\$\{[^}]*\})?/g)]);
    expect(passwords.length).toBeGreaterThan(0);
    for (const [, reference] of passwords) expect(reference).toMatch(/^\$\{directory:\/etc\/flotilla\//);
  });

  test('reaches the database, the mothership and its own other workers, and is called by these and the orchestrator', () => {
    const { ingress, egress } = only(objects, 'NetworkPolicy', 'connect')['spec'] as Record<string, readonly Opening[]>;
    expect(egress?.flatMap(portsOf)).toEqual([5433, 9094, 8083]);
    expect(ingress?.flatMap(portsOf)).toEqual([8083, 8083, 7071]);
  });
});

interface Opening {
  readonly ports: readonly { readonly port: number }[];
}

function portsOf({ ports }: Opening): readonly number[] {
  return ports.map(({ port }) => port);
}

function connectOn(cloud: 'aws' | 'local') {
  return objectsOf((scope) => {
    new OutboxConnect(scope, 'connect', { context: exampleContext(cloud), database });
  });
}

function connectorConfig(of: ReturnType<typeof connectOn>): Readonly<Record<string, string>> {
  const data = only(of, 'ConfigMap', 'connectors')['data'] as Readonly<Record<string, string>>;
  return (JSON.parse(data['outbox.json'] ?? '') as { readonly config: Readonly<Record<string, string>> }).config;
}

function workerProperties(of: ReturnType<typeof connectOn>): string {
  const data = only(of, 'ConfigMap', 'connect-worker')['data'] as Readonly<Record<string, string>>;
  return data['connect.properties'] ?? '';
}
