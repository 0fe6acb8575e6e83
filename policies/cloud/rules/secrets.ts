import { fieldsAt, listAt, numberAt } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { example, good } from '../examples.ts';
import { AWS, GCP } from '../types.ts';

const common = { group: 'cloud-keys', severity: 'error' } as const;

const LOG_DAYS_MIN = 90;

/** Stores of the clouds that are neither bucket nor database: secrets, and logs. */
export const SECRET_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'secret-own-key',
    title: 'Secrets are encrypted with a named key',
    reason: "Who may read a secret is then decided twice, and the cloud's own key is nobody's to take away.",
    fix: 'Set kmsKeyId (aws) or customerManagedEncryption of every replica (gcp).',
    scope: 'Key Vault encrypts secrets itself and takes no key of ours.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.secret],
            message: 'no key of ours encrypts it',
            holds: ({ props }) => props['kmsKeyId'] !== undefined,
          },
        ],
        examples: {
          passing: [good('a named key', example(AWS.secret, 'database', { kmsKeyId: 'arn:aws:kms:::key/one' }))],
          failing: [good('nothing said', example(AWS.secret, 'database', {}))],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.secret],
            message: 'no key of ours encrypts each of its replicas',
            holds: ({ props }) => {
              const replicas = listAt(props, 'replication.userManaged.replicas');
              const automatic = fieldsAt(props, 'replication.auto');
              return replicas.length === 0
                ? automatic['customerManagedEncryption'] !== undefined
                : replicas.every(
                    (replica) => fieldsAt({ replica }, 'replica')['customerManagedEncryption'] !== undefined,
                  );
            },
          },
        ],
        examples: {
          passing: [
            good(
              'a named key',
              example(GCP.secret, 'database', {
                replication: {
                  userManaged: {
                    replicas: [{ location: 'us-central1', customerManagedEncryption: { kmsKeyName: 'k' } }],
                  },
                },
              }),
            ),
          ],
          failing: [
            good('everywhere, by Google', example(GCP.secret, 'database', { replication: { auto: {} } })),
            good(
              'one replica without',
              example(GCP.secret, 'database', {
                replication: { userManaged: { replicas: [{ location: 'us-central1' }] } },
              }),
            ),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    severity: 'warning',
    id: 'log-group-kept',
    title: 'Log groups are kept for a quarter, under a named key',
    reason: 'Audit logs tell who read what; a break-in is often noticed only months later.',
    fix: `Set retentionInDays to ${LOG_DAYS_MIN} or more, or leave it out for ever, and kmsKeyId.`,
    scope: 'Logs of GCP and Azure go to buckets and accounts: bucket-lifecycle speaks of those.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.logGroup],
            message: `it forgets within ${LOG_DAYS_MIN} days, or no key of ours encrypts it`,
            holds: ({ props }) => {
              const days = numberAt(props, 'retentionInDays') ?? 0;
              return props['kmsKeyId'] !== undefined && (days === 0 || days >= LOG_DAYS_MIN);
            },
          },
        ],
        examples: {
          passing: [
            good('90 days', example(AWS.logGroup, 'audit', { retentionInDays: 90, kmsKeyId: 'arn:aws:kms:::key/one' })),
            good('for ever', example(AWS.logGroup, 'audit', { kmsKeyId: 'arn:aws:kms:::key/one' })),
          ],
          failing: [
            good('a week', example(AWS.logGroup, 'audit', { retentionInDays: 7, kmsKeyId: 'arn:aws:kms:::key/one' })),
            good("Amazon's key", example(AWS.logGroup, 'audit', { retentionInDays: 90 })),
          ],
        },
      },
    },
  }),
];
