import { listAt, textAt, textsAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { awsStatements, hasWildcardAction, isAllow, isForEverybody, type AwsStatement } from '../aws-policy.ts';
import { bad, example, good } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

const common = { group: 'cloud-identities', severity: 'error' } as const;

const AWS_ROLE = [
  example(AWS.role, 'orders', {
    name: 'example-orders',
    assumeRolePolicy: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.example' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'oidc.example:sub': 'system:serviceaccount:psc-orders:broker',
              'oidc.example:aud': 'sts.amazonaws.com',
            },
          },
        },
      ],
    },
  }),
  example(AWS.rolePolicy, 'orders-policy', {
    role: 'example-orders',
    policy: {
      Statement: [
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::example-orders/*' },
        { Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' },
      ],
    },
  }),
  example(AWS.policyAttachment, 'nodes-registry', {
    role: 'example-nodes',
    policyArn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
  }),
];
const GCP_ROLE = [
  example(GCP.accountMember, 'orders-brokers', {
    serviceAccountId: 'projects/example/serviceAccounts/orders@example.iam.gserviceaccount.com',
    role: 'roles/iam.workloadIdentityUser',
    member: 'serviceAccount:example.svc.id.goog[psc-orders/broker]',
  }),
  example(GCP.projectMember, 'nodes-logs', {
    project: 'example',
    role: 'roles/logging.logWriter',
    member: 'serviceAccount:nodes@example.iam.gserviceaccount.com',
  }),
  example(GCP.customRole, 'tenant', { roleId: 'tenant', permissions: ['storage.objects.get'] }),
];
const AZURE_ROLE = [
  example(AZURE.federatedCredential, 'orders-brokers', {
    issuer: 'https://westeurope.oic.prod-aks.azure.com/t/i/',
    subject: 'system:serviceaccount:psc-orders:broker',
    audiences: ['api://AzureADTokenExchange'],
  }),
  example(AZURE.roleAssignment, 'orders-access', {
    scope: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/exampleorders',
    roleDefinitionId: '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/reader',
  }),
  example(AZURE.roleDefinition, 'operator', {
    permissions: [{ actions: ['Microsoft.Storage/storageAccounts/read'], notActions: [] }],
    assignableScopes: ['/subscriptions/s/resourceGroups/g'],
  }),
];

/** What identities may do, and who may be one. */
export const IDENTITY_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'identity-no-wildcards',
    title: 'Identities are allowed named actions on named resources',
    reason: 'A wildcard allows what the cloud adds tomorrow, and reaches from one tenant to all others.',
    fix: 'List actions one by one and name the resource; where an action knows no resource, add a condition.',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '1.16')],
        demands: [
          {
            form: 'resource',
            types: [AWS.rolePolicy, AWS.policy],
            message: 'its policy allows all actions of a service, or changes to whatever there is',
            holds: ({ props }) =>
              !awsStatements(props, 'policy').some(
                (statement) => isAllow(statement) && (hasWildcardAction(statement) || isBoundless(statement)),
              ),
          },
        ],
        examples: {
          passing: [
            good('one bucket, and seeing', ...AWS_ROLE),
            bad('anything, under a condition', AWS_ROLE, [
              'orders-policy',
              'policy.Statement.2',
              {
                Effect: 'Allow',
                Action: 'autoscaling:SetDesiredCapacity',
                Resource: '*',
                Condition: { StringEquals: { 'aws:ResourceTag/cluster': 'main' } },
              },
            ]),
          ],
          failing: [
            bad('all actions', AWS_ROLE, ['orders-policy', 'policy.Statement.0.Action', 's3:*']),
            bad('all of AWS', AWS_ROLE, ['orders-policy', 'policy.Statement.0.Action', '*']),
            bad('all buckets', AWS_ROLE, ['orders-policy', 'policy.Statement.0.Resource', '*']),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '1.5')],
        demands: [
          {
            form: 'resource',
            types: [GCP.projectMember, GCP.projectBinding],
            message: 'it is owner, editor or an administrator of the whole project',
            holds: ({ props }) =>
              !/^roles\/(?:owner|editor|viewer|.*admin)$/i.test(textAt(props, 'role') ?? '') ||
              props['condition'] !== undefined,
          },
        ],
        examples: {
          passing: [good('one small role', ...GCP_ROLE)],
          failing: [
            bad('an editor', GCP_ROLE, ['nodes-logs', 'role', 'roles/editor']),
            bad('an administrator of buckets', GCP_ROLE, ['nodes-logs', 'role', 'roles/storage.admin']),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '1.23')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.roleDefinition],
            message: 'the role allows all actions, or all of a kind of resource',
            holds: ({ props }) =>
              !listAt(props, 'permissions').some((permission) =>
                [...textsAt(permission, 'actions'), ...textsAt(permission, 'dataActions')].some((action) =>
                  action.endsWith('*'),
                ),
              ),
          },
        ],
        examples: {
          passing: [good('named actions', ...AZURE_ROLE)],
          failing: [
            bad('all actions', AZURE_ROLE, ['operator', 'permissions.0.actions', ['*']]),
            bad('all of storage', AZURE_ROLE, ['operator', 'permissions.0.actions', ['Microsoft.Storage/*']]),
            bad('all data', AZURE_ROLE, ['operator', 'permissions.0.dataActions', ['Microsoft.Storage/*']]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'identity-trust',
    title: 'An identity can be taken by the one service account that it is for',
    reason: 'Any pod of the cluster, or of another one, would otherwise be the tenant whose records it wants.',
    fix: 'Name issuer, namespace and service account in full: StringEquals on :sub and :aud (aws), one member of the pool (gcp), one subject (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.role],
            message: 'its trust policy lets in more than one service account, or everybody',
            holds: ({ props }) =>
              awsStatements(props, 'assumeRolePolicy')
                .filter(isAllow)
                .every((statement) => !isForEverybody(statement) && (!isFederated(statement) || isExact(statement))),
          },
        ],
        examples: {
          passing: [
            good('one service account', ...AWS_ROLE),
            bad('a service of AWS', AWS_ROLE, [
              'orders',
              'assumeRolePolicy.Statement.0',
              { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ]),
          ],
          failing: [
            bad('everybody', AWS_ROLE, ['orders', 'assumeRolePolicy.Statement.0.Principal', { AWS: '*' }]),
            bad('the whole cluster', AWS_ROLE, ['orders', 'assumeRolePolicy.Statement.0.Condition', undefined]),
            bad('a pattern', AWS_ROLE, [
              'orders',
              'assumeRolePolicy.Statement.0.Condition',
              {
                StringLike: { 'oidc.example:sub': 'system:serviceaccount:psc-*:broker' },
                StringEquals: { 'oidc.example:aud': 'sts.amazonaws.com' },
              },
            ]),
            bad('any audience', AWS_ROLE, [
              'orders',
              'assumeRolePolicy.Statement.0.Condition',
              { StringEquals: { 'oidc.example:sub': 'system:serviceaccount:psc-orders:broker' } },
            ]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.accountMember, GCP.accountBinding],
            message: 'more than one service account may act as it, or everybody',
            holds: ({ props }) =>
              [...textsAt(props, 'member'), ...textsAt(props, 'members')].every(
                (member) =>
                  /^serviceAccount:[^*[\]]+\[[^*/]+\/[^*/]+\]$/.test(member) || /^serviceAccount:[^[\]]+@/.test(member),
              ),
          },
        ],
        examples: {
          passing: [good('one service account', ...GCP_ROLE)],
          failing: [
            bad('everybody', GCP_ROLE, ['orders-brokers', 'member', 'allAuthenticatedUsers']),
            bad('a whole pool', GCP_ROLE, [
              'orders-brokers',
              'member',
              'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/example.svc.id.goog/*',
            ]),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.federatedCredential],
            message: 'its subject is not one service account of one namespace',
            holds: ({ props }) =>
              /^system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+$/.test(textAt(props, 'subject') ?? '') &&
              // Azure's provider shows an issuer that is not known yet as an empty one.
              /^$|^https:/.test(textAt(props, 'issuer') ?? ''),
          },
        ],
        examples: {
          passing: [good('one service account', ...AZURE_ROLE)],
          failing: [
            bad('a namespace', AZURE_ROLE, ['orders-brokers', 'subject', 'system:serviceaccount:psc-orders:*']),
            bad('nobody', AZURE_ROLE, ['orders-brokers', 'subject', undefined]),
            bad('an issuer without TLS', AZURE_ROLE, ['orders-brokers', 'issuer', 'http://issuer.example.com']),
          ],
        },
      },
    },
  }),
];

/** Whether it allows more than seeing on everything, under no condition. */
function isBoundless({ actions, resources, conditions }: AwsStatement): boolean {
  return resources.includes('*') && conditions.length === 0 && !actions.every((action) => SEEING.test(action));
}

/** Many such actions know no resource (docs.aws.amazon.com/service-authorization), and tell no secret. */
const SEEING = /^(?!secretsmanager:|ssm:|s3:GetObject|kms:)[a-z0-9-]+:(?:Describe|List|Get|BatchGet)/;

function isFederated({ actions }: AwsStatement): boolean {
  return actions.includes('sts:AssumeRoleWithWebIdentity');
}

function isExact({ conditions }: AwsStatement): boolean {
  return [':sub', ':aud'].every((claim) =>
    conditions.some(
      ({ operator, key, values }) =>
        operator === 'StringEquals' && key.endsWith(claim) && values.every((value) => !value.includes('*')),
    ),
  );
}

export function roleExamples(): Readonly<Record<'aws' | 'gcp' | 'azure', readonly CloudResource[]>> {
  return { aws: AWS_ROLE, gcp: GCP_ROLE, azure: AZURE_ROLE };
}
