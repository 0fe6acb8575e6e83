import { describe, expect, test } from '@jest/globals';
import { credentialsVolume } from '../../../constructs/kubernetes/client/kafka-access.ts';
import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import type { LoginSet } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { checkClientPlan } from '../../../operators/client/check-client-plan.ts';
import type { ObservedClient, SeenConnector } from '../../../operators/client/observed.ts';
import type { ClientPlan, ClientWrite, ConnectCall } from '../../../operators/client/plan.ts';
import type { PasswordStep } from '../../../operators/psc/credentials/platform-logins.ts';
import type { ObservedPod } from '../../../operators/psc/observed.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');
const LATER = '2026-03-02T12:01:00.000Z';

const failed: SeenConnector = {
  config: {},
  state: 'Running',
  worker: '',
  trace: '',
  tasks: [{ id: 0, state: 'Failed', worker: '', trace: '' }],
};

const example = exampleConnectPsc('local');
const observed: ObservedClient = {
  nowMs: NOW_MS,
  psc: {
    ...example,
    metadata: { ...example.metadata, uid: 'uid', resourceVersion: '1', generation: 1 },
    status: { connect: { connectors: [{ name: 'files' }, { name: 'old' }] } },
  },
  objects: new Map(),
  pods: [],
  claims: [
    {
      name: 'data-ksqldb-0',
      uid: 'x',
      resourceVersion: '1',
      isTerminating: false,
      isEnding: false,
      isPlaceholder: false,
      zone: 'a',
      requestedGib: 10,
    },
  ],
  kafkaBrokers: ['kafka-0', 'kafka-1'],
  access: { state: 'whole', logins: { mark: 'x', current: 'a' } },
  connect: { state: 'reachable', connectors: new Map([['files', failed]]) },
  verdicts: new Map(),
  freshness: 'fresh',
};

const rows = [{ name: 'files', restarts: 1, restartAfter: LATER }, { name: 'old' }];

describe('the judge of plans for Connect and ksqlDB', () => {
  const files = { name: 'files', config: { 'connector.class': 'FileStreamSource', 'tasks.max': '1', name: 'files' } };

  test.each<readonly [string, ConnectCall]>([
    ['a connector is made as the spec has it', { kind: 'create-connector', connector: files, state: 'running' }],
    ['what failed is started again', { kind: 'restart-connector', name: 'files' }],
    ['what is nobody’s any longer is taken away', { kind: 'remove-connector', name: 'old' }],
  ])('lets it be when %s', (_what, call) => {
    expect(checkClientPlan(planOf([], [call]), observed)).toEqual([]);
  });

  test.each<readonly [string, ConnectCall, Partial<ObservedClient>, RegExp]>([
    ['another config', { kind: 'configure-connector', connector: { ...files, config: {} } }, {}, /not the spec's/],
    ['a pause', { kind: 'pause-connector', name: 'files' }, {}, /nobody asked/],
    ['what the spec names', { kind: 'remove-connector', name: 'files' }, {}, /the spec names it/],
    ['what was not made here', { kind: 'remove-connector', name: 'stranger' }, {}, /does not know/],
    ['by caches', { kind: 'remove-connector', name: 'old' }, { freshness: 'cached' }, /caches/],
    [
      'what runs well',
      { kind: 'restart-connector', name: 'files' },
      { connect: { state: 'reachable', connectors: new Map([['files', { ...failed, tasks: [] }]]) } },
      /nothing of it has failed/,
    ],
    [
      'what is to wait',
      { kind: 'restart-connector', name: 'files' },
      { psc: { ...observed.psc, status: { connect: { connectors: [{ name: 'files', restartAfter: LATER }] } } } },
      /too soon/,
    ],
  ])('refuses %s', (_what, call, change, problem) => {
    expect(checkClientPlan(planOf([], [call]), { ...observed, ...change }).join()).toMatch(problem);
  });

  test.each<readonly [string, PasswordStep, Partial<ObservedClient>, RegExp]>([
    ['a password that is made', 'prepare', {}, /^$/],
    ['one beside another that is in use', 'prepare', { access: held('former') }, /still in use/],
    ['one that all brokers take', 'switch', { access: held('next', ['kafka-0', 'kafka-1']) }, /^$/],
    ['one that a broker does not take', 'switch', { access: held('next', ['kafka-0']) }, /kafka-1 may not take/],
    ['one that nobody was asked about', 'switch', { access: held('next'), kafkaBrokers: [] }, /nobody was asked/],
    ['one that no pod has any more', 'retire', { access: held('former'), ...rolledTo('b') }, /^$/],
    ['one by caches', 'retire', { access: held('former'), ...rolledTo('b'), freshness: 'cached' }, /caches/],
    ['one that the template names', 'retire', { access: held('former'), ...rolledTo('a') }, /that pods use/],
    ['one that a pod has', 'retire', { access: held('former'), ...rolledTo('b', 'old') }, /that pods use/],
    [
      'one that may still be handed out',
      'retire',
      { access: held('former'), ...rolledTo('b'), nowMs: NOW_MS - 600_000 },
      /still hand out/,
    ],
  ])('of passwords judges %s', (_what, step, change, problem) => {
    const write: ClientWrite = { kind: 'rotate-access', rotation: { step, mark: 'x' } };
    expect(checkClientPlan(planOf([write], []), { ...observed, ...change }).join()).toMatch(problem);
  });

  test.each<readonly [string, ClientWrite, RegExp]>([
    ['objects elsewhere', { kind: 'apply', object: object('Service', 'psc-orders') }, /own namespace/],
    ['Secrets', { kind: 'apply', object: object('Secret', 'psc-orders-connect') }, /no object that a plan may write/],
    ['smaller volumes', { kind: 'apply', object: claim(5) }, /gets smaller/],
    [
      'a StatefulSet that goes',
      { kind: 'remove', object: object('StatefulSet', 'psc-orders-connect'), uid: 'x' },
      /taken away/,
    ],
    ['a user that goes', { kind: 'revoke-access' }, /lose their user/],
  ])('refuses %s', (_what, write, problem) => {
    expect(checkClientPlan(planOf([write], []), observed).join()).toMatch(problem);
  });
});

function planOf(writes: readonly ClientWrite[], calls: readonly ConnectCall[]): ClientPlan {
  return { writes, calls, waits: [], conditions: [], status: { connect: { connectors: rows } }, lookAgainMs: 0 };
}

/** Logins of which the second is in use, or will be; the switch was 15 minutes ago. */
function held(state: 'next' | 'former', accepting: readonly string[] = []): ObservedClient['access'] {
  const other = { state, sinceMs: NOW_MS - 15 * 60_000 };
  const logins = { mark: 'x', current: state === 'next' ? 'a' : 'b', other } as const;
  return { state: 'whole', logins, answers: new Map(accepting.map((broker) => [broker, 'accepts'])) };
}

/** One pod, and a StatefulSet whose template names a login. */
function rolledTo(login: LoginSet, templateHash = 'new'): Pick<ObservedClient, 'objects' | 'pods'> {
  const annotations = { [TEMPLATE_HASH_ANNOTATION]: 'new', [CONFIG_HASH_ANNOTATION]: 'files' };
  const template = { metadata: { annotations }, spec: { volumes: [credentialsVolume(login)] } };
  const set = { ...object('StatefulSet', 'psc-orders-connect'), spec: { template } };
  const pod: ObservedPod = {
    name: 'connect-0',
    uid: 'uid',
    resourceVersion: '1',
    role: 'connect',
    ordinal: 0,
    createdAtMs: 0,
    templateHash,
    configHash: 'files',
    isTerminating: false,
    ready: 'True',
    containersReady: 'True',
    container: { state: 'running', restarts: 0 },
  };
  return { objects: new Map([['StatefulSet/psc-orders-connect/x', set]]), pods: [pod] };
}

function object(kind: string, namespace: string): Extract<ClientWrite, { kind: 'apply' }>['object'] {
  return { apiVersion: 'v1', kind, metadata: { name: 'x', namespace } };
}

function claim(gib: number): ReturnType<typeof object> {
  const { apiVersion, kind } = object('PersistentVolumeClaim', '');
  const metadata = { name: 'data-ksqldb-0', namespace: 'psc-orders-connect' };
  return { apiVersion, kind, metadata, spec: { resources: { requests: { storage: `${gib}Gi` } } } };
}
