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

  beforeAll(async () => {
    const authority = await createAuthority('test');
    const pem = await authority.issue('api', [], ['127.0.0.1']);
    server = createServer({ key: pem, cert: pem }, (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        seen.push(`${request.method ?? ''} ${body}`);
        response.end('{}');
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
});
