import { textAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { roleExamples } from './identities.ts';

const common = { group: 'cloud-identities', severity: 'error' } as const;
const ROLES = roleExamples();

/** How far identities reach, and for how long. */
export const IDENTITY_REACH_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'identity-no-account-wide-roles',
    title: 'Roles are given on resources, not on a whole account',
    reason: 'Whoever breaks into that identity owns every region, every tenant and whatever else the account holds.',
    fix: "Write a policy of its own instead of the cloud's broad one, and assign roles on the one resource or its group.",
    clouds: {
      aws: {
        standards: [cisCloud('aws', '1.16')],
        demands: [
          {
            form: 'resource',
            types: [AWS.policyAttachment],
            message: 'it attaches a policy of AWS that is for people who may do everything',
            holds: ({ props }) =>
              !/\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess|Amazon\w+FullAccess|\w*SystemAdministrator)$/.test(
                textAt(props, 'policyArn') ?? '',
              ),
          },
        ],
        examples: {
          passing: [good('a narrow one', ...ROLES.aws)],
          failing: [
            bad('everything', ROLES.aws, [
              'nodes-registry',
              'policyArn',
              'arn:aws:iam::aws:policy/AdministratorAccess',
            ]),
            bad('all of S3', ROLES.aws, ['nodes-registry', 'policyArn', 'arn:aws:iam::aws:policy/AmazonS3FullAccess']),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.projectMember, GCP.projectBinding],
            message: 'it may read data or act as others in the whole project',
            holds: ({ props }) =>
              !WHOLE_PROJECT_ROLES.includes(textAt(props, 'role') ?? '') || props['condition'] !== undefined,
          },
        ],
        examples: {
          passing: [
            good('logs', ...ROLES.gcp),
            {
              title: 'under a condition',
              resources: [
                example(GCP.projectMember, 'provisioner', {
                  role: 'roles/storage.objectUser',
                  condition: { expression: 'resource.name.startsWith("projects/_/buckets/flotilla-")' },
                }),
              ],
            },
          ],
          failing: [
            bad('all buckets', ROLES.gcp, ['nodes-logs', 'role', 'roles/storage.objectViewer']),
            bad('all identities', ROLES.gcp, ['nodes-logs', 'role', 'roles/iam.serviceAccountTokenCreator']),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.roleAssignment],
            message: 'the role is given on a whole subscription or more',
            holds: ({ props }) => isWithinSubscription(textAt(props, 'scope')),
          },
          {
            form: 'resource',
            types: [AZURE.roleAssignment],
            message: 'the role is Owner, Contributor or User Access Administrator',
            holds: ({ props }) =>
              !BROAD_ROLE_IDS.some((id) => textAt(props, 'roleDefinitionId')?.toLowerCase().endsWith(id) === true),
          },
        ],
        examples: {
          passing: [good('one account', ...ROLES.azure)],
          failing: [
            bad('a subscription', ROLES.azure, ['orders-access', 'scope', '/subscriptions/s']),
            bad('all subscriptions', ROLES.azure, [
              'orders-access',
              'scope',
              '/providers/Microsoft.Management/managementGroups/g',
            ]),
            bad('an owner', ROLES.azure, [
              'orders-access',
              'roleDefinitionId',
              '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
            ]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'identity-no-lasting-keys',
    title: 'No identity has a key that lasts',
    reason: 'Such a key works from anywhere until somebody misses it; workload identity gives tokens of an hour.',
    fix: 'Bind the identity to its service account, and remove the key.',
    scope: 'On Azure identities are managed and have no keys.',
    clouds: {
      aws: {
        demands: [neverMake([AWS.accessKey, AWS.user], 'a user or its key never expires')],
        examples: {
          passing: [good('roles only', ...ROLES.aws)],
          failing: [
            good('a key', example(AWS.accessKey, 'robot', { user: 'robot' })),
            good('a user', example(AWS.user, 'robot', { name: 'robot' })),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '1.4')],
        demands: [neverMake([GCP.accountKey], 'a key of a service account never expires')],
        examples: {
          passing: [good('bindings only', ...ROLES.gcp)],
          failing: [good('a key', example(GCP.accountKey, 'robot', { serviceAccountId: 'robot' }))],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-users',
    group: 'cloud-kubernetes',
    title: "Kubernetes knows its users from the cloud's directory only",
    reason:
      'A certificate or a local account outlives the person, is in no audit of the cloud, and cannot be taken back.',
    fix: 'Set authenticationMode: API without the creator as administrator (aws), no client certificate and no legacy ABAC (gcp), or disableLocalAccounts: true (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.cluster],
            message: 'a ConfigMap in it decides who its users are, or whoever made it is its administrator',
            holds: ({ props }) =>
              textAt(props, 'accessConfig.authenticationMode') === 'API' &&
              textAt(props, 'accessConfig.bootstrapClusterCreatorAdminPermissions') === 'false',
          },
        ],
        examples: {
          passing: [good('access entries', awsUsers('API', false))],
          failing: [
            good('a ConfigMap', awsUsers('API_AND_CONFIG_MAP', false)),
            good('the creator', awsUsers('API', true)),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.8.1'), cisCloud('gke', '5.8.3')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'it gives out client certificates, or has legacy authorization',
            holds: ({ props }) =>
              textAt(props, 'masterAuth.clientCertificateConfig.issueClientCertificate') !== 'true' &&
              textAt(props, 'enableLegacyAbac') !== 'true',
          },
        ],
        examples: {
          passing: [good("GKE's defaults", example(GCP.cluster, 'main', { enableLegacyAbac: false }))],
          failing: [
            good(
              'a certificate',
              example(GCP.cluster, 'main', {
                masterAuth: { clientCertificateConfig: { issueClientCertificate: true } },
              }),
            ),
            good('legacy authorization', example(GCP.cluster, 'main', { enableLegacyAbac: true })),
          ],
        },
      },
      azure: {
        standards: [cisCloud('aks', '5.5.1')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'it has local accounts',
            holds: ({ props }) => textAt(props, 'disableLocalAccounts') === 'true',
          },
        ],
        examples: {
          passing: [good('the directory only', example(AZURE.cluster, 'main', { disableLocalAccounts: true }))],
          failing: [good('nothing said', example(AZURE.cluster, 'main', {}))],
        },
      },
    },
  }),
];

/** Roles that are harmless on one resource. */
const WHOLE_PROJECT_ROLES = [
  'roles/storage.objectViewer',
  'roles/storage.objectUser',
  'roles/storage.objectCreator',
  'roles/storage.legacyBucketReader',
  'roles/cloudkms.cryptoKeyDecrypter',
  'roles/cloudkms.cryptoKeyEncrypterDecrypter',
  'roles/secretmanager.secretAccessor',
  'roles/iam.serviceAccountUser',
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.workloadIdentityUser',
];

/** Owner, Contributor, User Access Administrator (learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
const BROAD_ROLE_IDS = [
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  'b24988ac-6180-42a0-ab88-20f7382dd24c',
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
];

function isWithinSubscription(scope: string | undefined): boolean {
  return scope !== undefined && /^\/?subscriptions\/[^/]+\/resourceGroups\/./i.test(scope);
}

function neverMake(types: readonly string[], message: string) {
  return { form: 'resource', types, message, holds: () => false } as const;
}

function awsUsers(authenticationMode: string, bootstrapClusterCreatorAdminPermissions: boolean): CloudResource {
  return example(AWS.cluster, 'main', {
    accessConfig: { authenticationMode, bootstrapClusterCreatorAdminPermissions },
  });
}
