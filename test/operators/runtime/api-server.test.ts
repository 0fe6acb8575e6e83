import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, apiServer } from '../../../operators/runtime/api-server.ts';
import { createAuthority } from '../../support/certificates.ts';

describe('calls of the Kubernetes API', () => {
  let folder: string;
  let server: Server;
  let api: ApiServer;
  let connections = 0;
  const seen: string[] = [];
  /** What the server says before it has room. */
  const refusals: { readonly status: number; readonly retryAfter?: string; readonly body?: object }[] = [];

  beforeAll(async () => {
    const authority = await createAuthority('test');
    const pem = await authority.issue('api', [], ['127.0.0.1']);
    server = createServer({ key: pem, cert: pem }, (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${body}`);
        const refusal = refusals.shift();
        if (refusal === undefined) {
          response.end('{}');
          return;
        }
        response.writeHead(
          refusal.status,
          refusal.retryAfter === undefined ? {} : { 'retry-after': refusal.retryAfter },
        );
        response.end(JSON.stringify(refusal.body ?? {}));
      });
    });
    server.on('secureConnection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    folder = await mkdtemp(join(tmpdir(), 'api-server-'));
    const [caFile, tokenFile] = [join(folder, 'ca.crt'), join(folder, 'token')];
    await writeFile(caFile, authority.certificate);
    await writeFile(tokenFile, 'secret');
    const { port } = server.address() as AddressInfo;
    api = await apiServer({ server: `https://127.0.0.1:${port}`, caFile, identity: { tokenFile } });
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('arrive whole and one after the other on one connection, also with a body that Node does not expect', async () => {
    const signal = AbortSignal.timeout(5_000);
    for (const method of ['DELETE', 'POST', 'DELETE', 'PATCH'] as const) {
      await api.write({ method, path: '/x', body: { name: `ü ${method}` }, signal });
    }
    expect(seen).toEqual(['DELETE', 'POST', 'DELETE', 'PATCH'].map((method) => `${method} {"name":"ü ${method}"}`));
    expect(connections).toBe(1);
  });

  it('are made again when the server has no room yet and says when', async () => {
    seen.length = 0;
    refusals.push({ status: 429, retryAfter: '0.01' }, { status: 429, retryAfter: '0.01' });
    await expect(api.get({ path: '/x', query: {}, signal: AbortSignal.timeout(5_000) })).resolves.toEqual({});
    expect(seen).toEqual(['GET ', 'GET ', 'GET ']);
  });

  const budget = { kind: 'Status', details: { causes: [{ reason: 'DisruptionBudget' }] } };
  it.each([
    ['a used-up disruption budget', { status: 429, retryAfter: '0.01', body: budget }],
    ['no time', { status: 429 }],
    ['another error', { status: 503, retryAfter: '0.01' }],
  ])('are refused at once by %s', async (_what, refusal) => {
    seen.length = 0;
    refusals.push(refusal);
    const call = { path: '/x', query: {}, signal: AbortSignal.timeout(5_000) };
    await expect(api.get(call)).rejects.toMatchObject({ name: 'ApiServerError', status: refusal.status });
    expect(seen).toEqual(['GET ']);
  });

  it('are given up after eleven tries, and at once when the caller gives up', async () => {
    seen.length = 0;
    refusals.push(...Array.from({ length: 11 }, () => ({ status: 429, retryAfter: '0.001' })));
    const call = { path: '/x', query: {}, signal: AbortSignal.timeout(5_000) };
    await expect(api.get(call)).rejects.toMatchObject({ status: 429 });
    expect(seen).toHaveLength(11);
    refusals.push({ status: 429, retryAfter: '60' });
    await expect(api.get({ ...call, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ status: 429 });
  });
});
