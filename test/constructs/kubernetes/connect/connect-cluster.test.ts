import { describe, expect, test } from '@jest/globals';
import { loginOfPods } from '../../../../constructs/kubernetes/client/kafka-access.ts';
import { CLIENT_STAGES } from '../../../../constructs/kubernetes/client/client-stages.ts';
import { renderConnect, WORKER_FILE } from '../../../../constructs/kubernetes/connect/connect-cluster.ts';
import { InvalidPscError } from '../../../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { LOGIN_SETS } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import { parseProperties } from '../../../../constructs/kubernetes/kafka/properties.ts';
import { pscQuota } from '../../../../constructs/kubernetes/platform/psc-quota.ts';
import { workloadQuota } from '../../../../constructs/kubernetes/platform/workload-quota.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import type { ConnectSpec } from '../../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { parsePsc } from '../../../../contracts/psc-check.ts';
import { templateOf } from '../../../../operators/client/plan-client-objects.ts';
import { judge } from '../../../../policies/engine/judge.ts';
import { judgeOptions, located, objectRules } from '../../../policies/support.ts';
import { exampleConnectPsc } from '../../../support/example-clients.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';
import { only } from '../support/objects-of.ts';

describe('a Connect cluster', () => {
  test.each(CLOUDS)('on %s violates no policy and fits into the quota of its namespace', (cloud) => {
    const objects = rendered({}, cloud);
    const options = judgeOptions({ rules: objectRules(), registries: ['registry.example.com/flotilla/connect'] });
    expect(judge(located(objects), options).findings.map(({ rule, object }) => `${rule} ${object.name}`)).toEqual([]);
    const needed = workloadQuota('psc-orders-connect', objects);
    const granted = pscQuota(exampleConnectPsc(cloud).spec);
    expect(granted.pods).toBe(needed.pods);
    for (const figure of ['memoryMib', 'cpuMillis', 'cpuLimitMillis'] as const) {
      expect(granted[figure]).toBeGreaterThanOrEqual(needed[figure]);
    }
  });

  test('is the same from the same PSC, and accepted by its contract', () => {
    expect(rendered({})).toEqual(rendered({}));
    expect(parsePsc(exampleConnectPsc('aws', { secrets: ['db'], egress: EGRESS })).ok).toBe(true);
  });

  test('keeps its state in topics of its own name, and comes to its Kafka as a user of its own', () => {
    const worker = properties({});
    expect(Object.fromEntries(worker)).toMatchObject({
      'bootstrap.servers': 'kafka-bootstrap.psc-orders.svc.cluster.local:9092',
      'group.id': 'flotilla-connect-orders-connect',
      'config.storage.topic': 'flotilla.connect.orders-connect.configs',
      'offset.storage.topic': 'flotilla.connect.orders-connect.offsets',
      'status.storage.topic': 'flotilla.connect.orders-connect.status',
      'exactly.once.source.support': 'enabled',
      'producer.security.protocol': 'SASL_SSL',
      'rest.advertised.host.name': '${env:POD_NAME}.connect-pods.psc-orders-connect.svc.cluster.local',
    });
  });

  test('has no password anywhere, only references to files of Secrets', () => {
    const text = JSON.stringify(rendered({ secrets: ['db'] }));
    const passwords = [...text.matchAll(/password=[^$]{0,12}(\$\{[^}]*\})?/g)];
    expect(passwords.length).toBeGreaterThan(0);
    for (const [, reference] of passwords) expect(reference).toMatch(/^\$\{directory:\/etc\/flotilla\/kafka:/);
  });

  test("gives a lost worker's tasks to the others at once", () => {
    expect(properties({}).get('scheduled.rebalance.max.delay.ms')).toBe('0');
  });

  test('takes worker settings of the spec in the place of defaults', () => {
    expect(
      properties({ config: { 'scheduled.rebalance.max.delay.ms': '5000' } }).get('scheduled.rebalance.max.delay.ms'),
    ).toBe('5000');
  });

  test('reaches its Kafka, its own workers, and what the spec names; only these and the operator reach it', () => {
    const { ingress, egress } = only(rendered({ egress: EGRESS }), 'NetworkPolicy')['spec'] as Openings;
    expect(egress.map(portsOf)).toEqual([[8083], [9092], [5432], [53, 53, 1053, 1053]]);
    expect(JSON.stringify(egress[2])).toContain('10.9.0.0/24');
    expect(ingress.map(portsOf)).toEqual([[8083], [7071]]);
  });

  test('mounts the Secrets that connectors may refer to', () => {
    const set = JSON.stringify(only(rendered({ secrets: ['db', 'web'] }), 'StatefulSet'));
    expect(set).toContain('"mountPath":"/etc/flotilla/secrets/web"');
    expect(set).toContain('"secretName":"db"');
  });

  test("has pods of either of its two logins, which are rolled for the other one, and read it under the first one's names", () => {
    const psc = exampleConnectPsc('aws', {});
    const sets = LOGIN_SETS.map((login) =>
      only(renderConnect(psc, exampleDataPlane('aws'), login).pods, 'StatefulSet'),
    );
    expect(sets.map(loginOfPods)).toEqual(['a', 'b']);
    const [first, second] = sets.map((set) => JSON.stringify(set));
    expect(first).toContain('{"name":"kafka","secret":{"secretName":"kafka-credentials","defaultMode":288}}');
    expect(second).toContain('{"key":"password-b","path":"password"}');
    expect(new Set(sets.map((set) => templateOf(set).templateHash)).size).toBe(2);
    expect(renderConnect(psc, exampleDataPlane('aws'))).toEqual(renderConnect(psc, exampleDataPlane('aws'), 'a'));
  });

  test('rolls for a change of worker settings, and for no connector', () => {
    const hash = (connect: Partial<ConnectSpec>): string => {
      const { template } = only(rendered(connect), 'StatefulSet')['spec'] as { readonly template: unknown };
      return JSON.stringify(template);
    };
    expect(hash({ connectors: [] })).toBe(hash({}));
    expect(hash({ workers: 5 })).toBe(hash({}));
    expect(hash({ config: { 'offset.flush.interval.ms': '1' } })).not.toBe(hash({}));
  });
});

describe('a Connect cluster is refused', () => {
  const withConfig = (config: Readonly<Record<string, string>>): Partial<ConnectSpec> => ({
    secrets: ['db'],
    connectors: [{ name: 'one', config: { 'connector.class': 'X', ...config } }],
  });

  test.each<readonly [string, Partial<ConnectSpec>, RegExp]>([
    ['with a secret written out', withConfig({ 'database.password': 'hunter2' }), /database\.password.*written out/],
    [
      'with a login written out',
      withConfig({ 'producer.override.sasl.jaas.config': 'x' }),
      /jaas\.config.*written out/,
    ],
    [
      'that refers to another Secret',
      withConfig({ 'database.password': '${directory:/etc/flotilla/secrets/other:p}' }),
      /refer to files/,
    ],
    [
      "that refers to the workers' own",
      withConfig({ x: '${directory:/etc/flotilla/kafka:password}' }),
      /refer to files/,
    ],
    ['that refers to the environment', withConfig({ x: '${env:PATH}' }), /refer to files/],
    ['without a class', { connectors: [{ name: 'one', config: { 'tasks.max': '1' } }] }, /connector\.class/],
    ['with a name in the config', withConfig({ name: 'other' }), /name of a connector/],
    ["with the workers' own Secret for connectors", { secrets: ['kafka-credentials'] }, /workers themselves/],
    ['with another group', { config: { 'group.id': 'mine' } }, /platform owns/],
    ['with another Kafka', { config: { 'producer.bootstrap.servers': 'x:1' } }, /platform owns/],
    ['with other config providers', { config: { 'config.providers': 'file' } }, /platform owns/],
    ['on itself', { kafka: 'orders-connect' }, /PSC itself/],
  ])('%s', (_what, connect, message) => {
    const render = (): unknown => renderConnect(exampleConnectPsc('aws', connect), exampleDataPlane('aws'));
    expect(render).toThrow(InvalidPscError);
    expect(render).toThrow(message);
    expect(render).not.toThrow(/hunter2/);
  });

  test.each(['${directory:/etc/flotilla/secrets/db:password}', ''])('not with a reference, or nothing: %s', (value) => {
    const psc = exampleConnectPsc('aws', withConfig({ 'database.password': value, 'aws.access.key.id': 'AK' }));
    expect(renderConnect(psc, exampleDataPlane('aws')).pods).toHaveLength(2);
  });
});

const EGRESS = [{ ranges: ['10.9.0.0/24'], ports: [5432] }];

interface Openings {
  readonly ingress: readonly Opening[];
  readonly egress: readonly Opening[];
}
interface Opening {
  readonly ports: readonly { readonly port: number }[];
}

function portsOf({ ports }: Opening): readonly number[] {
  return ports.map(({ port }) => port);
}

function rendered(connect: Partial<ConnectSpec>, cloud: (typeof CLOUDS)[number] = 'aws'): readonly KubernetesObject[] {
  const stages = renderConnect(exampleConnectPsc(cloud, connect), exampleDataPlane(cloud));
  return CLIENT_STAGES.flatMap((stage) => stages[stage]);
}

function properties(connect: Partial<ConnectSpec>): ReadonlyMap<string, string> {
  const { [WORKER_FILE]: text = '' } = only(rendered(connect), 'ConfigMap')['data'] as Readonly<Record<string, string>>;
  return parseProperties(text);
}
