import type { Cloud } from '../../contracts/cloud.ts';

interface Form {
  readonly pattern: RegExp;
  readonly form: string;
}

/** Form of something that the cloud names, by cloud; `form` says it in words. */
export type Forms = Readonly<Record<Cloud, Form>>;

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ANY: Form = { pattern: /^\S+$/, form: 'a word' };

/** Account (aws), project (gcp), subscription (azure). */
export const ACCOUNT_FORMS: Forms = {
  aws: { pattern: /^\d{12}$/, form: 'an account id of 12 digits, in quotes' },
  gcp: { pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, form: 'a project id' },
  azure: { pattern: new RegExp(`^${UUID}$`), form: 'a subscription id (UUID)' },
  local: ANY,
};

/** Key that volumes are encrypted with, as the cloud's volume driver takes it. */
export const VOLUME_KEY_FORMS: Forms = {
  aws: {
    pattern: new RegExp(`^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\\d{12}:key/(mrk-[0-9a-f]{32}|${UUID})$`),
    form: 'a KMS key ARN, arn:aws:kms:<region>:<account>:key/<key id>',
  },
  gcp: {
    pattern: /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/,
    form: 'a KMS resource name, projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>',
  },
  azure: {
    pattern: new RegExp(
      `^/subscriptions/${UUID}/resourceGroups/[^/\\s]+/providers/Microsoft\\.Compute/diskEncryptionSets/[^/\\s]+$`,
    ),
    form: 'the id of a disk encryption set, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute/diskEncryptionSets/<name>',
  },
  local: ANY,
};

/** Who a pod is to its cloud. */
export const IDENTITY_FORMS: Forms = {
  aws: { pattern: /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/, form: 'a role ARN' },
  gcp: {
    pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/,
    form: "a service account's e-mail, <name>@<project>.iam.gserviceaccount.com",
  },
  azure: { pattern: new RegExp(`^${UUID}$`), form: 'a client id (UUID)' },
  local: ANY,
};

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Where a tenant's data beyond its volumes is kept. */
export const BUCKET_FORMS: Forms = {
  aws: { pattern: BUCKET_NAME, form: 'a bucket name' },
  gcp: { pattern: /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, form: 'a bucket name' },
  azure: {
    pattern: /^[a-z0-9]{3,24}\/[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])$/,
    form: 'a storage account and a container, <account>/<container>',
  },
  local: { pattern: BUCKET_NAME, form: 'a bucket name' },
};
