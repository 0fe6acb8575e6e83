/** What the one static front end of a data plane depends on. */
export interface HaproxyConfigOptions {
  /** Suffix of the data plane's host names: an SNI outside of it is refused. */
  readonly domain: string;
  /** Connections that one gateway pod carries at a time. */
  readonly maxConnections: number;
  /** @default every address */
  readonly bindAddress?: string;
  /** `address:port` of the DNS server. @default those of the pod's resolv.conf */
  readonly nameserver?: string;
}

/** Name of the resolvers section that route files look brokers up with. */
export const CLUSTER_DNS_RESOLVERS = 'cluster-dns';

/** Ports of gateway pods. */
export const GATEWAY_PORTS = { external: 9094, status: 8405 } as const;

/** Path of the gateway's health, on the status port; metrics are on `/metrics`. */
export const GATEWAY_HEALTH_PATH = '/healthz';

/**
 * HAProxy's configuration apart from the routes (kafka/gateway-route.ts). TLS is never ended here: the gateway reads the
 * host name of the client's first message and passes everything on.
 */
export function haproxyConfig(options: HaproxyConfigOptions): string {
  const bind = options.bindAddress ?? '';
  return [
    ...globalSection(options),
    '',
    ...defaultsSection(),
    '',
    ...resolversSection(options),
    '',
    'frontend kafka',
    `  bind ${bind}:${GATEWAY_PORTS.external}`,
    `  tcp-request inspect-delay ${HELLO_PATIENCE_SECONDS}s`,
    '  tcp-request content reject unless { req.ssl_hello_type 1 }',
    `  tcp-request content reject unless { req.ssl_sni,lower -m end .${options.domain} }`,
    '  # Second label: the cluster. Its back end refuses strangers and finds the broker.',
    '  use_backend psc-%[req.ssl_sni,lower,field(2,.)]',
    '  default_backend nowhere',
    '',
    'backend nowhere',
    '  tcp-request content reject',
    '',
    'frontend status',
    '  mode http',
    `  bind ${bind}:${GATEWAY_PORTS.status}`,
    '  timeout client 10s',
    `  http-request return status 200 content-type text/plain string ok if { path ${GATEWAY_HEALTH_PATH} }`,
    '  http-request use-service prometheus-exporter if { path /metrics }',
    '  http-request return status 404',
    '',
  ].join('\n');
}

/** A client that has not said a host name by then is no Kafka client. */
const HELLO_PATIENCE_SECONDS = 5;

/** Longer than brokers keep an idle connection (`connections.max.idle.ms`, ten minutes), so that brokers end it. */
const IDLE_MINUTES = 15;

/**
 * Reloads that an old worker outlives while its clients stay connected. Routes change when a cluster comes, goes or
 * changes its source ranges, never when it grows; the bound keeps old workers from filling the pod's memory.
 */
const OLD_WORKERS_MAX = 16;

function globalSection({ maxConnections }: HaproxyConfigOptions): readonly string[] {
  return [
    'global',
    '  log stdout format raw local0',
    `  maxconn ${maxConnections}`,
    `  mworker-max-reloads ${OLD_WORKERS_MAX}`,
  ];
}

function defaultsSection(): readonly string[] {
  return [
    'defaults',
    '  mode tcp',
    '  log global',
    '  option tcplog',
    '  # One line per connection that failed, none per connection that did not.',
    '  option dontlog-normal',
    '  # Short: behind a bootstrap service the next attempt goes to another broker.',
    '  timeout connect 3s',
    `  timeout client ${IDLE_MINUTES}m`,
    `  timeout server ${IDLE_MINUTES}m`,
    '  # Load balancers of the clouds forget a connection that is silent for some minutes (four on Azure).',
    ...['cli', 'srv'].flatMap((side) => [
      `  option ${side}tcpka`,
      `  ${side}tcpka-idle 60s`,
      `  ${side}tcpka-intvl 15s`,
      `  ${side}tcpka-cnt 4`,
    ]),
  ];
}

function resolversSection({ nameserver }: HaproxyConfigOptions): readonly string[] {
  return [
    `resolvers ${CLUSTER_DNS_RESOLVERS}`,
    nameserver === undefined ? '  parse-resolv-conf' : `  nameserver dns ${nameserver}`,
    '  accepted_payload_size 8192',
    '  resolve_retries 3',
    '  timeout resolve 1s',
    '  timeout retry 1s',
    '  # A service keeps its address for life; one that was deleted and made again must not be missed for long.',
    '  hold valid 10s',
    '  hold nx 1s',
  ];
}
