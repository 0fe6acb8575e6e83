import { at, isOn, listAt, textAt } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { bad, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { parameterDemand } from './database.ts';
import { AWS_DATABASE, AZURE_DATABASE, GCP_DATABASE } from './database-examples.ts';

const common = { group: 'cloud-database', severity: 'error' } as const;

/** What the control plane needs of its database, and what keeps it from being deleted. */
export const DATABASE_CARE_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'database-logical-replication',
    title: 'The database gives its changes out',
    reason: 'Debezium reads the outbox by logical replication: without it no command ever leaves the control plane.',
    fix: 'Set rds.logical_replication to 1 (aws), cloudsql.logical_decoding to on (gcp) or wal_level to logical (azure).',
    clouds: {
      aws: {
        demands: [parameterDemand('rds.logical_replication', 'its logical replication is off')],
        examples: {
          passing: [good('turned on', ...AWS_DATABASE)],
          failing: [
            bad('turned off', AWS_DATABASE, ['main-parameters', 'parameters.0.value', '0']),
            without('no parameters', AWS_DATABASE, 'main-parameters'),
            bad("another group's", AWS_DATABASE, ['main-parameters', 'name', 'example-others']),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'its logical replication is off',
            holds: ({ props }) =>
              listAt(props, 'settings.databaseFlags').some(
                (flag) => at(flag, 'name') === 'cloudsql.logical_decoding' && at(flag, 'value') === 'on',
              ),
          },
        ],
        examples: {
          passing: [good('turned on', ...GCP_DATABASE)],
          failing: [bad('nothing said', GCP_DATABASE, ['main', 'settings.databaseFlags', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.database],
            message: 'its logical replication is off',
            holds: (server, stack) =>
              stack
                .speakingOf(server, 'serverName', AZURE.databaseConfiguration)
                .some(
                  ({ props }) =>
                    at(props, 'configurationName') === 'wal_level' &&
                    textAt(props, 'value')?.toLowerCase() === 'logical',
                ),
          },
        ],
        examples: {
          passing: [good('turned on', ...AZURE_DATABASE)],
          failing: [
            bad('replica', AZURE_DATABASE, ['main-wal-level', 'value', 'replica']),
            without('nothing said', AZURE_DATABASE, 'main-wal-level'),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'database-deletion-protection',
    title: 'The cloud itself refuses to delete the database',
    reason:
      "Pulumi's protection ends where somebody uses the console; all tenants of all regions are in this database.",
    fix: 'Set deletionProtection and a final snapshot (aws), settings.deletionProtectionEnabled (gcp), or a CanNotDelete lock on the server or its group (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'resource',
            types: [AWS.database],
            message: 'RDS deletes it when asked, or without a last snapshot',
            holds: ({ props }) => isOn(props, 'deletionProtection') && !isOn(props, 'skipFinalSnapshot'),
          },
        ],
        examples: {
          passing: [good('protected', ...AWS_DATABASE)],
          failing: [
            bad('nothing said', AWS_DATABASE, ['main', 'deletionProtection', undefined]),
            bad('no last snapshot', AWS_DATABASE, ['main', 'skipFinalSnapshot', true]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.database],
            message: 'Cloud SQL deletes it when asked',
            holds: ({ props }) => isOn(props, 'settings.deletionProtectionEnabled'),
          },
        ],
        examples: {
          passing: [good('protected', ...GCP_DATABASE)],
          failing: [bad("the provider's only", GCP_DATABASE, ['main', 'settings.deletionProtectionEnabled', false])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '10.1')],
        demands: [
          {
            form: 'stack',
            types: [AZURE.database],
            message: 'no lock keeps it or its group from being deleted',
            holds: (server, stack) => {
              const group = textAt(server.props, 'resourceGroupName');
              const ofGroup = stack
                .ofType(AZURE.lockOnGroup)
                .filter((lock) => textAt(lock.props, 'resourceGroupName') === group);
              return [...ofGroup, ...stack.speakingOf(server, 'scope', AZURE.lockByScope)].some(({ props }) =>
                ['CanNotDelete', 'ReadOnly'].includes(textAt(props, 'level') ?? ''),
              );
            },
          },
        ],
        examples: {
          passing: [good('a lock on its group', ...AZURE_DATABASE)],
          failing: [
            without('none', AZURE_DATABASE, 'data-lock'),
            bad('on another group', AZURE_DATABASE, ['data-lock', 'resourceGroupName', 'example-others']),
          ],
        },
      },
    },
  }),
];
