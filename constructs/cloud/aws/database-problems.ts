import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { ControlPlaneArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { clientRangeProblems } from './client-ranges.ts';
import { networkProblems } from './network-problems.ts';

/** The part of a database's arguments that is known before anything runs. */
export interface JudgedDatabaseArgs {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
  readonly database: ControlPlaneArgs['database'];
  readonly clientRanges: Readonly<Record<string, string>>;
}

/** Everything that is wrong with the arguments of a database on AWS. */
export function databaseProblems(args: JudgedDatabaseArgs): readonly InputProblem[] {
  const { version, instanceClass, storageGib, backupRetentionDays } = args.database;
  const path = 'controlPlane.database';
  return [
    ...networkProblems(args),
    ...clientRangeProblems(args.clientRanges),
    ...problemUnless(
      Number(version) >= OLDEST_MAJOR && /^\d{2}$/.test(version),
      `${path}.version`,
      version,
      `name a major version of PostgreSQL from ${OLDEST_MAJOR}, as in 18`,
    ),
    ...problemUnless(
      /^db\.[a-z0-9-]+\.[a-z0-9]+$/.test(instanceClass),
      `${path}.instanceClass`,
      instanceClass,
      'name an instance class of RDS, as in db.m7g.large',
    ),
    ...whole(`${path}.storageGib`, storageGib, STORAGE_GIB),
    ...whole(`${path}.backupRetentionDays`, backupRetentionDays, BACKUP_DAYS),
  ];
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly rule: string;
}

function whole(path: string, value: number, { least, most, rule }: Bounds): readonly InputProblem[] {
  const holds = Number.isInteger(value) && value >= least && value <= most;
  return problemUnless(holds, path, String(value), `${rule} ${least} to ${most}`);
}

/** Subscriptions need nothing newer; what is older has left PostgreSQL's own support (postgresql.org/support/versioning). */
const OLDEST_MAJOR = 14;
/** Of 20 to 65,536 GiB of gp3 a quarter, for it grows (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html). */
const STORAGE_GIB: Bounds = { least: 20, most: 16_384, rule: 'RDS takes a whole number of GiB from' };
/** Without a day of backups RDS keeps no log to restore a moment from. */
const BACKUP_DAYS: Bounds = { least: 1, most: 35, rule: 'RDS keeps backups for a whole number of days from' };
