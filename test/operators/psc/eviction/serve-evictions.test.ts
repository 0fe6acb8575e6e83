import { request } from 'node:https';
import { describe, expect, it } from '@jest/globals';
import { serveEvictions } from '../../../../operators/psc/eviction/serve-evictions.ts';
import { webhookCertificate } from '../../../../operators/psc/eviction/webhook-certificate.ts';
import { DAY_MS } from '../../../../operators/psc/credentials/validity.ts';
import { secretStore } from '../../../../operators/psc/kubernetes/secret-store.ts';
import { ConflictError } from '../../../../operators/psc/ports.ts';
import { type ApiServer, ApiServerError, type ApiWrite } from '../../../../operators/runtime/api-server.ts';
import { examplePsc } from '../../../support/example-psc.ts';
import { NOW_MS, runningCluster } from '../observed-cluster.ts';

const NAMESPACE = 'flotilla-system';

interface Written {
  readonly path: string;
  readonly body: {
    readonly data?: Readonly<Record<string, string | null>>;
    readonly metadata?: { readonly annotations?: object };
    readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle: string } }[];
  };
}

/** An API server that keeps one Secret. */
class SecretApi implements ApiServer {
  readonly written: Written[] = [];
  readonly #onWrite: () => void;
  #data: Readonly<Record<string, string | null>> | undefined;
  #version = 0;

  constructor(onWrite: () => void = () => undefined) {
    this.#onWrite = onWrite;
  }

  readonly get: ApiServer['get'] = () => {
    if (this.#data === undefined) return Promise.reject(new ApiServerError('none', { status: 404 }));
    return Promise.resolve({ metadata: { resourceVersion: String(this.#version) }, data: this.#data });
  };

  readonly lines: ApiServer['lines'] = () => {
    throw new Error('nothing is followed here');
  };

  readonly write = (call: ApiWrite): Promise<unknown> => {
    const { path, method } = call;
    const body = call.body as Written['body'];
    if (method === 'POST' && this.#data !== undefined)
      return Promise.reject(new ApiServerError('there is one', { status: 409 }));
    this.written.push({ path, body });
    if (path.includes('/secrets')) {
      this.#data = { ...this.#data, ...body.data };
      this.#version += 1;
    }
    this.#onWrite();
    return Promise.resolve({});
  };

  bundle(): string {
    const applied = this.written.find(({ path }) => path.endsWith('/flotilla-evictions'));
    return Buffer.from(applied?.body.webhooks?.[0]?.clientConfig.caBundle ?? '', 'base64').toString('utf8');
  }
}

async function ask(
  port: number,
  ca: string,
  body: unknown,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const options = {
    port,
    path: '/evictions?timeout=5s',
    method: 'POST',
    ca,
    servername: 'operator.flotilla-system.svc',
  };
  request({ host: '127.0.0.1', ...options }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += part));
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, text });
    });
  })
    .once('error', reject)
    .end(JSON.stringify(body));
  return await promise;
}

describe('the webhook of evictions', () => {
  it('has the API server trust what it shows, refuses over HTTPS, and writes the wish on the pod', async () => {
    const running = runningCluster(examplePsc('aws'));
    const trusted = Promise.withResolvers<undefined>();
    const listening = Promise.withResolvers<number>();
    const api = new SecretApi(() => {
      if (api.bundle() !== '') trusted.resolve(undefined);
    });
    const stop = new AbortController();
    const served = serveEvictions({
      api,
      cache: { isSynced: () => true, isClosed: () => true, get: (psc) => (psc === 'orders' ? running : undefined) },
      namespace: NAMESPACE,
      operator: 'system:serviceaccount:flotilla-system:operator',
      port: 0,
      wallMs: () => Date.now(),
      log: (line) => {
        const [, port] = /^evictions on port (\d+)$/.exec(line) ?? [];
        if (port !== undefined) listening.resolve(Number(port));
      },
      signal: stop.signal,
    });
    try {
      const port = await listening.promise;
      await trusted.promise;
      const review = { uid: 'u1', name: 'kafka-0', namespace: 'psc-orders', subResource: 'eviction' };
      const { status, text } = await ask(port, api.bundle(), { request: review });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ response: { uid: 'u1', allowed: false, status: { code: 429 } } });
      expect(api.written.at(-1)).toMatchObject({
        path: '/api/v1/namespaces/psc-orders/pods/kafka-0/status',
        body: {
          metadata: { uid: 'uid-kafka-0', annotations: { 'flotilla.dev/evicted-at': expect.any(String) } },
        },
      });
      expect((await ask(port, api.bundle(), { nothing: 'of it' })).status).toBe(500);
    } finally {
      stop.abort();
      await served;
    }
  });
});

describe("the webhook's certificate", () => {
  const at = { namespace: NAMESPACE, nowMs: NOW_MS };

  it('is made once, and shared by all replicas', async () => {
    const secrets = secretStore(new SecretApi());
    const first = await webhookCertificate(secrets, at);
    expect(await webhookCertificate(secrets, { ...at, nowMs: NOW_MS + 300 * DAY_MS })).toEqual(first);
  });

  it('is made anew in time, and the one before is trusted for replicas that still show it, but none before that', async () => {
    const secrets = secretStore(new SecretApi());
    const [first, second, third] = [
      await webhookCertificate(secrets, at),
      await webhookCertificate(secrets, { ...at, nowMs: NOW_MS + 340 * DAY_MS }),
      await webhookCertificate(secrets, { ...at, nowMs: NOW_MS + 680 * DAY_MS }),
    ];
    expect(second.certificate).not.toBe(first.certificate);
    expect(second.authorities).toContain(first.authorities);
    expect(third.authorities).not.toContain(first.authorities);
    expect(third.authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('is that of the replica which was quicker', async () => {
    const secrets = secretStore(new SecretApi());
    const blind = { ...secrets, read: () => Promise.resolve(undefined) };
    const first = await webhookCertificate(secrets, at);
    await expect(webhookCertificate(blind, at)).rejects.toThrow(ConflictError);
    expect(await webhookCertificate(secrets, at)).toEqual(first);
  });
});
