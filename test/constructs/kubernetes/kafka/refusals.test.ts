import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerProperties } from '../../../../constructs/kubernetes/kafka/broker-config.ts';
import { viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { controllerProperties } from '../../../../constructs/kubernetes/kafka/controller-config.ts';
import { InvalidPscError } from '../../../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { TENANT_SETTINGS } from '../../../../constructs/kubernetes/kafka/tenant-settings.ts';
import { isPlatformOwned } from '../../../../constructs/kubernetes/kafka/user-config.ts';
import { exampleDataPlane, examplePlacement, examplePsc, type ExampleOverrides } from '../../../support/example-psc.ts';

const STACKS_PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/stacks.md'), 'utf8');

describe('a setting of the PSC', () => {
  test.each([
    'min.insync.replicas',
    'default.replication.factor',
    'unclean.leader.election.enable',
    'auto.create.topics.enable',
    'super.users',
    'listeners',
    'advertised.listeners',
    'listener.name.external.sasl.enabled.mechanisms',
    'ssl.truststore.location',
    'sasl.enabled.mechanisms',
    'security.providers',
    'authorizer.class.name',
    'principal.builder.class',
    'metric.reporters',
    'client.quota.callback.class',
    'config.providers',
    'config.providers.file.class',
    'remote.log.storage.system.enable',
    'rsm.config.bucket',
    'offsets.topic.replication.factor',
    'transaction.state.log.min.isr',
    'share.coordinator.state.topic.num.partitions',
    'node.id',
    'broker.rack',
    'log.dirs',
    'cordoned.log.dirs',
    'max.connections',
    'max.connections.per.ip',
    'controller.quorum.voters',
  ])('%s is refused: the platform owns it', (key) => {
    const violations = violationsOf({ kafka: { config: { [key]: 'x' } } });
    expect(violations).toEqual([
      expect.objectContaining({ field: `spec.kafka.config["${key}"]`, rule: 'the platform owns this setting' }),
    ]);
  });

  test.each([
    ['Not A Setting', 'x'],
    ['line\nbreak', 'x'],
    ['log.retention.hours', '${env:TLS_DIR}'],
  ])('%j with the value %j is refused', (key, value) => {
    expect(violationsOf({ kafka: { config: { [key]: value } } })).toHaveLength(1);
  });

  test.each(Object.keys(TENANT_SETTINGS))('%s is for the tenant to choose, and the docs say so', (key) => {
    expect(violationsOf({ kafka: { config: { [key]: '1' } } })).toEqual([]);
    expect(isPlatformOwned(key)).toBe(false);
    expect(STACKS_PAGE).toContain(`| \`${key}\` `);
  });

  test.each(['log.flush.interval.messages', 'queued.max.requests', 'log.retention.milliseconds', 'no.such.setting'])(
    '%s is refused: nobody has allowed it',
    (key) => {
      const violations = violationsOf({ kafka: { config: { [key]: '1' } } });
      expect(violations).toEqual([
        expect.objectContaining({ remedy: expect.stringContaining('docs/stacks.md') as unknown }),
      ]);
    },
  );

  test.each([
    [{ 'log.retention.hours': '1' }, 1],
    [{ 'log.retention.hours': '2' }, 0],
    [{ 'log.retention.ms': '-1' }, 0],
    [{ 'log.retention.hours': '1', 'log.retention.ms': '7200000' }, 0],
    [{ 'log.retention.minutes': '119', 'log.retention.hours': '100' }, 1],
  ])('%j is judged by the two hours that the volumes of an Infinite Storage keep', (config, count) => {
    const tieredStorage = { bucket: 'b', prefix: 'p', localRetentionMs: '7200000' };
    expect(violationsOf({ kafka: { config, tieredStorage } })).toHaveLength(count);
  });

  test('that the platform itself writes is always among those that it owns', () => {
    const tieredStorage = {
      bucket: 'b',
      endpoint: 'http://store:9000',
      prefix: 'p',
      localRetentionMs: '1',
      keyId: 'k',
    };
    const view = viewCluster(examplePsc('aws', { kafka: { tieredStorage } }), exampleDataPlane('aws'));
    const written = [brokerProperties(view), controllerProperties(view)]
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.indexOf('=')));
    expect(written.filter((key) => !isPlatformOwned(key))).toEqual([]);
  });
});

describe('a PSC', () => {
  const zones = exampleDataPlane('aws').zones;

  test.each<[string, ExampleOverrides, string]>([
    ['of another Kubernetes cluster', { spec: { kubernetesCluster: 'elsewhere' } }, 'spec.kubernetesCluster'],
    ['of another domain', { spec: { domain: 'example.org' } }, 'spec.domain'],
    [
      'with two brokers',
      { brokers: 2, kafka: { placement: examplePlacement('kafka', 2, zones.slice(0, 2)) } },
      'spec.kafka.placement',
    ],
    [
      'with a gap among its brokers',
      { kafka: { placement: { 'us-west-2a': { pods: ['kafka-0', 'kafka-1', 'kafka-3'] } } } },
      'spec.kafka.placement',
    ],
    [
      'with a broker twice',
      { kafka: { placement: { 'us-west-2a': { pods: ['kafka-0', 'kafka-1'] }, 'us-west-2b': { pods: ['kafka-1'] } } } },
      'spec.kafka.placement',
    ],
    [
      'with a broker in an unknown zone',
      { kafka: { placement: { moon: { pods: ['kafka-0', 'kafka-1', 'kafka-2'] } } } },
      'spec.kafka.placement',
    ],
    ['with a name of 41 characters', { name: 'x'.repeat(41) }, 'metadata.name'],
  ])('%s is refused', (_, overrides, field) => {
    expect(violationsOf(overrides)).toEqual([expect.objectContaining({ field })]);
  });

  test('of another kind is refused', () => {
    const { kafka, ...spec } = examplePsc('aws').spec;
    expect(kafka).toBeDefined();
    expect(() => renderKafkaCluster({ ...examplePsc('aws'), spec }, exampleDataPlane('aws'))).toThrow(InvalidPscError);
  });

  test('with several faults is told all of them at once, each with what to do', () => {
    const overrides = { spec: { region: 'elsewhere' }, kafka: { config: { 'node.id': '7' } } };
    const message = messageOf(overrides);
    expect(message).toContain('spec.region is elsewhere: this data plane is us-west-2');
    expect(message).toContain('spec.kafka.config["node.id"] is "7": the platform owns this setting. Remove it');
  });
});

function violationsOf(overrides: ExampleOverrides): InvalidPscError['violations'] {
  return refusalOf(overrides)?.violations ?? [];
}

function messageOf(overrides: ExampleOverrides): string {
  return refusalOf(overrides)?.message ?? '';
}

function refusalOf(overrides: ExampleOverrides): InvalidPscError | undefined {
  try {
    renderKafkaCluster(examplePsc('aws', overrides), exampleDataPlane('aws'));
    return undefined;
  } catch (error) {
    if (error instanceof InvalidPscError) return error;
    throw error;
  }
}
