import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import { pause } from '../../runtime/abort-signals.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import { podWrites } from '../kubernetes/pod-writes.ts';
import { portWrites } from '../kubernetes/port-writes.ts';
import type { PscCache } from '../kubernetes/psc-cache.ts';
import { secretStore } from '../kubernetes/secret-store.ts';
import { ConflictError } from '../ports.ts';
import type { EvictionReview } from './admission-review.ts';
import { answerEviction, type EvictionAnswer } from './answer-eviction.ts';
import { type EvictionServer, serveReviews } from './eviction-server.ts';
import { type WebhookCertificate, webhookCertificate } from './webhook-certificate.ts';

export interface EvictionsOptions {
  readonly api: ApiServer;
  readonly cache: Pick<PscCache, 'get' | 'isClosed' | 'isSynced'>;
  /** Of the operator itself, and of the Secret that its replicas share. */
  readonly namespace: string;
  /** User that the operator itself evicts as. */
  readonly operator: string;
  readonly port: number;
  readonly wallMs: () => number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Answers evictions of Kafka's pods, whoever leads, and keeps the certificate for it and what the API server trusts of it, until
 * `signal` is aborted.
 *
 * @throws Error when the port is taken
 */
export async function serveEvictions(options: EvictionsOptions): Promise<void> {
  const server = await serveReviews({ port: options.port, answer: async (review) => await answer(options, review) });
  options.log(`evictions on port ${server.port}`);
  try {
    await keepCertificate(options, server);
  } finally {
    await server.close();
  }
}

const LOOK_MS = 300_000;
const RETRY_MS = 5_000;

async function keepCertificate(
  { api, namespace, wallMs, log, signal }: EvictionsOptions,
  server: EvictionServer,
): Promise<void> {
  const secrets = secretStore(api);
  let shown = '';
  while (!signal.aborted) {
    let waitMs = LOOK_MS;
    try {
      const certificate = await webhookCertificate(secrets, { namespace, nowMs: wallMs() });
      if (certificate.certificate !== shown) server.show(certificate);
      shown = certificate.certificate;
      await trust(api, certificate);
    } catch (error) {
      waitMs = RETRY_MS;
      // Another replica has made it meanwhile.
      if (!(error instanceof ConflictError)) {
        log(`evictions: the certificate is not as it should be: ${error instanceof Error ? error.message : ''}`);
      }
    }
    await pause(waitMs, signal);
  }
}

/** Server-side apply of the one field that is the operator's; what is as it should be is not written. */
async function trust(api: ApiServer, { authorities }: WebhookCertificate): Promise<void> {
  const { configuration, webhook } = EVICTION_WEBHOOK;
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: configuration },
    webhooks: [{ name: webhook, clientConfig: { caBundle: Buffer.from(authorities).toString('base64') } }],
  };
  await portWrites(api).writeExisting({
    method: 'PATCH',
    path: `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${configuration}`,
    query: { fieldManager: FIELD_OWNERS.operator, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body,
  });
}

async function answer(
  { api, cache, operator, wallMs, log }: EvictionsOptions,
  review: EvictionReview,
): Promise<EvictionAnswer> {
  if (!cache.isSynced()) throw new Error('the Kubernetes API has not been read yet');
  const psc = review.namespace.replace(PSC_PREFIX, '');
  const found = pscNamespace(psc) === review.namespace ? cache.get(psc) : undefined;
  const answered = answerEviction(review, found, { operator, nowMs: wallMs(), isClosed: cache.isClosed });
  if (answered.kind !== 'refused' || answered.wish === undefined || found === undefined) return answered;
  try {
    await podWrites(portWrites(api), wallMs).wishAway(found.psc, answered.wish);
    log(`${psc}: ${review.username} wants ${review.pod} off its node`);
  } catch (error) {
    // Whoever asks is told to ask again, and then it is written.
    log(`${psc}: ${review.pod}: the wish is lost: ${error instanceof Error ? error.message : ''}`);
  }
  return answered;
}

const PSC_PREFIX = /^psc-/;
