import type { CryptoKeyArgs } from '@pulumi/gcp/kms/cryptoKey.js';

/** What all keys of ours have in common; `deletionPolicy` is the provider's own refusal to destroy one. */
export function keyArgs(
  deletionPolicy: 'PREVENT' | 'DELETE',
): Pick<
  CryptoKeyArgs,
  'purpose' | 'rotationPeriod' | 'destroyScheduledDuration' | 'versionTemplate' | 'deletionPolicy'
> {
  return {
    purpose: 'ENCRYPT_DECRYPT',
    rotationPeriod: `${ROTATION_PERIOD_S}s`,
    destroyScheduledDuration: `${DESTROY_SCHEDULED_DURATION_S}s`,
    versionTemplate: { algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', protectionLevel: 'SOFTWARE' },
    deletionPolicy,
  };
}

/** Encrypts and decrypts with one key, and can neither change nor destroy it. */
export const KEY_USER_ROLE = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';
/** cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create */
export const MAX_KEY_NAME = 63;

const DAY_S = 24 * 60 * 60;
/** The longest that the CIS GCP Foundations Benchmark (1.10) lets a key go without a new version. */
const ROTATION_PERIOD_S = 90 * DAY_S;
/** Until then a version's destruction can be called off. */
const DESTROY_SCHEDULED_DURATION_S = 30 * DAY_S;
