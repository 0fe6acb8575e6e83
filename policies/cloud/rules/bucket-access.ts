import { at, isOn, textAt, textsAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { cisCloud } from '../../standards.ts';
import { awsStatements, isAllow, isForEverybody } from '../aws-policy.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

/** A bucket of each cloud with which everything is well, and the log store beside it. */
export const AWS_BUCKET = [
  example(AWS.bucket, 'orders', { bucket: 'example-orders', tags: { 'flotilla.dev/tenant': 'orders' } }, 'protected'),
  example(AWS.bucketPublicAccessBlock, 'orders-block', {
    bucket: 'example-orders',
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
  example(AWS.bucketPolicy, 'orders-policy', {
    bucket: 'example-orders',
    policy: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::example-orders', 'arn:aws:s3:::example-orders/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  }),
  example(AWS.bucketOwnership, 'orders-ownership', {
    bucket: 'example-orders',
    rule: { objectOwnership: 'BucketOwnerEnforced' },
  }),
];
export const GCP_BUCKET = [
  example(
    GCP.bucket,
    'orders',
    {
      name: 'example-orders',
      labels: { 'flotilla-tenant': 'orders' },
      publicAccessPrevention: 'enforced',
      uniformBucketLevelAccess: true,
    },
    'protected',
  ),
  example(GCP.bucketMember, 'orders-access', {
    bucket: 'example-orders',
    role: 'projects/example/roles/tenant',
    member: 'serviceAccount:orders@example.iam.gserviceaccount.com',
  }),
];
export const AZURE_BUCKET = [
  example(
    AZURE.account,
    'orders',
    {
      accountName: 'exampleorders',
      tags: { 'flotilla-tenant': 'orders' },
      allowBlobPublicAccess: false,
      publicNetworkAccess: 'Disabled',
      allowSharedKeyAccess: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: 'TLS1_2',
    },
    'protected',
  ),
  example(AZURE.container, 'orders-container', { accountName: 'exampleorders', publicAccess: 'None' }),
];

const PUBLIC_MEMBERS = ['allUsers', 'allAuthenticatedUsers'];

/** The one resource of a type that speaks of a bucket has to be as it should. */
export function onceFor(
  type: string,
  holds: (part: CloudResource) => boolean,
): (bucket: CloudResource, stack: CloudStack) => boolean {
  return (bucket, stack) => stack.speakingOf(bucket, 'bucket', type).some(holds);
}

const common = { group: 'cloud-buckets', severity: 'error' } as const;

/** Who gets at buckets, and how. */
export const BUCKET_ACCESS_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'bucket-no-public-access',
    title: 'Buckets are closed to the public as a whole',
    reason: 'One careless policy or object list would otherwise show the records of a tenant to the internet.',
    fix: 'Set all four of BucketPublicAccessBlock (aws), publicAccessPrevention: enforced (gcp), or allowBlobPublicAccess: false with no public network access by default (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '2.1.4')],
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'nothing blocks public access to it in all four ways',
            holds: onceFor(AWS.bucketPublicAccessBlock, ({ props }) =>
              ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every((way) =>
                isOn(props, way),
              ),
            ),
          },
        ],
        examples: {
          passing: [good('a closed bucket', ...AWS_BUCKET)],
          failing: [
            without('no block', AWS_BUCKET, 'orders-block'),
            bad('public policies', AWS_BUCKET, ['orders-block', 'blockPublicPolicy', false]),
            bad("another bucket's block", AWS_BUCKET, ['orders-block', 'bucket', 'example-others']),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '5.1')],
        demands: [
          {
            form: 'resource',
            types: [GCP.bucket],
            message: 'public access is not prevented',
            holds: ({ props }) => at(props, 'publicAccessPrevention') === 'enforced',
          },
        ],
        examples: {
          passing: [good('a closed bucket', ...GCP_BUCKET)],
          failing: [bad('left to the project', GCP_BUCKET, ['orders', 'publicAccessPrevention', 'inherited'])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '3.7'), cisCloud('azure', '3.8')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.account],
            message: 'blobs may be made public',
            holds: ({ props }) => textAt(props, 'allowBlobPublicAccess') === 'false',
          },
          {
            form: 'resource',
            types: [AZURE.account],
            message: 'every network reaches it',
            holds: ({ props }) =>
              at(props, 'publicNetworkAccess') === 'Disabled' || at(props, 'networkRuleSet.defaultAction') === 'Deny',
          },
        ],
        examples: {
          passing: [
            good('a closed account', ...AZURE_BUCKET),
            {
              title: "an account that Azure's own services reach",
              resources: bad('', AZURE_BUCKET, ['orders', 'publicNetworkAccess', 'Enabled']).resources.map((one) =>
                one.type === AZURE.account
                  ? { ...one, props: { ...one.props, networkRuleSet: { defaultAction: 'Deny' } } }
                  : one,
              ),
            },
          ],
          failing: [
            bad('public blobs', AZURE_BUCKET, ['orders', 'allowBlobPublicAccess', true]),
            bad('all networks', AZURE_BUCKET, ['orders', 'publicNetworkAccess', 'Enabled']),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-no-wildcard-principal',
    title: 'Buckets allow nothing to everybody',
    reason: 'A bucket that allows everybody is public, whatever else guards it.',
    fix: 'Name the one identity that needs the bucket; a refusal may be for everybody.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.bucketPolicy],
            message: 'its policy allows something to every principal',
            holds: ({ props }) =>
              !awsStatements(props, 'policy').some((statement) => isAllow(statement) && isForEverybody(statement)),
          },
        ],
        examples: {
          passing: [good('refusals for everybody', ...AWS_BUCKET)],
          failing: [
            bad('an allowance for everybody', AWS_BUCKET, ['orders-policy', 'policy.Statement.0.Effect', 'Allow']),
            bad('for all of AWS', AWS_BUCKET, [
              'orders-policy',
              'policy.Statement.1',
              { Effect: 'Allow', Principal: { AWS: '*' }, Action: 's3:GetObject', Resource: '*' },
            ]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '5.1')],
        demands: [
          {
            form: 'resource',
            types: [GCP.bucketMember, GCP.bucketBinding],
            message: 'everybody is given a role on it',
            holds: ({ props }) =>
              ![...textsAt(props, 'member'), ...textsAt(props, 'members')].some((member) =>
                PUBLIC_MEMBERS.includes(member),
              ),
          },
        ],
        examples: {
          passing: [good('one service account', ...GCP_BUCKET)],
          failing: [
            bad('all users', GCP_BUCKET, ['orders-access', 'member', 'allUsers']),
            bad('all users among others', GCP_BUCKET, [
              'orders-access',
              'members',
              ['user:a@b.c', 'allAuthenticatedUsers'],
            ]),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '3.7')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.container],
            message: 'everybody reads it',
            holds: ({ props }) => ['None', undefined].includes(textAt(props, 'publicAccess')),
          },
        ],
        examples: {
          passing: [good('a closed container', ...AZURE_BUCKET)],
          failing: [bad('public blobs', AZURE_BUCKET, ['orders-container', 'publicAccess', 'Blob'])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-tls-only',
    title: 'Buckets are reached over TLS only',
    reason: 'Records would cross networks in plain sight of whoever carries them.',
    fix: 'Deny s3:* where aws:SecureTransport is false (aws); set enableHttpsTrafficOnly and minimumTlsVersion TLS1_2 (azure).',
    scope:
      'A bucket of GCP cannot refuse plain HTTP: the constraint storage.secureHttpTransport of the organization does.',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '2.1.1')],
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'no policy of it refuses requests without TLS, of its objects and of itself',
            holds: onceFor(AWS.bucketPolicy, refusesPlainHttp),
          },
        ],
        examples: {
          passing: [good('a refusal', ...AWS_BUCKET)],
          failing: [
            without('no policy', AWS_BUCKET, 'orders-policy'),
            bad('a refusal of TLS', AWS_BUCKET, [
              'orders-policy',
              'policy.Statement.0.Condition.Bool.aws:SecureTransport',
              'true',
            ]),
            bad('of one principal only', AWS_BUCKET, ['orders-policy', 'policy.Statement.0.Principal', { AWS: 'arn' }]),
            bad('of reading only', AWS_BUCKET, ['orders-policy', 'policy.Statement.0.Action', 's3:GetObject']),
            bad('of the bucket without its objects', AWS_BUCKET, [
              'orders-policy',
              'policy.Statement.0.Resource',
              'arn:aws:s3:::example-orders',
            ]),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '3.1'), cisCloud('azure', '3.15')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.account],
            message: 'it takes requests without TLS, or with an old one',
            holds: ({ props }) =>
              isOn(props, 'enableHttpsTrafficOnly') &&
              ['TLS1_2', 'TLS1_3'].includes(textAt(props, 'minimumTlsVersion') ?? ''),
          },
        ],
        examples: {
          passing: [good('TLS 1.2', ...AZURE_BUCKET)],
          failing: [
            bad('plain HTTP', AZURE_BUCKET, ['orders', 'enableHttpsTrafficOnly', false]),
            bad('old TLS', AZURE_BUCKET, ['orders', 'minimumTlsVersion', 'TLS1_0']),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-uniform-access',
    title: 'Access to buckets is by policy alone',
    reason: "Lists on single objects and shared keys go around every policy, and nobody's name stands by what they do.",
    fix: 'Set objectOwnership: BucketOwnerEnforced (aws), uniformBucketLevelAccess: true (gcp) or allowSharedKeyAccess: false (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'its objects may have access lists of their own',
            holds: onceFor(
              AWS.bucketOwnership,
              ({ props }) => at(props, 'rule.objectOwnership') === 'BucketOwnerEnforced',
            ),
          },
        ],
        examples: {
          passing: [good('one owner', ...AWS_BUCKET)],
          failing: [
            without('nothing said', AWS_BUCKET, 'orders-ownership'),
            bad('lists', AWS_BUCKET, ['orders-ownership', 'rule.objectOwnership', 'ObjectWriter']),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '5.2')],
        demands: [
          {
            form: 'resource',
            types: [GCP.bucket],
            message: 'its objects may have access lists of their own',
            holds: ({ props }) => isOn(props, 'uniformBucketLevelAccess'),
          },
        ],
        examples: {
          passing: [good('uniform access', ...GCP_BUCKET)],
          failing: [bad('nothing said', GCP_BUCKET, ['orders', 'uniformBucketLevelAccess', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.account],
            message: 'its shared keys open everything in it',
            holds: ({ props }) => textAt(props, 'allowSharedKeyAccess') === 'false',
          },
        ],
        examples: {
          passing: [good('no shared keys', ...AZURE_BUCKET)],
          failing: [bad('nothing said', AZURE_BUCKET, ['orders', 'allowSharedKeyAccess', undefined])],
        },
      },
    },
  }),
];

function refusesPlainHttp({ props }: CloudResource): boolean {
  return awsStatements(props, 'policy').some(
    (statement) =>
      statement.effect === 'Deny' &&
      isForEverybody(statement) &&
      statement.actions.some((action) => ['*', 's3:*'].includes(action)) &&
      (statement.resources.includes('*') ||
        (statement.resources.some((arn) => arn.endsWith('/*')) &&
          statement.resources.some((arn) => !arn.endsWith('/*')))) &&
      statement.conditions.length === 1 &&
      statement.conditions.every(
        ({ operator, key, values }) =>
          operator === 'Bool' && key === 'aws:securetransport' && values.every((value) => value === 'false'),
      ),
  );
}
