import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { metadataV12 } from '@platformatic/kafka';
import { PLATFORM_USERS } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import type { SecretData } from '../../../../operators/psc/credentials/credential-secrets.ts';
import {
  currentLogin,
  firstLogins,
  heldLogins,
  type Login,
  otherLogins,
  type PasswordStep,
  rotatedLogins,
} from '../../../../operators/psc/credentials/platform-logins.ts';
import { BrokerConnections } from '../../../../operators/psc/kafka/broker-connections.ts';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { isCredentialsFault } from '../../../../operators/psc/kafka/kafka-error.ts';
import { realKafkaPort, type RealKafkaPort } from '../../../../operators/psc/kafka/kafka-port.ts';
import { ConflictError } from '../../../../operators/psc/ports.ts';
import { newPassword } from '../../../../operators/runtime/new-password.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { CHANGE_MAX_MS, OrdersCluster, psc } from './orders-cluster.ts';

jest.setTimeout(300_000);

const PODS = ['kafka-0', 'kafka-1', 'kafka-2'];
const { operator, balancer } = PLATFORM_USERS;

let orders: OrdersCluster;
/** The operator's, with what the Secret says at the moment. */
let port: RealKafkaPort;
let secret: SecretData;
let newcomers: Newcomers;
let processes: readonly (number | undefined)[];

beforeAll(async () => {
  orders = await OrdersCluster.start();
  secret = { ...orders.kafka.passwords, ...firstLogins(Date.now()) };
  port = realKafkaPort({
    credentialsOf: () => Promise.resolve({ ...loginNow(operator), ca: orders.kafka.ca }),
    otherLoginsOf: () =>
      Promise.resolve({ mark: heldLogins(secret).mark, other: otherLogins(secret), ca: orders.kafka.ca }),
    clock: { nowMs: Date.now },
    lookup: orders.lookup,
  });
  await orders.freshWhere('brokers in service', ({ brokers }) => brokers.size === PODS.length);
  processes = PODS.map((pod) => orders.kafka.processOf(pod));
  newcomers = new Newcomers();
});

afterAll(async () => {
  await newcomers.stop();
  port.stop();
  await orders.stop();
});

describe('passwords that are replaced', () => {
  test('let everybody in at every moment, those who read the Secret and those who have read it before', async () => {
    const former = loginNow(operator);
    step('prepare');
    expect([...(await port.loginAnswers(psc)).values()]).toEqual(PODS.map(() => 'refuses'));
    // Killed after it: another does it once more.
    await grant();
    await grant();
    await everyBrokerTakesThem();
    step('switch');
    newcomers.believe(former);
    expect(loginNow(operator).name).toBe('flotilla-operator-b');
    await newcomers.haveComeAgain();
    // Nobody is told: it reads the Secret for its next connection.
    newcomers.believe(undefined);
    await newcomers.haveComeAgain();
    await retire();
    await refused(former);
    await newcomers.haveComeAgain();
    expect(newcomers.refusals).toEqual([]);
  });

  test('may do what those before them might: the other login is a super user too', async () => {
    await port.alterClusterSettings(psc, { 'log.cleaner.delete.retention.ms': '86400001' }, []);
    const view = await port.fresh(psc);
    expect(view).toMatchObject({ clusterSettings: { 'log.cleaner.delete.retention.ms': '86400001' } });
  });

  test('are replaced again by way of the first logins, whose first passwords let nobody in', async () => {
    const first: Login = { name: operator, password: orders.kafka.passwords[operator] ?? '' };
    const former = loginNow(operator);
    step('prepare');
    await grant();
    await everyBrokerTakesThem();
    await refused(first);
    step('switch');
    await newcomers.haveComeAgain();
    await retire();
    await refused(former);
    await newcomers.haveComeAgain();
    expect(loginNow(operator).name).toBe(operator);
    expect(newcomers.refusals).toEqual([]);
    expect(PODS.map((pod) => orders.kafka.processOf(pod))).toEqual(processes);
  });

  test('are not touched by who knows an older state of them', async () => {
    await expect(port.alterLogins(psc, 'revoke', 'an older one')).rejects.toThrow(ConflictError);
    await newcomers.haveComeAgain();
    expect(newcomers.refusals).toEqual([]);
  });
});

function loginNow(user: typeof operator | typeof balancer): Login & { readonly login: string } {
  const login = currentLogin(secret, user);
  if (login === undefined) throw new Error(`${user} has no login`);
  return { ...login, login: login.name };
}

function step(what: PasswordStep): void {
  secret = rotatedLogins(secret, what, { nowMs: Date.now(), newPassword });
}

async function grant(): Promise<void> {
  await port.alterLogins(psc, 'grant', heldLogins(secret).mark);
}

async function everyBrokerTakesThem(): Promise<void> {
  await eventually({ what: 'the next logins at every broker', withinMs: CHANGE_MAX_MS / 4 }, async () => {
    const answers = await port.loginAnswers(psc);
    return PODS.every((pod) => answers.get(pod) === 'accepts') ? true : undefined;
  });
}

/** Killed after it: another does it once more. */
async function retire(): Promise<void> {
  for (let time = 0; time < 2; time += 1) await port.alterLogins(psc, 'revoke', heldLogins(secret).mark);
  step('retire');
}

async function refused(login: Login): Promise<void> {
  await eventually({ what: `${login.name} is refused`, withinMs: CHANGE_MAX_MS / 4 }, async () => {
    const answers = await Promise.all(PODS.map((_, index) => isLetIn(login, index)));
    return answers.every((isIn) => !isIn) ? true : undefined;
  });
}

async function isLetIn({ name, password }: Login, broker: number): Promise<boolean> {
  const connections = new BrokerConnections({
    credentials: () => Promise.resolve({ login: name, password, ca: orders.kafka.ca }),
    lookup: orders.lookup,
  });
  const place = brokerPlaces(psc).find(({ id }) => id === broker);
  if (place === undefined) throw new Error(`the example has no broker ${broker}`);
  try {
    await connections.call(place, (connection) => metadataV12.api.async(connection, [], false, false));
    return true;
  } catch (error) {
    if (isCredentialsFault(error)) return false;
    throw error;
  } finally {
    connections.close();
  }
}

/** Clients that connect anew all the time, to each broker in turn, as operator and as balancer. */
class Newcomers {
  readonly refusals: string[] = [];
  #believed: Login | undefined;
  #rounds = 0;
  #isStopped = false;
  readonly #running = this.#run();

  /** What one of them goes on with, whatever the Secret says. */
  believe(login: Login | undefined): void {
    this.#believed = login;
  }

  /** Until each has been at each broker once more, and no round from before is left. */
  async haveComeAgain(): Promise<void> {
    const before = this.#rounds;
    await eventually({ what: 'two more rounds', withinMs: CHANGE_MAX_MS }, () =>
      Promise.resolve(this.#rounds >= before + 2 ? true : undefined),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      for (const index of PODS.keys()) {
        const logins = [loginNow(operator), loginNow(balancer), ...(this.#believed ? [this.#believed] : [])];
        for (const login of logins) {
          // On a busy machine an answer may be late, which says nothing of logins.
          const asked = { what: `an answer of kafka-${index}`, withinMs: CHANGE_MAX_MS / 4 };
          if (!(await eventually(asked, () => isLetIn(login, index))))
            this.refusals.push(`kafka-${index} refuses ${login.name}`);
        }
      }
      this.#rounds += 1;
    }
  }
}
