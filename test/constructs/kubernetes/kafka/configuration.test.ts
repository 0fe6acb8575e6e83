import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brokerProperties } from '../../../../constructs/kubernetes/kafka/broker-config.ts';
import { viewCluster, type ClusterView } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { controllerProperties, initialControllers } from '../../../../constructs/kubernetes/kafka/controller-config.ts';
import { dynamicLimits } from '../../../../constructs/kubernetes/kafka/dynamic-limits.ts';
import { certificateHosts } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { formatProperties } from '../../../../constructs/kubernetes/kafka/properties.ts';
import { certificateCommonName, principalMappingRules } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import { exampleDataPlane, examplePsc, type ExampleOverrides } from '../../../support/example-psc.ts';

describe.each(CLOUDS)('on %s', (cloud) => {
  const broker = parseProperties(brokerProperties(view(cloud)));
  const controller = parseProperties(controllerProperties(view(cloud)));

  test.each([
    ['default.replication.factor', '3'],
    ['min.insync.replicas', '2'],
    ['unclean.leader.election.enable', 'false'],
    ['auto.create.topics.enable', 'false'],
    ['auto.leader.rebalance.enable', 'false'],
    ['allow.everyone.if.no.acl.found', 'false'],
    ['authorizer.class.name', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'],
    [
      'super.users',
      'User:flotilla-node;User:flotilla-operator;User:flotilla-balancer;User:flotilla-operator-b;User:flotilla-balancer-b',
    ],
  ])('brokers and controllers agree that %s is %s', (key, value) => {
    expect([broker.get(key), controller.get(key)]).toEqual([value, value]);
  });

  test.each([
    ['broker.rack', '${env:BROKER_RACK}'],
    ['offsets.topic.replication.factor', '3'],
    ['transaction.state.log.replication.factor', '3'],
    ['transaction.state.log.min.isr', '2'],
    ['share.coordinator.state.topic.replication.factor', '3'],
    ['share.coordinator.state.topic.min.isr', '2'],
    ['inter.broker.listener.name', 'REPLICATION'],
    ['listener.name.replication.ssl.client.auth', 'required'],
    ['listener.security.protocol.map', 'CONTROLLER:SSL,REPLICATION:SSL,INTERNAL:SASL_SSL,EXTERNAL:SASL_SSL'],
    ['listener.name.external.sasl.enabled.mechanisms', 'SCRAM-SHA-512'],
  ])('a broker has %s=%s', (key, value) => {
    expect(broker.get(key)).toBe(value);
  });

  test('no listener speaks without TLS, and no file holds a secret', () => {
    for (const properties of [broker, controller]) {
      expect(properties.get('listener.security.protocol.map')).not.toContain('PLAINTEXT');
      for (const [key, value] of properties) {
        if (/password|secret|jaas/.test(key))
          expect(value).toMatch(/^org\.apache\.kafka\..*ScramLoginModule required;$/);
      }
    }
  });
});

describe('tiered storage', () => {
  const tieredStorage = { bucket: 'b', prefix: 'orders', localRetentionMs: '3600000' };

  test('is switched on for controllers as well, or they would refuse topics that tier', () => {
    const tiered = view('aws', { kafka: { tieredStorage } });
    expect(parseProperties(brokerProperties(tiered)).get('remote.log.storage.system.enable')).toBe('true');
    expect(parseProperties(controllerProperties(tiered)).get('remote.log.storage.system.enable')).toBe('true');
  });

  test('lets a broker wait without end for the topic of its metadata, asking for it once a second at most', () => {
    const broker = parseProperties(brokerProperties(view('aws', { kafka: { tieredStorage } })));
    const retry = `${broker.get('remote.log.metadata.manager.impl.prefix')}remote.log.metadata.initialization.retry`;
    expect(Number(broker.get(`${retry}.max.timeout.ms`))).toBeGreaterThanOrEqual(YEAR_MS);
    // A long in Kafka, without a value that means for ever.
    expect(broker.get(`${retry}.max.timeout.ms`)).toMatch(/^\d{1,18}$/);
    expect(Number(broker.get(`${retry}.interval.ms`))).toBeGreaterThanOrEqual(1_000);
  });

  test('leaves no trace where it was not asked for', () => {
    for (const key of parseProperties(brokerProperties(view('aws'))).keys()) {
      expect(key).not.toMatch(/^(remote\.log|rsm|rlmm|log\.local)/);
    }
  });
});

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

describe('the quorum', () => {
  test('is formatted with ids above every broker and a directory id per controller', () => {
    const voters = initialControllers(view('gcp')).split(',');
    expect(voters).toHaveLength(3);
    for (const [index, voter] of voters.entries()) {
      expect(voter).toMatch(
        new RegExp(
          `^${1000 + index}@controller-${index}[.]controller[.]psc-orders[.]svc[.]cluster[.]local:9093:[\\w-]{22}$`,
        ),
      );
    }
    expect(new Set(voters.map((voter) => voter.slice(-22))).size).toBe(3);
  });

  test('of another cluster has other directories', () => {
    expect(initialControllers(view('gcp', { name: 'payments' }))).not.toContain(
      initialControllers(view('gcp')).slice(-22),
    );
  });
});

describe('limits', () => {
  test.each([
    [3, '12000', 40_000_000],
    [4, '9000', 30_000_000],
    [7, '5143', 17_142_858],
  ])('of a cluster of %i brokers are spread over them', (brokers, connections, producerRate) => {
    const { brokerDefaults, clientQuotas } = dynamicLimits(view('aws', { brokers }));
    expect(brokerDefaults['listener.name.external.max.connections']).toBe(connections);
    expect(clientQuotas[0]?.values.producer_byte_rate).toBe(producerRate);
  });
});

describe('certificates', () => {
  test('of a broker are good for every name by which it is called', () => {
    const cluster = view('local');
    const broker = parseProperties(brokerProperties(cluster));
    const advertised = (broker.get('advertised.listeners') ?? '')
      .replaceAll('${env:POD_NAME}', 'kafka-1')
      .split(',')
      .map((listener) => new URL(listener.replace(/^[A-Z]+/, 'http')).hostname);
    expect(certificateHosts(cluster, 'broker', 'kafka-1')).toEqual(expect.arrayContaining(advertised));
  });

  test.each([
    ['kafka-0', 'psc-orders', 'flotilla-node'],
    ['controller-2', 'psc-orders', 'flotilla-node'],
    ['kafka-0', 'psc-orders2', undefined],
    ['xkafka-0', 'psc-orders', undefined],
    ['kafka-0.evil', 'psc-orders', undefined],
  ])('of %s in %s map to %s', (pod, namespace, principal) => {
    const [, pattern = '', name] = /^RULE:(.*)\/(.*)\/,DEFAULT$/.exec(principalMappingRules(view('aws'))) ?? [];
    const matches = new RegExp(pattern).test(`CN=${certificateCommonName(pod, namespace)}`);
    expect(matches ? name : undefined).toBe(principal);
  });
});

describe('a properties file', () => {
  test('reads back as what was written, whatever the values', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9.:= #!-]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string({ unit: 'binary' })), (settings) => {
        const text = formatProperties([{ comment: 'A test.', settings }]);
        expect(text).toMatch(/^[ -~\n]*$/);
        expect(Object.fromEntries(parseProperties(text))).toEqual({ ...settings });
      }),
    );
  });

  test('is refused when two of its sections set one key', () => {
    const section = { comment: 'Twice.', settings: { 'log.dirs': '/data' } };
    expect(() => formatProperties([section, section])).toThrow('log.dirs');
  });
});

function view(cloud: (typeof CLOUDS)[number], overrides: ExampleOverrides = {}): ClusterView {
  return viewCluster(examplePsc(cloud, overrides), exampleDataPlane(cloud));
}

/** Reads what java.util.Properties reads, as far as single-line entries go. */
function parseProperties(text: string): ReadonlyMap<string, string> {
  const entries = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, key = '', value = ''] = /^((?:\\.|[^\\=])*)=(.*)$/s.exec(line) ?? [];
      return [unescape(key), unescape(value)] as const;
    });
  return new Map(entries);
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };
  return text.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (named[character] ?? character) : String.fromCharCode(parseInt(code, 16)),
  );
}
