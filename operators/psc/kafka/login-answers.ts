import type { LookupFunction } from 'node:net';
import { Slots } from '../../runtime/slots.ts';
import type { Login } from '../credentials/platform-logins.ts';
import type { LoginAnswer } from '../observed.ts';
import type { BrokerPlace } from './broker-places.ts';
import { within } from './deadline.ts';
import { refusalsIn } from './kafka-error.ts';
import { CONNECT_MAX_MS, endSocket, logIn } from './log-in.ts';

export interface LoginQuestion {
  readonly brokers: readonly BrokerPlace[];
  readonly logins: readonly Login[];
  /** Certificates of the PSC's own authority, PEM. */
  readonly ca: string;
  readonly lookup: LookupFunction | undefined;
  /** Of the listener. @default that of the platform and of clients inside */
  readonly port?: number;
}

const AT_A_TIME = 16;

/** Which brokers let all of the logins in now; none of those that do not answer. Never rejects. */
export async function readLoginAnswers(question: LoginQuestion): Promise<ReadonlyMap<string, LoginAnswer>> {
  const { brokers, logins } = question;
  const slots = new Slots(AT_A_TIME);
  const answers = new Map<string, LoginAnswer>();
  const ask = async (broker: BrokerPlace): Promise<void> => {
    for (const login of logins) {
      try {
        await takes(broker, login, question);
      } catch (error) {
        // Why it does not answer at all, other looks at it tell.
        if (isRefused(error)) answers.set(broker.pod, 'refuses');
        return;
      }
    }
    if (logins.length > 0) answers.set(broker.pod, 'accepts');
  };
  await Promise.all(brokers.map((broker) => slots.run(() => ask(broker))));
  return answers;
}

/** What else goes wrong says nothing of the login. */
function isRefused(error: unknown): boolean {
  return refusalsIn(error).some(({ id }) => id === 'SASL_AUTHENTICATION_FAILED');
}

async function takes({ pod, host }: BrokerPlace, { name, password }: Login, question: LoginQuestion): Promise<void> {
  const { ca, lookup, port } = question;
  const opened = logIn(host, { clientId: name, login: name, password, ca, lookup, port });
  // However late it comes about.
  opened.then(endSocket, () => undefined);
  await within(CONNECT_MAX_MS, pod, opened);
}
