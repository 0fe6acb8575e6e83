import { Construct } from 'constructs';
import { IntOrString, KubeConfigMap } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { Probe } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import type { ImageLock } from '../../../contracts/images.ts';
import { NAMESPACES, OUTBOX_PSC, pscNamespace } from '../../../contracts/names.ts';
import { fromPart } from '../shared/openings.ts';
import { configMapFolder, scratchFolder, secretFolder } from '../shared/platform-container.ts';
import { PORTS } from '../shared/ports.ts';
import { PinnedStatefulSet } from './pinned-stateful-set.ts';

export interface LocalDatabaseProps {
  readonly images: ImageLock;
  readonly zone: string;
  readonly storageGib: number;
  /** Name of the database, which the image makes when its volume is empty. */
  readonly databaseName: string;
}

/** Name of the local PostgreSQL: with its namespace, the host of the local region's database outputs. */
export const LOCAL_DATABASE = 'postgres';

/** PostgreSQL as a pod, for a local region, where no cloud runs it. */
export class LocalDatabase extends Construct {
  constructor(scope: Construct, id: string, props: LocalDatabaseProps) {
    super(scope, id);
    const namespace = NAMESPACES.controlPlane;
    new KubeConfigMap(this, 'config', {
      metadata: { name: CONFIG, namespace },
      data: { 'postgresql.conf': POSTGRESQL_CONF, 'pg_hba.conf': PG_HBA_CONF },
    });
    new PinnedStatefulSet(this, 'pod', {
      name: LOCAL_DATABASE,
      namespace,
      image: imageReference(props.images.postgres),
      args: [],
      port: { name: 'postgres', number: PORTS.postgres },
      resources: { cpuMillis: 50, cpuLimitMillis: 1000, memoryMib: 256 },
      zone: props.zone,
      storageGib: props.storageGib,
      dataPath: DATA_PATH,
      folders: [configMapFolder(CONFIG), secretFolder(SUPERUSER_SECRET), scratchFolder('/run/postgresql', 1)],
      env: [
        { name: 'PGDATA', value: `${DATA_PATH}/pgdata` },
        { name: 'POSTGRES_DB', value: props.databaseName },
      ],
      livenessProbe: listens(6),
      readinessProbe: listens(3),
      ingress: [
        ...CLIENTS.map((client) => fromPart(namespace, client, PORTS.postgres)),
        fromPart(pscNamespace(OUTBOX_PSC), 'connect', PORTS.postgres),
      ],
      egress: [],
    });
  }
}

const CONFIG = 'postgres-config';
const DATA_PATH = '/var/lib/postgresql';
/** Secret with the superuser's `password`; `local up` makes it. */
export const SUPERUSER_SECRET = 'postgres-superuser';
const CLIENTS = ['api', 'orchestrator', 'bucket-provisioner', 'status-sink', 'database-migrations'];

const POSTGRESQL_CONF = `listen_addresses = '*'
port = ${PORTS.postgres}
unix_socket_directories = '/run/postgresql'
hba_file = '/etc/flotilla/${CONFIG}/pg_hba.conf'
password_encryption = 'scram-sha-256'
# Debezium reads the outbox from the log; a slot that nobody reads must not fill the volume.
wal_level = 'logical'
max_replication_slots = 4
max_wal_senders = 4
max_slot_wal_keep_size = '512MB'
max_connections = 100
shared_buffers = '64MB'
`;

/** Everybody with a password, on the socket too. */
const PG_HBA_CONF = `local all all scram-sha-256
host all all all scram-sha-256
host replication all all scram-sha-256
`;

function listens(failureThreshold: number): Probe {
  return { tcpSocket: { port: IntOrString.fromNumber(PORTS.postgres) }, periodSeconds: 10, failureThreshold };
}
