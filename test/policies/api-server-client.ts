import { request, type RequestOptions } from 'node:https';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { AdminCredentials } from '../../local/kubernetes/control-plane-files.ts';

/** An API server and who asks it, as a started control plane has both. */
export interface ApiClient {
  readonly server: string;
  /** Without certificate and key, nobody is known by their connection. */
  readonly admin: Pick<AdminCredentials, 'authority'> & Partial<AdminCredentials>;
  /** Sent with every call, as in `Impersonate-User`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the API server made of one object. */
export interface Answer {
  readonly statusCode: number;
  readonly body: string;
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}

/** Asks whether the API server would create an object. */
export async function createDryRun(client: ApiClient, object: KubernetesObject): Promise<Answer> {
  const path = await collectionPath(client, object);
  return await call(client, { method: 'POST', path: `${path}?dryRun=All`, content: object });
}

/** Makes an object be as given (server-side apply); throws where the API server refuses. */
export async function apply(client: ApiClient, object: KubernetesObject): Promise<void> {
  const path = `${await collectionPath(client, object)}/${object.metadata.name}?fieldManager=test&force=true`;
  const { statusCode, body } = await call(client, { method: 'PATCH', path, content: object });
  if (statusCode >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${statusCode} ${body}`);
}

/** The answer to a question, whatever it is. */
export async function ask(client: ApiClient, path: string): Promise<Answer> {
  return await call(client, { method: 'GET', path });
}

/** Reads whatever is at a path of the API. */
export async function read(client: ApiClient, path: string): Promise<unknown> {
  const { statusCode, body } = await call(client, { method: 'GET', path });
  if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode} ${body}`);
  return JSON.parse(body);
}

const REQUEST_TIMEOUT_MS = 30_000;
const resources = new Map<string, string>();

/** The API server says itself under which name it serves a kind, and whether in namespaces. */
async function collectionPath(client: ApiClient, object: KubernetesObject): Promise<string> {
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const key = `${client.server}${root}/${object.kind}`;
  if (!resources.has(key)) {
    const served = (await read(client, root)) as {
      readonly resources: readonly { readonly name: string; readonly kind: string }[];
    };
    const found = served.resources.find(({ name, kind }) => kind === object.kind && !name.includes('/'));
    if (found === undefined) throw new Error(`${root} serves no ${object.kind}`);
    resources.set(key, found.name);
  }
  const { namespace } = object.metadata;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${scope}/${resources.get(key) ?? ''}`;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly content?: KubernetesObject;
}

async function call(client: ApiClient, { method, path, content }: Call): Promise<Answer> {
  const { admin, server, headers = {} } = client;
  const options: RequestOptions = {
    method,
    ca: admin.authority,
    cert: admin.certificate,
    key: admin.key,
    timeout: REQUEST_TIMEOUT_MS,
    headers: { ...headers, 'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json' },
  };
  return await new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, server), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          statusCode: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          warnings: [response.headers.warning ?? []].flat(),
        });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${REQUEST_TIMEOUT_MS} ms`)));
    sent.on('error', reject);
    sent.end(content === undefined ? undefined : JSON.stringify(content));
  });
}
