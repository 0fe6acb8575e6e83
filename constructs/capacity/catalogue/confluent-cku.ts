import { megabytesPerSecond } from '../units.ts';
import type { PublishedLimits } from './catalogue.ts';

/** Limits of one CKU of a Dedicated cluster of Confluent Cloud: the unit that tenants know. */
export const CONFLUENT_CKU: PublishedLimits = {
  limits: {
    ingressBytesPerSecond: megabytesPerSecond(60),
    egressBytesPerSecond: megabytesPerSecond(180),
    partitions: 4500,
    connections: 18_000,
    connectionAttemptsPerSecond: 500,
    requestsPerSecond: 15_000,
  },
  source: 'https://docs.confluent.io/cloud/current/clusters/cluster-types.html',
  lookedUpOn: '2026-07',
};

/** Partitions that a cluster of any size has at most, before replication; same source. */
export const MAX_PARTITIONS_PER_CLUSTER = 100_000;
/** Largest cluster; same source. */
export const MAX_CKUS = 152;
