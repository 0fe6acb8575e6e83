import type { LookupFunction } from 'node:net';
import { Connection } from '@platformatic/kafka';
import { PORTS, SCRAM_MECHANISM } from '../../../constructs/kubernetes/kafka/listeners.ts';

export interface LoginSettings {
  /** What the broker calls the client in its logs and metrics. */
  readonly clientId: string;
  readonly login: string;
  readonly password: string;
  /** Certificates of the PSC's own authority, PEM. */
  readonly ca: string;
  /** How host names become addresses. @default the system's own way */
  readonly lookup?: LookupFunction | undefined;
  /** Of the listener. @default that of the platform and of clients inside */
  readonly port?: number | undefined;
}

/** With the handshakes of TLS and SCRAM. */
export const CONNECT_MAX_MS = 3_000;
/** Of one question. */
export const CALL_MAX_MS = 4_000;
const MAX_IN_FLIGHT = 20;

/** A connection to one broker, logged in. @throws Error, the broker's refusal among them; nothing is left open then */
export async function logIn(
  host: string,
  { clientId, login, password, ca, lookup, port = PORTS.internal }: LoginSettings,
): Promise<Connection> {
  const connection = new Connection(clientId, {
    connectTimeout: CONNECT_MAX_MS,
    requestTimeout: CALL_MAX_MS,
    maxInflights: MAX_IN_FLIGHT,
    tls: { ca, ...(lookup === undefined ? {} : { lookup }) },
    tlsServerName: true,
    sasl: { mechanism: SCRAM_MECHANISM, username: login, password },
  });
  // Whoever waits for an answer is told by the call itself; without a listener the event would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.connect(host, port);
  } catch (error) {
    endSocket(connection);
    throw error;
  }
  return connection;
}

/** Ends a connection at once. */
export function endSocket(connection: Connection): void {
  // Absent until the client library has begun to connect, whatever its type says.
  const { socket } = connection as { readonly socket?: Connection['socket'] };
  socket?.destroy();
}
