import type { ConnectionOptions } from 'node:tls';
import type { LookupFunction } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';
import { SCRAM_MECHANISM } from '../../constructs/kubernetes/kafka/listeners.ts';

/** What a client needs to reach a Kafka cluster from outside and to be let in. */
export interface KafkaAccess {
  /** `host:port`. */
  readonly bootstrapServer: string;
  /** PEM of the cluster's authority. */
  readonly authority: string;
  readonly user: string;
  readonly password: string;
  /** How names are looked up. */
  readonly lookup: LookupFunction;
}

/** Options of every client of `@platformatic/kafka`. */
export function clientOptions(access: KafkaAccess, clientId: string): BaseOptions {
  const tls: ConnectionOptions = { ca: access.authority, lookup: access.lookup };
  return {
    clientId,
    bootstrapBrokers: [access.bootstrapServer],
    tls,
    // The gateway tells brokers apart by the name that the client asks for.
    tlsServerName: true,
    sasl: { mechanism: SCRAM_MECHANISM, username: access.user, password: access.password },
    connectTimeout: CONNECT_TIMEOUT_MS,
    retries: RETRIES,
    retryDelay: RETRY_DELAY_MS,
  };
}

const CONNECT_TIMEOUT_MS = 5_000;
/** With the delay, longer than a change of leaders takes when a zone is lost. */
const RETRIES = 60;
const RETRY_DELAY_MS = 500;
