import type { CustomResourceOptions } from '@pulumi/pulumi';
import { ParameterGroup } from '@pulumi/aws/rds/parameterGroup.js';
import { regionTags } from '../region-tags.ts';
import type { JudgedDatabaseArgs } from './database-problems.ts';

/** Settings of the database's server, where they differ from RDS' own. */
export function makeDatabaseParameters(
  name: string,
  args: JudgedDatabaseArgs & { readonly options: CustomResourceOptions },
): ParameterGroup {
  const { stack, database, options } = args;
  return new ParameterGroup(
    `${name}-parameters`,
    {
      // Without a name of ours: another major version needs another group, and has it before the old one goes.
      family: `postgres${database.version}`,
      description: `PostgreSQL of the control plane of the stack ${stack}`,
      parameters: [
        { name: 'rds.logical_replication', value: '1', applyMethod: 'pending-reboot' },
        { name: 'rds.force_ssl', value: '1', applyMethod: 'pending-reboot' },
        { name: 'max_replication_slots', value: '20', applyMethod: 'pending-reboot' },
        { name: 'max_wal_senders', value: '20', applyMethod: 'pending-reboot' },
        // Past it, a slot is lost, and Debezium has to read the outbox table anew; without it, the volume fills up.
        { name: 'max_slot_wal_keep_size', value: String(slotWalMib(database.storageGib)), applyMethod: 'immediate' },
      ],
      tags: regionTags(args, `${stack}-database`),
    },
    options,
  );
}

/** A quarter of the storage, in MiB, as PostgreSQL counts it. */
function slotWalMib(storageGib: number): number {
  return storageGib * 256;
}
