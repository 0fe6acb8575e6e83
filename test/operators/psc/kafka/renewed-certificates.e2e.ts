import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Admin, type Connection, metadataV12 } from '@platformatic/kafka';
import { viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { internalHost, PORTS } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import {
  CREDENTIAL_SECRETS,
  decodedData,
  type ObservedCredentials,
  podCertificateFile,
  type SecretData,
} from '../../../../operators/psc/credentials/credential-secrets.ts';
import { type HeldCertificates, heldCertificates } from '../../../../operators/psc/credentials/held-certificates.ts';
import { issueCredentials } from '../../../../operators/psc/credentials/issue-credentials.ts';
import { planCredentials } from '../../../../operators/psc/credentials/plan-credentials.ts';
import { rotatedAuthority, type RotationStep } from '../../../../operators/psc/credentials/rotate-authority.ts';
import { DAY_MS } from '../../../../operators/psc/credentials/validity.ts';
import type { BrokerConnections } from '../../../../operators/psc/kafka/broker-connections.ts';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { shownCertificate } from '../../../../operators/psc/kafka/shown-certificate.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';
import { isWellCluster } from './kafka-hands.ts';
import { CHANGE_MAX_MS, OrdersCluster, psc } from './orders-cluster.ts';

const START_MAX_MS = 180_000;
jest.setTimeout(CHANGE_MAX_MS);

const BROKERS = ['kafka-0', 'kafka-1', 'kafka-2'];
const CONTROLLERS = ['controller-0', 'controller-1', 'controller-2'];
const PODS = [...BROKERS, ...CONTROLLERS];
const NOTHING: ObservedCredentials = { authority: undefined, platformUsers: undefined, tls: undefined, ca: undefined };

/** Secrets as the operator has them. */
let secrets: ObservedCredentials;
let orders: OrdersCluster;
let processes: readonly (number | undefined)[];
/** A client that has been there from the first certificates on, and one of its connections. */
let veteran: BrokerConnections;
let oldest: Connection;

beforeAll(async () => {
  secrets = await issued(NOTHING, Date.now());
  orders = await OrdersCluster.start({ tls: secrets.tls ?? {} });
  await isWell();
  processes = processIds();
  veteran = orders.connectionsWith(secrets.ca?.[CA_FILE] ?? '');
  oldest = await veteran.call(place(), (connection) => Promise.resolve(connection));
}, START_MAX_MS);

afterAll(async () => {
  veteran.close();
  await orders.stop();
}, START_MAX_MS);

describe('certificates that were renewed', () => {
  test('are shown on every listener with no process restarted, while a client stays and another one comes', async () => {
    const before = held();
    secrets = await issued(secrets, Date.now() + 61 * DAY_MS, Date.now());
    expect(new Set(held().pods.keys())).toEqual(new Set(PODS));
    for (const pod of PODS) expect(held().pods.get(pod)?.fingerprint).not.toBe(before.pods.get(pod)?.fingerprint);
    await handAll();
    await everyListenerShows(held());
    const shown = await orders.port.shownCertificates(psc, held(), 'fresh');
    for (const pod of PODS) expect(held().pods.get(pod)).toMatchObject(shown.get(pod) ?? { nothing: pod });
    expect(processIds()).toEqual(processes);
    await staysConnected();
    await orders.newcomerWith(secrets.ca?.[CA_FILE] ?? '');
  });

  test('that nobody can read change nothing', async () => {
    await orders.kafka.handCertificates('kafka-0', { [podCertificateFile('kafka-0')]: 'rubbish' });
    expect(await shownBy('kafka-0', PORTS.internal)).toBe(held().pods.get('kafka-0')?.fingerprint);
    await staysConnected();
    await hand('kafka-0');
    expect(await shownBy('kafka-0', PORTS.internal)).toBe(held().pods.get('kafka-0')?.fingerprint);
  });
});

describe('an authority that is replaced', () => {
  test('is followed pod by pod, whoever knows which of the two, with no process restarted', async () => {
    const former = secrets.ca?.[CA_FILE] ?? '';
    await rotate('replace');
    // Half of them have the new one by now: brokers and controllers of both sides must come to terms.
    for (const pod of ['kafka-0', 'controller-0']) await hand(pod);
    await restart('kafka-1');
    await restart('controller-1');
    await orders.newcomerWith(former);
    await orders.newcomerWith(secrets.ca?.[CA_FILE] ?? '');
    await handAll();
    await everyListenerShows(held());
    // Clients that have not taken the new one yet.
    await orders.newcomerWith(former);
    await staysConnected();
  });

  test('is trusted no longer in the end, also by those who have run since before there was another', async () => {
    const former = secrets.ca?.[CA_FILE]?.split(/(?<=-----END CERTIFICATE-----\n)/)[1] ?? '';
    await rotate('retire');
    await hand('controller-2');
    await hand('kafka-2');
    await isWell();
    await handAll();
    await everyListenerShows(held());
    // It knows the new authority only: whoever comes to it must show a certificate of that, the connections of the quorum too.
    await restart('controller-2');
    await restart('controller-0');
    const admin = new Admin(orders.clientOptions());
    await admin.createTopics({ topics: ['afterwards'], partitions: 3, replicas: 3 });
    await admin.close();
    await isWell();
    await orders.newcomerWith(secrets.ca?.[CA_FILE] ?? '');
    await expect(orders.newcomerWith(former)).rejects.toThrow();
    for (const pod of ['kafka-0', 'kafka-2']) expect(orders.kafka.processOf(pod)).toBe(processes[PODS.indexOf(pod)]);
    await staysConnected();
  });
});

/** What is there after the operator has issued what is missing at `nowMs`, by the clock of `madeAtMs`. */
async function issued(observed: ObservedCredentials, nowMs: number, madeAtMs = nowMs): Promise<ObservedCredentials> {
  const view = viewCluster(psc, exampleDataPlane('local'));
  const plan = planCredentials(view, observed, nowMs);
  const objects = await issueCredentials(view, observed, plan, { nowMs: madeAtMs, newPassword: () => 'secret' });
  return Object.fromEntries(
    CREDENTIAL_SECRETS.map((secret, index) => [secret, decodedData(objects[index])] as const),
  ) as ObservedCredentials;
}

async function rotate(step: RotationStep): Promise<void> {
  const authority = await rotatedAuthority('orders', secrets.authority ?? {}, step, { nowMs: Date.now() });
  secrets = await issued({ ...secrets, authority }, Date.now());
}

function held(): HeldCertificates {
  const certificates = heldCertificates(secrets);
  if (certificates === undefined) throw new Error('nothing was issued');
  return certificates;
}

/** Only what concerns the pod: those of the others are never read. */
async function hand(pod: string): Promise<void> {
  const { [CA_FILE]: ca = '', [podCertificateFile(pod)]: own = '' }: SecretData = secrets.tls ?? {};
  await orders.kafka.handCertificates(pod, { [CA_FILE]: ca, [podCertificateFile(pod)]: own });
}

async function handAll(): Promise<void> {
  for (const pod of PODS) await hand(pod);
}

async function restart(pod: string): Promise<void> {
  await orders.kafka.endPod(pod);
  await orders.kafka.startPod(pod);
  await isWell();
}

async function isWell(): Promise<void> {
  await orders.freshWhere('a cluster that is well', (view) => {
    return isWellCluster(view) && view.quorum.leaderId > 0 && view.partitions.every(({ isr }) => isr.length === 3);
  });
}

function processIds(): readonly (number | undefined)[] {
  return PODS.map((pod) => orders.kafka.processOf(pod));
}

async function everyListenerShows({ pods }: HeldCertificates): Promise<void> {
  for (const pod of PODS) {
    const ports = CONTROLLERS.includes(pod) ? [PORTS.controller] : [PORTS.replication, PORTS.internal, PORTS.external];
    for (const port of ports) {
      await eventually({ what: `the new certificate of ${pod} on ${port}`, withinMs: CHANGE_MAX_MS / 4 }, async () =>
        (await shownBy(pod, port)) === pods.get(pod)?.fingerprint ? true : undefined,
      );
    }
  }
}

async function shownBy(pod: string, port: number): Promise<string> {
  const host = internalHost(CONTROLLERS.includes(pod) ? 'controller' : 'broker', pod, 'orders');
  return (await shownCertificate({ pod, host, port }, orders.lookup)).fingerprint;
}

function place(): ReturnType<typeof brokerPlaces>[number] {
  const [first] = brokerPlaces(psc);
  if (first === undefined) throw new Error('the example has no brokers');
  return first;
}

/** On the very connection that it has had from the beginning. */
async function staysConnected(): Promise<void> {
  expect(oldest.isConnected()).toBe(true);
  const { brokers } = await metadataV12.api.async(oldest, [], false, false);
  expect(brokers).toHaveLength(3);
}
