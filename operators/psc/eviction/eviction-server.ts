import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import { type EvictionReview, parseEvictionReview, reviewResponse } from './admission-review.ts';
import type { EvictionAnswer } from './answer-eviction.ts';
import type { WebhookCertificate } from './webhook-certificate.ts';

export interface EvictionServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Whatever it rejects with is an error of the webhook to the API server, which then leaves the eviction to the budget. */
  readonly answer: (review: EvictionReview) => Promise<EvictionAnswer>;
}

export interface EvictionServer {
  readonly port: number;
  /** What connections from now on are shown; before the first, none comes about. */
  readonly show: (certificate: Pick<WebhookCertificate, 'certificate' | 'key'>) => void;
  readonly close: () => Promise<void>;
}

/** Answers the API server's reviews of evictions until it is closed. @throws Error when the port is taken */
export async function serveReviews({ port, answer }: EvictionServerOptions): Promise<EvictionServer> {
  const server = createServer((request, response) => {
    review(request, answer).then(
      (body) => {
        say(response, OK, body);
      },
      (error: unknown) => {
        say(response, INTERNAL_ERROR, { message: error instanceof Error ? error.message : 'no answer' });
      },
    );
  });
  // Who speaks no TLS, or trusts another authority, is no reason to end.
  server.on('tlsClientError', (_error, socket) => {
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    show: ({ certificate, key }) => {
      server.setSecureContext({ cert: certificate, key });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const OK = 200;
const INTERNAL_ERROR = 500;
/** A review of an eviction holds little more than names. */
const MAX_REVIEW_LENGTH = 256 * 1024;

async function review(
  request: IncomingMessage,
  answer: EvictionServerOptions['answer'],
): Promise<Readonly<Record<string, unknown>>> {
  const path = (request.url ?? '').split('?')[0];
  if (request.method !== 'POST' || path !== EVICTION_WEBHOOK.path) throw new Error('there is nothing here');
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request) {
    text += part as string;
    if (text.length > MAX_REVIEW_LENGTH) throw new Error('the review is too long');
  }
  const parsed = parseEvictionReview(text);
  if (parsed === undefined) throw new Error('this is no review of an eviction');
  return reviewResponse(parsed.uid, await answer(parsed));
}

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
