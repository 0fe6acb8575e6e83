import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is wrong, in words; undefined while nothing is. */
export type HealthCheck = () => string | undefined;

export interface HealthServerOptions {
  /** Of `/healthz` and `/readyz`; 0 takes a free one. */
  readonly healthPort: number;
  /** Of `/metrics`; 0 takes a free one. */
  readonly metricsPort: number;
  /** Whether the process is worth keeping: the kubelet ends it otherwise. */
  readonly isLive: HealthCheck;
  readonly isReady: HealthCheck;
  readonly metrics: MetricsText;
}

/** Metrics in Prometheus' text form. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export interface HealthServer {
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly close: () => Promise<void>;
}

/** Serves probes and metrics until it is closed. @throws Error when a port is taken */
export async function serveHealth(options: HealthServerOptions): Promise<HealthServer> {
  const health = await serveChecks(options.healthPort, { '/healthz': options.isLive, '/readyz': options.isReady });
  const metrics = createServer((request, response) => {
    if (request.url !== '/metrics') {
      answer(response, NOT_FOUND, 'not found');
      return;
    }
    options.metrics.text().then(
      (text) => response.writeHead(OK, { 'content-type': options.metrics.contentType }).end(text),
      (error: unknown) => {
        answer(response, INTERNAL_ERROR, error instanceof Error ? error.message : 'no metrics');
      },
    );
  });
  try {
    const metricsPort = await listen(metrics, options.metricsPort);
    return {
      healthPort: health.port,
      metricsPort,
      close: async () => {
        await Promise.all([health.close(), close(metrics)]);
      },
    };
  } catch (error) {
    await health.close();
    throw error;
  }
}

/** A server of nothing but checks. */
export interface CheckServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Answers each path by its check: 200 while nothing is wrong, else 503 and what is. @throws Error when the port is taken */
export async function serveChecks(port: number, checks: Readonly<Record<string, HealthCheck>>): Promise<CheckServer> {
  const server = createServer(({ url = '' }, response) => {
    const check = checks[url];
    if (check === undefined) answer(response, NOT_FOUND, 'not found');
    else answerCheck(response, check());
  });
  const taken = await listen(server, port);
  return {
    port: taken,
    close: async () => {
      await close(server);
    },
  };
}

const OK = 200;
const NOT_FOUND = 404;
const INTERNAL_ERROR = 500;
const UNAVAILABLE = 503;

function answerCheck(response: ServerResponse, trouble: string | undefined): void {
  if (trouble === undefined) answer(response, OK, 'ok');
  else answer(response, UNAVAILABLE, trouble);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
