import { request, type RequestOptions } from 'node:https';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';

/** What the API server made of one object. */
export interface Answer {
  readonly statusCode: number;
  readonly body: string;
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}

/** Creates an object, or only asks whether it would be created. */
export async function create(
  controlPlane: ControlPlane,
  object: KubernetesObject,
  mode: 'for-real' | 'dry-run',
): Promise<Answer> {
  const path = `${await collectionPath(controlPlane, object)}?${mode === 'dry-run' ? 'dryRun=All&' : ''}fieldManager=test`;
  return await call(controlPlane, 'POST', path, object);
}

/** Reads whatever is at a path of the API. */
export async function read(controlPlane: ControlPlane, path: string): Promise<unknown> {
  const { statusCode, body } = await call(controlPlane, 'GET', path);
  if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode} ${body}`);
  return JSON.parse(body);
}

const REQUEST_TIMEOUT_MS = 30_000;
const resources = new Map<string, string>();

/** The API server says itself under which name it serves a kind, and whether in namespaces. */
async function collectionPath(controlPlane: ControlPlane, object: KubernetesObject): Promise<string> {
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const key = `${controlPlane.server}${root}/${object.kind}`;
  if (!resources.has(key)) {
    const served = (await read(controlPlane, root)) as {
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

async function call(controlPlane: ControlPlane, method: string, path: string, content?: unknown): Promise<Answer> {
  const { admin, server } = controlPlane;
  const options: RequestOptions = {
    method,
    ca: admin.authority,
    cert: admin.certificate,
    key: admin.key,
    timeout: REQUEST_TIMEOUT_MS,
    headers: { 'content-type': 'application/json' },
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
