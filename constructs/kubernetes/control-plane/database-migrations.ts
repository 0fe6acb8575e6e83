import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { KubeConfigMap, KubeJob, KubeServiceAccount } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { EnvVar, JobSpec } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { SUPERUSER_SECRET } from '../local/database.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { allowTraffic } from '../shared/network-policy.ts';
import { toRanges } from '../shared/openings.ts';
import { configFolder, containerOf, secretFolder, volumesOf } from '../shared/platform-container.ts';
import type { MountedFolder } from '../shared/platform-container.ts';
import { selectorLabels } from '../shared/platform-labels.ts';
import { RESTRICTED_POD } from '../shared/pod-security.ts';
import { PRIORITY_CLASSES } from '../shared/priority-classes.ts';
import { databaseSecret } from './database-access.ts';
import { migrationFiles } from './migration-files.ts';

export interface DatabaseMigrationsProps {
  readonly context: ClusterContext;
  readonly database: DatabaseOutputs;
}

/** Name of the part that brings the control plane's database up to date, and label of its pods. */
export const DATABASE_MIGRATIONS = 'database-migrations';

/** Secret with the database's administrator in a cloud: `username`, `password`, `ca.crt`. */
export const ADMINISTRATOR_SECRET = databaseSecret('administrator');

/**
 * A Job that brings the control plane's database up to date: tables, roles, publications, and the passwords of roles. Its name
 * says what it does: whatever changes of it, a migration or an image, makes another Job, for a Job itself cannot be changed.
 */
export class DatabaseMigrations extends Construct {
  constructor(scope: Construct, id: string, { context, database }: DatabaseMigrationsProps) {
    super(scope, id);
    const namespace = NAMESPACES.controlPlane;
    const labels = { ...selectorLabels(DATABASE_MIGRATIONS), [LABELS.component]: DATABASE_MIGRATIONS };
    const data = migrationFiles();
    const configMap = `${DATABASE_MIGRATIONS}-${digestOf(data)}`;
    const spec = jobSpec(context, database, configMap, labels);
    new KubeServiceAccount(this, 'account', {
      metadata: { name: DATABASE_MIGRATIONS, namespace, labels },
      automountServiceAccountToken: false,
    });
    new KubeConfigMap(this, 'files', { metadata: { name: configMap, namespace, labels }, immutable: true, data });
    allowTraffic(this, 'traffic', {
      name: DATABASE_MIGRATIONS,
      namespace,
      pods: selectorLabels(DATABASE_MIGRATIONS),
      ingress: [],
      egress: [toRanges(database.addressRanges, database.port)],
    });
    new KubeJob(this, 'job', {
      metadata: { name: `${DATABASE_MIGRATIONS}-${digestOf(spec)}`, namespace, labels },
      spec,
    });
  }
}

/** Services whose roles the migrations make: the Secret of each has the password that its role gets. */
const ROLES = ['connect'];

/** A Job that has given up stays so: for as long as hours it tries on, at most every five minutes. */
const RETRIES = 100;

function jobSpec(
  { dataPlane }: ClusterContext,
  database: DatabaseOutputs,
  configMap: string,
  labels: Record<string, string>,
): JobSpec {
  const administrator = dataPlane.cloud === 'local' ? SUPERUSER_SECRET : ADMINISTRATOR_SECRET;
  const files: MountedFolder = { from: 'configMap', source: configMap, name: 'migrations', path: FILES_PATH };
  const roles = ROLES.map(databaseSecret);
  const folders = [files, ...[administrator, ...roles].map(secretFolder)];
  return {
    backoffLimit: RETRIES,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: 'OnFailure',
        serviceAccountName: DATABASE_MIGRATIONS,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        priorityClassName: PRIORITY_CLASSES.platform,
        securityContext: RESTRICTED_POD,
        volumes: volumesOf(folders),
        containers: [
          containerOf({
            name: DATABASE_MIGRATIONS,
            image: imageReference(dataPlane.images.postgres),
            command: ['/bin/sh', `${FILES_PATH}/migrate.sh`],
            args: roles.map(configFolder),
            ports: {},
            resources: { cpuMillis: 20, cpuLimitMillis: 500, memoryMib: 64 },
            folders,
            env: environment(database, administrator),
          }),
        ],
      },
    },
  };
}

const FILES_PATH = configFolder(DATABASE_MIGRATIONS);

function environment(database: DatabaseOutputs, administrator: string): readonly EnvVar[] {
  const values = {
    PGHOST: database.host,
    PGPORT: String(database.port),
    PGDATABASE: database.name,
    ADMINISTRATOR_FOLDER: configFolder(administrator),
    MIGRATIONS_FOLDER: FILES_PATH,
  };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 10);
}
