import { at, isGiven, isOn, listAt, numberAt, textAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule, type StackDemand } from '../cloud-rule.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { cisCloud } from '../../standards.ts';
import { bad, good, without } from '../examples.ts';
import { AWS_DATABASE, AZURE_DATABASE, GCP_DATABASE } from './database-examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

const common = { group: 'cloud-database', severity: 'error' } as const;

/** A week is how long a mistake goes unnoticed over holidays. */
const BACKUP_DAYS_MIN = 7;

/** The control plane's PostgreSQL: who gets at it, and what it is good for. */
export const DATABASE_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'database-encrypted',
    title: 'The database is encrypted with a named key',
    reason: 'It holds who the tenants are and what they may do; a snapshot of it is as good as the database.',
    fix: 'Set storageEncrypted and kmsKeyId (aws), encryptionKeyName (gcp) or dataEncryption with a key of a vault (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '2.3.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.database],
            message: 'no key of ours encrypts it',
            holds: ({ props }) => isOn(props, 'storageEncrypted') && isGiven(props, 'kmsKeyId'),
          },
        ],
        examples: {
          passing: [good('a named key', ...AWS_DATABASE)],
          failing: [
            bad('in the clear', AWS_DATABASE, ['main', 'storageEncrypted', false]),
            bad("Amazon's key", AWS_DATABASE, ['main', 'kmsKeyId', undefined]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'no key of ours encrypts it',
            holds: ({ props }) => isGiven(props, 'encryptionKeyName'),
          },
        ],
        examples: {
          passing: [good('a named key', ...GCP_DATABASE)],
          failing: [bad("Google's key", GCP_DATABASE, ['main', 'encryptionKeyName', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.database],
            message: 'no key of ours encrypts it',
            holds: ({ props }) =>
              at(props, 'dataEncryption.type') === 'AzureKeyVault' && isGiven(props, 'dataEncryption.primaryKeyURI'),
          },
        ],
        examples: {
          passing: [good('a named key', ...AZURE_DATABASE)],
          failing: [bad("Azure's key", AZURE_DATABASE, ['main', 'dataEncryption', undefined])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'database-private',
    title: 'The database has private addresses only',
    reason: 'Nothing outside the network ever has to reach it, and a password is all that would stand in the way.',
    fix: 'Set publiclyAccessible: false (aws), ipv4Enabled: false with a privateNetwork (gcp), or a delegated subnet (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '2.3.3')],
        demands: [
          {
            form: 'resource',
            types: [AWS.database],
            message: 'it has a public address',
            holds: ({ props }) => !isOn(props, 'publiclyAccessible'),
          },
        ],
        examples: {
          passing: [good('private', ...AWS_DATABASE)],
          failing: [bad('public', AWS_DATABASE, ['main', 'publiclyAccessible', true])],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '6.6')],
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'it has a public address',
            holds: ({ props }) =>
              textAt(props, 'settings.ipConfiguration.ipv4Enabled') === 'false' &&
              isGiven(props, 'settings.ipConfiguration.privateNetwork'),
          },
        ],
        examples: {
          passing: [good('private', ...GCP_DATABASE)],
          failing: [
            bad('nothing said, which means public', GCP_DATABASE, [
              'main',
              'settings.ipConfiguration.ipv4Enabled',
              undefined,
            ]),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.database],
            message: 'it has a public address',
            holds: ({ props }) =>
              isGiven(props, 'network.delegatedSubnetResourceId') ||
              at(props, 'network.publicNetworkAccess') === 'Disabled',
          },
        ],
        examples: {
          passing: [good('in a subnet', ...AZURE_DATABASE)],
          failing: [bad('nothing said, which means public', AZURE_DATABASE, ['main', 'network', undefined])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'database-tls',
    title: 'The database takes TLS only',
    reason: 'Passwords and rows would cross the network in plain sight of every node in it.',
    fix: 'Set rds.force_ssl to 1 (aws) or sslMode: ENCRYPTED_ONLY (gcp); leave require_secure_transport on (azure).',
    clouds: {
      aws: {
        demands: [parameterDemand('rds.force_ssl', 'it takes connections without TLS')],
        examples: {
          passing: [good('forced', ...AWS_DATABASE)],
          failing: [
            bad('not forced', AWS_DATABASE, ['main-parameters', 'parameters.1.value', '0']),
            without('no parameters', AWS_DATABASE, 'main-parameters'),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '6.4')],
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'it takes connections without TLS',
            holds: ({ props }) =>
              ['ENCRYPTED_ONLY', 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED'].includes(
                textAt(props, 'settings.ipConfiguration.sslMode') ?? '',
              ),
          },
        ],
        examples: {
          passing: [good('TLS only', ...GCP_DATABASE)],
          failing: [bad('nothing said', GCP_DATABASE, ['main', 'settings.ipConfiguration.sslMode', undefined])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '4.3.1')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.databaseConfiguration],
            message: 'it takes connections without TLS',
            holds: ({ props }) =>
              at(props, 'configurationName') !== 'require_secure_transport' ||
              ['on', '1', 'true'].includes((textAt(props, 'value') ?? 'on').toLowerCase()),
          },
        ],
        examples: {
          passing: [
            good('turned on', ...AZURE_DATABASE),
            without("Azure's default, which is on", AZURE_DATABASE, 'main-tls'),
          ],
          failing: [bad('turned off', AZURE_DATABASE, ['main-tls', 'value', 'off'])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'database-backed-up',
    title: 'The database can be brought back to any moment of a week',
    reason: 'Who deletes a row by mistake needs the moment before, not the night before.',
    fix: `Keep backups for ${BACKUP_DAYS_MIN} days or more, with point-in-time recovery.`,
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.database],
            message: `its backups are kept for less than ${BACKUP_DAYS_MIN} days`,
            holds: ({ props }) => (numberAt(props, 'backupRetentionPeriod') ?? 0) >= BACKUP_DAYS_MIN,
          },
        ],
        examples: {
          passing: [good('a month', ...AWS_DATABASE)],
          failing: [
            bad('none', AWS_DATABASE, ['main', 'backupRetentionPeriod', 0]),
            bad('nothing said', AWS_DATABASE, ['main', 'backupRetentionPeriod', undefined]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '6.7')],
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: `it has no backups with point-in-time recovery of ${BACKUP_DAYS_MIN} days`,
            holds: ({ props }) =>
              isOn(props, 'settings.backupConfiguration.enabled') &&
              isOn(props, 'settings.backupConfiguration.pointInTimeRecoveryEnabled') &&
              (numberAt(props, 'settings.backupConfiguration.transactionLogRetentionDays') ?? BACKUP_DAYS_MIN) >=
                BACKUP_DAYS_MIN,
          },
        ],
        examples: {
          passing: [good('a week', ...GCP_DATABASE)],
          failing: [
            bad('none', GCP_DATABASE, ['main', 'settings.backupConfiguration', undefined]),
            bad('nights only', GCP_DATABASE, [
              'main',
              'settings.backupConfiguration.pointInTimeRecoveryEnabled',
              false,
            ]),
            bad('a day', GCP_DATABASE, ['main', 'settings.backupConfiguration.transactionLogRetentionDays', 1]),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.database],
            message: `its backups are kept for less than ${BACKUP_DAYS_MIN} days`,
            // Azure's own default is 7.
            holds: ({ props }) => (numberAt(props, 'backup.backupRetentionDays') ?? BACKUP_DAYS_MIN) >= BACKUP_DAYS_MIN,
          },
        ],
        examples: {
          passing: [good('a month', ...AZURE_DATABASE)],
          failing: [bad('three days', AZURE_DATABASE, ['main', 'backup.backupRetentionDays', 3])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'database-zone-redundant',
    title: 'The database outlives its zone',
    reason: 'Without it, the zone that fails takes the control plane of all regions along.',
    fix: 'Set multiAz: true (aws), availabilityType: REGIONAL (gcp) or highAvailability.mode: ZoneRedundant (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.database],
            message: 'it is in one zone only',
            holds: ({ props }) => isOn(props, 'multiAz'),
          },
        ],
        examples: {
          passing: [good('two zones', ...AWS_DATABASE)],
          failing: [bad('nothing said', AWS_DATABASE, ['main', 'multiAz', undefined])],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'it is in one zone only',
            holds: ({ props }) => at(props, 'settings.availabilityType') === 'REGIONAL',
          },
        ],
        examples: {
          passing: [good('two zones', ...GCP_DATABASE)],
          failing: [bad('one zone', GCP_DATABASE, ['main', 'settings.availabilityType', 'ZONAL'])],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.database],
            message: 'it is in one zone only',
            holds: ({ props }) => at(props, 'highAvailability.mode') === 'ZoneRedundant',
          },
        ],
        examples: {
          passing: [good('two zones', ...AZURE_DATABASE)],
          failing: [bad('the same zone', AZURE_DATABASE, ['main', 'highAvailability.mode', 'SameZone'])],
        },
      },
    },
  }),
];

/** A parameter that the group of the database has to turn on. */
export function parameterDemand(parameter: string, message: string): StackDemand {
  return {
    form: 'stack',
    types: [AWS.database],
    message,
    holds: (database: CloudResource, stack: CloudStack) =>
      stack
        .spokenOf(database, 'parameterGroupName', AWS.databaseParameters)
        .flatMap(({ props }) => listAt(props, 'parameters'))
        .some((one) => at(one, 'name') === parameter && ['1', 'on', 'true'].includes(textAt(one, 'value') ?? '')),
  };
}
