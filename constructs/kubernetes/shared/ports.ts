/** Ports of the platform's own pods. */
export const PORTS = {
  /** `/healthz` and `/readyz`. */
  health: 8081,
  metrics: 9090,
  /** gRPC, gRPC-Web and JSON of the API. */
  api: 8080,
  connect: 8083,
  ksqldb: 8088,
  /** Metrics and `/healthz` of external-dns. */
  externalDns: 7979,
  /** Metrics and `/health-check` of the cluster autoscaler. */
  clusterAutoscaler: 8085,
  postgres: 5432,
  objectStore: 9000,
  https: 443,
} as const;

/** Ports that an API server listens on: behind a managed endpoint, and on a machine of its own. */
export const API_SERVER_PORTS = [443, 6443] as const;
