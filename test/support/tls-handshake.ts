import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, createServer, type TLSSocket } from 'node:tls';

export interface Handshake {
  /** Key, certificate and chain (PEM) of who listens. */
  readonly server: string;
  readonly host: string;
  /** Whom the client trusts (PEM). */
  readonly trusts: string;
  /**
   * `roots`: a chain ends at a root (OpenSSL's way, without X509_V_FLAG_PARTIAL_CHAIN); `any`: at whatever is trusted, which is how
   * Java goes about it.
   */
  readonly ends: 'roots' | 'any';
  /** @default - whoever listens does not ask for one */
  readonly client?: { readonly pem: string; readonly trusted: string };
}

/** Why the two do not come together; undefined where they do. */
export async function handshakeFault({ server, host, trusts, ends, client }: Handshake): Promise<string | undefined> {
  const isPartial = ends === 'any';
  const asked = client === undefined ? {} : { ca: client.trusted, allowPartialTrustChain: isPartial };
  const context = createSecureContext({ ...parts(server), ...asked });
  const listener = createServer({
    // createServer itself has no option for where chains may end.
    SNICallback: (_name, answer) => {
      answer(null, context);
    },
    requestCert: client !== undefined,
    rejectUnauthorized: client !== undefined,
  });
  const refused = new Promise<string>((resolve) => {
    listener.once('tlsClientError', (error) => {
      resolve(error.message);
    });
  });
  const welcomed = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const socket = connect({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    servername: host,
    ca: trusts,
    allowPartialTrustChain: isPartial,
    ...(client === undefined ? {} : parts(client.pem)),
  });
  const failed = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
  try {
    const [fault] = await Promise.all([
      Promise.race([failed, refused, Promise.all([welcomed, once(socket, 'secureConnect')]).then(() => undefined)]),
    ]);
    return fault;
  } finally {
    socket.destroy();
    const accepted = await Promise.race([welcomed, refused.then(() => undefined), failed.then(() => undefined)]);
    accepted?.[0].destroy();
    listener.close();
  }
}

function parts(pem: string): { readonly key: string; readonly cert: string } {
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, start), cert: pem.slice(start) };
}
