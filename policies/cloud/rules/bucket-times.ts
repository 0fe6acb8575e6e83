import { at, isGiven, isOn, listAt, numberAt, textAt, textsAt } from '../cloud-resource.ts';
import type { CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { cisCloud } from '../../standards.ts';
import { bad, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { AWS_DATA, AZURE_DATA, GCP_DATA } from './bucket-data.ts';
import { isLogStore } from './log-stores.ts';

const common = { group: 'cloud-buckets', severity: 'error' } as const;

/** How long what is in buckets stays, and who is seen to read it. */
export const BUCKET_TIME_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'bucket-lifecycle',
    title: 'Lifecycles delete nothing that is still needed',
    reason:
      'Kafka alone knows how long the segments of a topic are kept: a lifecycle that deletes by age takes records that clients were promised.',
    fix: 'Expire what is no longer current only, after 7 days or more; logs after 90 days or more.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'its lifecycle deletes objects that may still be needed',
            holds: (bucket, stack) =>
              stack
                .speakingOf(bucket, 'bucket', AWS.bucketLifecycle)
                .flatMap(({ props }) => listAt(props, 'rules'))
                .filter((rule) => at(rule, 'status') !== 'Disabled')
                .every((rule) =>
                  areLongEnough(isLogStore(bucket, stack), {
                    // A date is an age that comes once.
                    currentDays: at(rule, 'expiration.date') === undefined ? numberAt(rule, 'expiration.days') : 0,
                    formerDays: numberAt(rule, 'noncurrentVersionExpiration.noncurrentDays'),
                  }),
                ),
          },
        ],
        examples: {
          passing: [good('former versions only', ...AWS_DATA), without('none', AWS_DATA, 'orders-lifecycle')],
          failing: [
            bad('by age', AWS_DATA, ['orders-lifecycle', 'rules.0.expiration.days', 365]),
            bad('on a day', AWS_DATA, ['orders-lifecycle', 'rules.0.expiration.date', '2027-01-01']),
            bad('former versions at once', AWS_DATA, [
              'orders-lifecycle',
              'rules.0.noncurrentVersionExpiration.noncurrentDays',
              1,
            ]),
            bad('logs of a month', AWS_DATA, ['logs-lifecycle', 'rules.0.expiration.days', 30]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'stack',
            types: [GCP.bucket],
            message: 'its lifecycle deletes objects that may still be needed',
            holds: (bucket, stack) =>
              listAt(bucket.props, 'lifecycleRules')
                .filter((rule) => at(rule, 'action.type') === 'Delete')
                .every((rule) => {
                  const former = numberAt(rule, 'condition.daysSinceNoncurrentTime');
                  const isOfFormer = former !== undefined || at(rule, 'condition.withState') === 'ARCHIVED';
                  return areLongEnough(isLogStore(bucket, stack), {
                    currentDays: isOfFormer ? undefined : (numberAt(rule, 'condition.age') ?? 0),
                    formerDays: isOfFormer ? (former ?? 0) : undefined,
                  });
                }),
          },
        ],
        examples: {
          passing: [good('former versions only', ...GCP_DATA)],
          failing: [
            bad('by age', GCP_DATA, ['orders', 'lifecycleRules.1.condition', { age: 365 }]),
            bad('former versions at once', GCP_DATA, [
              'orders',
              'lifecycleRules.1.condition.daysSinceNoncurrentTime',
              1,
            ]),
            bad('logs of a month', GCP_DATA, ['logs', 'lifecycleRules.0.condition.age', 30]),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.account],
            message: 'its lifecycle deletes blobs that may still be needed',
            holds: (account, stack) =>
              stack
                .speakingOf(account, 'accountName', AZURE.lifecycle)
                .flatMap(({ props }) => listAt(props, 'policy.rules'))
                .filter((rule) => textAt(rule, 'enabled') !== 'false')
                .every((rule) =>
                  areLongEnough(isLogStore(account, stack), {
                    currentDays: daysIn(rule, 'definition.actions.baseBlob.delete'),
                    formerDays: daysIn(rule, 'definition.actions.version.delete'),
                  }),
                ),
          },
        ],
        examples: {
          passing: [good('former versions only', ...AZURE_DATA)],
          failing: [
            bad('by age', AZURE_DATA, [
              'orders-lifecycle',
              'policy.rules.0.definition.actions.baseBlob',
              { delete: { daysAfterModificationGreaterThan: 365 } },
            ]),
            bad('former versions at once', AZURE_DATA, [
              'orders-lifecycle',
              'policy.rules.0.definition.actions.version.delete.daysAfterCreationGreaterThan',
              1,
            ]),
            bad('logs of a month', AZURE_DATA, [
              'logs-lifecycle',
              'policy.rules.0.definition.actions.baseBlob.delete.daysAfterModificationGreaterThan',
              30,
            ]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-access-logged',
    title: 'Access to buckets is logged',
    reason: 'After a break-in, the log is the only thing that tells which tenants have to be told.',
    fix: 'Add a BucketLogging (aws), logging.logBucket or an audit config of data access (gcp), or a diagnostic setting with StorageRead, StorageWrite and StorageDelete on the blob service (azure).',
    scope: 'Stores that logs of other resources go to: each would log its own logs.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'nobody logs who reads and writes it',
            holds: (bucket, stack) =>
              isLogStore(bucket, stack) || stack.speakingOf(bucket, 'bucket', AWS.bucketLogging).length > 0,
          },
        ],
        examples: {
          passing: [good('access logs', ...AWS_DATA)],
          failing: [without('none', AWS_DATA, 'orders-access-log')],
        },
      },
      gcp: {
        demands: [
          {
            form: 'stack',
            types: [GCP.bucket],
            message: 'nobody logs who reads and writes it',
            holds: (bucket, stack) =>
              isLogStore(bucket, stack) ||
              isGiven(bucket.props, 'logging.logBucket') ||
              stack.ofType(GCP.auditConfig).some(auditsData),
          },
        ],
        examples: {
          passing: [good('usage logs', ...GCP_DATA)],
          failing: [bad('none', GCP_DATA, ['orders', 'logging', undefined])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '3.13')],
        demands: [
          {
            form: 'stack',
            types: [AZURE.account],
            message: 'nobody logs who reads, writes and deletes its blobs',
            holds: (account, stack) => isLogStore(account, stack) || logsBlobs(account, stack),
          },
        ],
        examples: {
          passing: [good('a diagnostic setting', ...AZURE_DATA)],
          failing: [
            without('none', AZURE_DATA, 'orders-access-log'),
            bad('without reading', AZURE_DATA, ['orders-access-log', 'logs.0.enabled', false]),
          ],
        },
      },
    },
  }),
];

/** Days for which what was deleted by mistake can be taken back, at least. */
const UNDELETE_DAYS_MIN = 7;
const LOG_DAYS_MIN = 90;

interface LifecycleDays {
  /** After how many days what is current is deleted; absent: never. */
  readonly currentDays: number | undefined;
  readonly formerDays: number | undefined;
}

function areLongEnough(isOfLogs: boolean, { currentDays, formerDays }: LifecycleDays): boolean {
  if (isOfLogs) return currentDays === undefined || currentDays >= LOG_DAYS_MIN;
  return currentDays === undefined && (formerDays === undefined || formerDays >= UNDELETE_DAYS_MIN);
}

/** Days in an action of Azure's lifecycles, whatever they are counted from; 0 where none are said. */
function daysIn(rule: unknown, path: string): number | undefined {
  const action = at(rule, path);
  if (action === undefined) return undefined;
  return (
    numberAt(action, 'daysAfterModificationGreaterThan') ??
    numberAt(action, 'daysAfterCreationGreaterThan') ??
    numberAt(action, 'daysAfterLastAccessTimeGreaterThan') ??
    0
  );
}

function auditsData({ props }: CloudResource): boolean {
  const types = listAt(props, 'auditLogConfigs').map((config) => textAt(config, 'logType'));
  return (
    ['storage.googleapis.com', 'allServices'].includes(textAt(props, 'service') ?? '') &&
    ['DATA_READ', 'DATA_WRITE'].every((type) => types.includes(type))
  );
}

function logsBlobs(account: CloudResource, stack: CloudStack): boolean {
  return stack.speakingOf(account, 'resourceUri', AZURE.diagnosticSetting).some(({ props }) => {
    const logs = listAt(props, 'logs').filter((log) => isOn(log, 'enabled'));
    if (logs.some((log) => ['allLogs', 'audit'].includes(textAt(log, 'categoryGroup') ?? ''))) return true;
    const categories = logs.flatMap((log) => textsAt(log, 'category'));
    return ['StorageRead', 'StorageWrite', 'StorageDelete'].every((category) => categories.includes(category));
  });
}
