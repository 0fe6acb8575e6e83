import type { LookupFunction } from 'node:net';
import { connect } from 'node:tls';
import { internalHost, PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import type { ShownCertificate } from '../credentials/held-certificates.ts';
import { within } from './deadline.ts';

/** Where a pod shows its certificate. */
export interface ShowingPlace {
  readonly pod: string;
  readonly host: string;
  readonly port: number;
}

export function showingPlace(psc: string, pod: string): ShowingPlace {
  const role = pod.startsWith('controller-') ? 'controller' : 'broker';
  const port = role === 'controller' ? PORTS.controller : PORTS.internal;
  return { pod, host: internalHost(role, pod, psc), port };
}

/** Time that a server has to show its certificate. */
export const SHOW_MAX_MS = 3_000;

/**
 * The certificate that a server shows to a client that connects now, and has the key of. Nothing is asked of it, so that one which wants a certificate of its clients shows its own as well.
 *
 * @throws Error when there is no handshake in time
 */
export async function shownCertificate(
  { pod, host, port }: ShowingPlace,
  lookup: LookupFunction | undefined,
): Promise<ShownCertificate> {
  const { promise, resolve, reject } = Promise.withResolvers<ShownCertificate>();
  // It is compared with the one that it must be: whether somebody vouches for it makes no difference.
  const socket = connect({
    host,
    port,
    servername: host,
    rejectUnauthorized: false,
    ...(lookup === undefined ? {} : { lookup }),
  });
  socket.on('error', reject);
  socket.once('close', () => {
    reject(new Error(`${pod} ends the connection before it shows a certificate`));
  });
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) reject(new Error(`${pod} shows no certificate`));
    else resolve({ fingerprint: certificate.fingerprint256, endMs: certificate.validToDate.getTime() });
  });
  try {
    return await within(SHOW_MAX_MS, pod, promise);
  } finally {
    socket.destroy();
  }
}
