import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { LOGIN_BELIEF_MS } from '../../../../operators/psc/credentials/validity.ts';
import { BrokerConnections, type KafkaCredentials } from '../../../../operators/psc/kafka/broker-connections.ts';

const BROKER = { id: 0, pod: 'kafka-0', host: '127.0.0.1', zone: 'a' };
const KNOWN: KafkaCredentials = { login: 'flotilla-operator', password: 'secret', ca: '' };

describe('credentials of connections', () => {
  test('are read again before a connection is opened with what was read some minutes ago', async () => {
    let nowMs = 0;
    let reads = 0;
    const read = (): Promise<KafkaCredentials> => Promise.resolve({ ...KNOWN, login: `login-${(reads += 1)}` });
    const connections = await toNobody(read, () => nowMs);
    await refusal(connections);
    nowMs = LOGIN_BELIEF_MS - 1;
    await refusal(connections);
    expect(reads).toBe(1);
    nowMs = LOGIN_BELIEF_MS;
    await refusal(connections);
    expect(reads).toBe(2);
  });

  test('that cannot be read again are used as they were, and asked for at the next connection', async () => {
    let nowMs = 0;
    let reads = 0;
    const read = (): Promise<KafkaCredentials> => {
      reads += 1;
      return reads === 1 ? Promise.resolve(KNOWN) : Promise.reject(new Error('the API server is away'));
    };
    const connections = await toNobody(read, () => nowMs);
    const first = await refusal(connections);
    nowMs = LOGIN_BELIEF_MS;
    expect(await refusal(connections)).toBe(first);
    expect(await refusal(connections)).toBe(first);
    expect(reads).toBe(3);
  });

  test('that were never read are an error of whoever asks', async () => {
    const connections = await toNobody(
      () => Promise.reject(new Error('no credentials yet')),
      () => 0,
    );
    expect(await refusal(connections)).toBe('no credentials yet');
  });

  test('are in no word of an error', async () => {
    const connections = await toNobody(
      () => Promise.resolve(KNOWN),
      () => 0,
    );
    expect(await refusal(connections)).not.toContain(KNOWN.password);
  });
});

/** To a port on which nobody listens. */
async function toNobody(
  credentials: () => Promise<KafkaCredentials>,
  wallMs: () => number,
): Promise<BrokerConnections> {
  const server = createServer().listen(0, BROKER.host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return new BrokerConnections({ credentials, wallMs, port: address.port });
}

/** What is said to whoever asks, ports left out. */
async function refusal(connections: BrokerConnections): Promise<string> {
  const asked = connections.call(BROKER, () => Promise.resolve('an answer'));
  return await asked.then(
    () => 'nobody should answer',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
