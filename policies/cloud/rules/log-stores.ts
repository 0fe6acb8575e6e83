import type { CloudResource } from '../cloud-resource.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { AWS, AZURE, GCP } from '../types.ts';

/**
 * Whether logs of other resources are written to a bucket or account. Such a store cannot have everything that others
 * have: S3 delivers access logs under Amazon's key only, and a store that logs its own access logs each delivery.
 */
export function isLogStore(store: CloudResource, stack: CloudStack): boolean {
  return LOG_WRITERS.some(([type, property]) => stack.speakingOf(store, property, type).length > 0);
}

/** Tag or label that tells whose a resource is, by cloud. */
export const TENANT_TAGS = ['flotilla.dev/tenant', 'flotilla-tenant'];
export const OWNER_TAGS = ['flotilla.dev/owner', 'flotilla-owner'];
export const STACK_TAGS = ['flotilla.dev/stack', 'flotilla-stack'];

const LOG_WRITERS = [
  [AWS.bucketLogging, 'targetBucket'],
  [AWS.flowLog, 'logDestination'],
  [GCP.bucket, 'logging.logBucket'],
  [GCP.logSink, 'destination'],
  [AZURE.diagnosticSetting, 'storageAccountId'],
  [AZURE.flowLog, 'storageId'],
] as const;
