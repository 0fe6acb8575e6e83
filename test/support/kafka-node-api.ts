import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** The one call of the Kubernetes API that Kafka pods make: `get nodes`, metadata only. */
export interface NodeApi {
  readonly url: string;
  close(): Promise<void>;
}

export interface NodeApiOptions {
  readonly address: string;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly token: string;
  /** Node ▶ zone. */
  readonly zones: Readonly<Record<string, string>>;
}

/** Serves nodes over TLS to holders of the token, in the form in which the API server does. */
export async function serveNodeApi({ address, tls, token, zones }: NodeApiOptions): Promise<NodeApi> {
  const server = createServer(tls, (request, response) => {
    const node = request.url?.replace('/api/v1/nodes/', '') ?? '';
    const zone = zones[node];
    const authorized = request.headers.authorization === `Bearer ${token}`;
    const status = authorized ? (zone === undefined ? 404 : 200) : 403;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? partialMetadata(node, zone ?? '') : '{"kind":"Status"}');
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** With an annotation that repeats the label in quotes, as `kubectl apply` leaves it behind. */
function partialMetadata(name: string, zone: string): string {
  const label = 'topology.kubernetes.io/zone';
  return JSON.stringify({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, [label]: zone },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"labels":{"${label}":"stale"}}` },
      managedFields: [{ fieldsV1: { 'f:metadata': { 'f:labels': { [`f:${label}`]: {} } } } }],
    },
  });
}
