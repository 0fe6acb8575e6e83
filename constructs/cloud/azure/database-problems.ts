import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { isRange } from '../range-overlap.ts';
import type { ControlPlaneArgs, RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

/** The part of a database's arguments that is known before anything runs. */
export interface JudgedDatabaseArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  readonly database: ControlPlaneArgs['database'];
  readonly addressRange: string;
}

/** Everything that is wrong with the arguments of a database on Azure. */
export function databaseProblems(args: JudgedDatabaseArgs): readonly InputProblem[] {
  const { version, instanceClass, storageGib, backupRetentionDays } = args.database;
  const path = 'controlPlane.database';
  return [
    ...regionProblems(args),
    ...problemUnless(
      isRange(args.addressRange),
      'addressRange',
      args.addressRange,
      'the block of the subnet, as in 10.0.224.0/24',
    ),
    ...problemUnless(
      VERSIONS.includes(version),
      `${path}.version`,
      version,
      `Azure keeps the slots of logical replication over a failover from version 17: use one of ${VERSIONS.join(', ')}`,
    ),
    ...problemUnless(
      databaseTier(instanceClass) !== undefined,
      `${path}.instanceClass`,
      instanceClass,
      'name a size of the D or E series, as in Standard_D2ds_v5: the B series has no standby in another zone',
    ),
    ...problemUnless(
      STORAGE_GIB.includes(storageGib),
      `${path}.storageGib`,
      String(storageGib),
      `Azure has disks of ${STORAGE_GIB.join(', ')} GiB`,
    ),
    ...problemUnless(
      Number.isInteger(backupRetentionDays) && backupRetentionDays >= MIN_DAYS && backupRetentionDays <= MAX_DAYS,
      `${path}.backupRetentionDays`,
      String(backupRetentionDays),
      `Azure keeps backups for a whole number of days from ${MIN_DAYS} to ${MAX_DAYS}`,
    ),
  ];
}

/** Tier of an instance class that can have a standby in another zone; undefined for one that cannot. */
export function databaseTier(instanceClass: string): 'GeneralPurpose' | 'MemoryOptimized' | undefined {
  const series = /^Standard_([DE])\d+[a-z]*_v\d+$/.exec(instanceClass)?.[1];
  if (series === undefined) return undefined;
  return series === 'D' ? 'GeneralPurpose' : 'MemoryOptimized';
}

// learn.microsoft.com/azure/postgresql/high-availability/concepts-high-availability (2026-04-09)
const VERSIONS: readonly string[] = ['17', '18'];
// learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd
const STORAGE_GIB: readonly number[] = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_767];
// learn.microsoft.com/azure/postgresql/backup-restore/concepts-backup-restore
const MIN_DAYS = 7;
const MAX_DAYS = 35;
