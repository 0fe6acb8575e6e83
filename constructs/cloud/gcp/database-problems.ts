import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { ControlPlaneArgs, RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

/** Everything that is wrong with the arguments of the control plane's database on GCP; `path` leads to its own. */
export function databaseProblems(
  args: {
    readonly stack: string;
    readonly region: RegionPlace;
    readonly database: ControlPlaneArgs['database'];
  },
  path = 'database',
): readonly InputProblem[] {
  const { version, instanceClass, storageGib, backupRetentionDays } = args.database;
  return [
    ...regionProblems(args),
    ...problemUnless(
      /^\d{2}$/.test(version) && Number(version) >= OLDEST_VERSION,
      `${path}.version`,
      version,
      `name a major version of PostgreSQL from ${OLDEST_VERSION} on`,
    ),
    ...problemUnless(
      isDedicated(instanceClass),
      `${path}.instanceClass`,
      instanceClass,
      'use a dedicated machine, as in db-custom-4-16384 or db-perf-optimized-N-4: one with a shared core has no agreed availability',
    ),
    ...problemUnless(
      Number.isInteger(storageGib) && storageGib >= MIN_STORAGE_GIB,
      `${path}.storageGib`,
      String(storageGib),
      `use a whole number of GiB, ${MIN_STORAGE_GIB} or more`,
    ),
    ...problemUnless(
      Number.isInteger(backupRetentionDays) && backupRetentionDays >= 1 && backupRetentionDays <= MAX_BACKUPS,
      `${path}.backupRetentionDays`,
      String(backupRetentionDays),
      `backups are kept for 1 to ${MAX_BACKUPS} days`,
    ),
  ];
}

/** Whether a machine is one of Enterprise Plus, which takes no other and is taken by no other edition. */
export function isEnterprisePlus(instanceClass: string): boolean {
  return instanceClass.startsWith('db-perf-optimized-');
}

function isDedicated(instanceClass: string): boolean {
  return /^db-custom-\d+-\d+$/.test(instanceClass) || /^db-perf-optimized-[A-Z0-9]+-\d+$/.test(instanceClass);
}

/** The control plane's migrations are held to PostgreSQL from 16 on (stacks/config/versions.ts). */
const OLDEST_VERSION = 16;
const MIN_STORAGE_GIB = 10;
/** docs.cloud.google.com/sql/docs/postgres/backup-recovery/backups: one a day, up to 365. */
const MAX_BACKUPS = 365;
