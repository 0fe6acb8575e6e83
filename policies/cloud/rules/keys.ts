import { at, isOn, listAt, numberAt, textAt, textsAt } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { awsStatements, hasWildcardAction, isAllow, isForEverybody } from '../aws-policy.ts';
import { bad, example, good } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

const common = { group: 'cloud-keys', severity: 'error' } as const;

const AWS_KEY = [
  example(
    AWS.key,
    'orders',
    {
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::111122223333:root' },
            Action: ['kms:DescribeKey', 'kms:PutKeyPolicy'],
            Resource: '*',
          },
        ],
      },
    },
    'protected',
  ),
];
const GCP_KEY = [
  example(GCP.key, 'orders', { rotationPeriod: '7776000s' }, 'protected'),
  example(GCP.keyMember, 'orders-storage', {
    cryptoKeyId: 'projects/p/locations/l/keyRings/r/cryptoKeys/orders',
    role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    member: 'serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com',
  }),
];
const AZURE_KEY = [
  example(
    AZURE.vault,
    'keys',
    {
      vaultName: 'example-keys',
      properties: {
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
        networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' },
      },
    },
    'protected',
  ),
  example(
    AZURE.key,
    'orders',
    {
      vaultName: 'example-keys',
      properties: {
        rotationPolicy: {
          lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P365D' } }],
        },
      },
    },
    'protected',
  ),
];

/** CIS asks for this on GCP, where a new version costs nothing until it is used. */
const ROTATION_DAYS_MAX = 90;
const SECONDS_PER_DAY = 24 * 60 * 60;
/** The longest that KMS and the default that Cloud KMS waits before a key is gone. */
const DELETION_DAYS_MIN = 30;
const VAULT_DAYS_MIN = 90;

/** Keys that encrypt data of tenants and of the platform. */
export const KEY_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'key-rotation',
    title: 'Keys are rotated by their cloud',
    reason: 'What a key that leaked once encrypts from then on stays readable to the thief until the key changes.',
    fix: 'Set enableKeyRotation: true (aws), a rotationPeriod of at most 90 days (gcp) or a rotationPolicy that rotates (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '3.6')],
        demands: [
          {
            form: 'resource',
            types: [AWS.key],
            message: 'nothing rotates it',
            holds: ({ props }) =>
              isOn(props, 'enableKeyRotation') ||
              // KMS rotates symmetric keys only.
              ['SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'].includes(textAt(props, 'keyUsage') ?? ''),
          },
        ],
        examples: {
          passing: [
            good('rotated', ...AWS_KEY),
            bad('a key that signs', AWS_KEY, ['orders', 'keyUsage', 'SIGN_VERIFY']),
          ],
          failing: [
            bad('nothing said', AWS_KEY, ['orders', 'enableKeyRotation', undefined]),
            bad('turned off', AWS_KEY, ['orders', 'enableKeyRotation', false]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '1.10')],
        demands: [
          {
            form: 'resource',
            types: [GCP.key],
            message: `nothing rotates it within ${ROTATION_DAYS_MAX} days`,
            holds: ({ props }) =>
              (numberAt(props, 'rotationPeriod') ?? Infinity) <= ROTATION_DAYS_MAX * SECONDS_PER_DAY ||
              !['ENCRYPT_DECRYPT', undefined].includes(textAt(props, 'purpose')),
          },
        ],
        examples: {
          passing: [good('each quarter', ...GCP_KEY)],
          failing: [
            bad('nothing said', GCP_KEY, ['orders', 'rotationPeriod', undefined]),
            bad('each year', GCP_KEY, ['orders', 'rotationPeriod', '31536000s']),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '8.8')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.key],
            message: 'its vault does not rotate it',
            holds: ({ props }) =>
              listAt(props, 'properties.rotationPolicy.lifetimeActions').some(
                (action) => textAt(action, 'action.type')?.toLowerCase() === 'rotate',
              ),
          },
        ],
        examples: {
          passing: [good('each year', ...AZURE_KEY)],
          failing: [
            bad('nothing said', AZURE_KEY, ['orders', 'properties.rotationPolicy', undefined]),
            bad('a reminder only', AZURE_KEY, [
              'orders',
              'properties.rotationPolicy.lifetimeActions.0.action.type',
              'notify',
            ]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'key-no-wildcard',
    title: 'Key policies name who may do what',
    reason:
      'kms:* for the account hands the key to every role that somebody gives broad rights, tenants of others included.',
    fix: 'Name principals and actions one by one; on Azure use roles on the key, not access policies of the vault.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.key, AWS.keyPolicy],
            message: 'its policy allows all actions, or something to everybody without a condition on who that is',
            holds: ({ props }) =>
              !awsStatements(props, 'policy').some(
                (statement) =>
                  isAllow(statement) &&
                  (hasWildcardAction(statement) ||
                    (isForEverybody(statement) &&
                      !statement.conditions.some(({ key }) =>
                        ['aws:principalarn', 'aws:principalaccount', 'kms:calleraccount'].includes(key),
                      ))),
              ),
          },
          {
            form: 'resource',
            types: [AWS.key],
            message: 'it has no policy of its own, which means kms:* for the account',
            holds: ({ props }) => props['policy'] !== undefined,
          },
        ],
        examples: {
          passing: [
            good('named actions', ...AWS_KEY),
            bad('everybody of one account', AWS_KEY, [
              'orders',
              'policy.Statement.1',
              {
                Effect: 'Allow',
                Principal: '*',
                Action: 'kms:Decrypt',
                Condition: { StringEquals: { 'kms:CallerAccount': '111122223333' } },
              },
            ]),
          ],
          failing: [
            bad('all actions', AWS_KEY, ['orders', 'policy.Statement.0.Action', 'kms:*']),
            bad('everybody', AWS_KEY, ['orders', 'policy.Statement.0.Principal', { AWS: '*' }]),
            bad("KMS' own policy", AWS_KEY, ['orders', 'policy', undefined]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '1.9')],
        demands: [
          {
            form: 'resource',
            types: [GCP.keyMember, GCP.keyBinding, GCP.ringMember],
            message: 'a key is given to everybody, or with all rights',
            holds: ({ props }) =>
              ![...textsAt(props, 'member'), ...textsAt(props, 'members')].some((member) =>
                /^(?:allUsers|allAuthenticatedUsers|domain:)/.test(member),
              ) && !['roles/owner', 'roles/editor', 'roles/cloudkms.admin'].includes(textAt(props, 'role') ?? ''),
          },
        ],
        examples: {
          passing: [good('one service', ...GCP_KEY)],
          failing: [
            bad('everybody', GCP_KEY, ['orders-storage', 'member', 'allAuthenticatedUsers']),
            bad('an administrator', GCP_KEY, ['orders-storage', 'role', 'roles/cloudkms.admin']),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '8.6')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.vault],
            message: 'access policies of the whole vault decide over its keys',
            holds: ({ props }) =>
              isOn(props, 'properties.enableRbacAuthorization') &&
              listAt(props, 'properties.accessPolicies').length === 0,
          },
        ],
        examples: {
          passing: [good('roles', ...AZURE_KEY)],
          failing: [
            bad('nothing said', AZURE_KEY, ['keys', 'properties.enableRbacAuthorization', undefined]),
            bad('a policy', AZURE_KEY, ['keys', 'properties.accessPolicies.0', { permissions: { keys: ['all'] } }]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'key-deletion-window',
    title: 'A deleted key can be brought back for a month',
    reason: 'With its key all data of a tenant is gone at once; nothing else that is deleted takes so much along.',
    fix: 'Set deletionWindowInDays: 30 (aws), leave destroyScheduledDuration at 30 days (gcp), or set enablePurgeProtection and 90 days of soft delete (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.key],
            message: `it is gone in less than ${DELETION_DAYS_MIN} days`,
            holds: ({ props }) => (numberAt(props, 'deletionWindowInDays') ?? DELETION_DAYS_MIN) >= DELETION_DAYS_MIN,
          },
        ],
        examples: {
          passing: [good('a month', ...AWS_KEY)],
          failing: [bad('a week', AWS_KEY, ['orders', 'deletionWindowInDays', 7])],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.key],
            message: `its versions are gone in less than ${DELETION_DAYS_MIN} days`,
            holds: ({ props }) =>
              (numberAt(props, 'destroyScheduledDuration') ?? Infinity) >= DELETION_DAYS_MIN * SECONDS_PER_DAY,
          },
        ],
        examples: {
          passing: [good("Google's default of 30 days", ...GCP_KEY)],
          failing: [bad('a day', GCP_KEY, ['orders', 'destroyScheduledDuration', '86400s'])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '8.5')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.vault],
            message: 'what is deleted in it can be purged at once',
            holds: ({ props }) =>
              isOn(props, 'properties.enablePurgeProtection') &&
              textAt(props, 'properties.enableSoftDelete') !== 'false' &&
              (numberAt(props, 'properties.softDeleteRetentionInDays') ?? VAULT_DAYS_MIN) >= VAULT_DAYS_MIN,
          },
        ],
        examples: {
          passing: [good('90 days', ...AZURE_KEY)],
          failing: [
            bad('no protection', AZURE_KEY, ['keys', 'properties.enablePurgeProtection', undefined]),
            bad('a week', AZURE_KEY, ['keys', 'properties.softDeleteRetentionInDays', 7]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'key-vault-network',
    title: 'Vaults are closed to the internet',
    reason: 'A stolen token of anybody who may read secrets would open the vault from anywhere.',
    fix: 'Set networkAcls.defaultAction: Deny, or publicNetworkAccess: disabled.',
    scope: 'KMS and Cloud KMS have no address of ours to close.',
    clouds: {
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.vault],
            message: 'every network reaches it',
            holds: ({ props }) =>
              at(props, 'properties.networkAcls.defaultAction') === 'Deny' ||
              textAt(props, 'properties.publicNetworkAccess')?.toLowerCase() === 'disabled',
          },
        ],
        examples: {
          passing: [good('denied by default', ...AZURE_KEY)],
          failing: [
            bad('nothing said', AZURE_KEY, ['keys', 'properties.networkAcls', undefined]),
            bad('allowed', AZURE_KEY, ['keys', 'properties.networkAcls.defaultAction', 'Allow']),
          ],
        },
      },
    },
  }),
];
