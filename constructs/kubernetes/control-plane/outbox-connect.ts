import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { KubeConfigMap } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { MOTHERSHIP_FOLDER, toMothership } from '../shared/mothership.ts';
import { fromPart, toPart } from '../shared/openings.ts';
import { configFolder, configMapFolder, scratchFolder } from '../shared/platform-container.ts';
import { PlatformService } from '../shared/platform-service.ts';
import { PORTS } from '../shared/ports.ts';
import { sizeFor } from '../shared/service-sizing.ts';
import { connectWorkerProperties } from './connect-worker.ts';
import { databaseAccess } from './database-access.ts';
import { outboxConnector } from './outbox-connector.ts';

export interface OutboxConnectProps {
  readonly context: ClusterContext;
  readonly database: DatabaseOutputs;
}

/** Name of the Kafka Connect workers. */
export const CONNECT = 'connect';

/** ConfigMap with one JSON file per connector: its name, and the config that the orchestrator registers. */
export const CONNECTORS_CONFIG = 'connectors';

/** Kafka Connect with Debezium, which carries the rows of the outbox to the mothership, each exactly once. */
export class OutboxConnect extends Construct {
  constructor(scope: Construct, id: string, props: OutboxConnectProps) {
    super(scope, id);
    const { context, database } = props;
    const namespace = NAMESPACES.controlPlane;
    const access = databaseAccess(CONNECT, database);
    const worker = connectWorkerProperties(context.mothership.bootstrapServer);
    new KubeConfigMap(this, 'worker', {
      metadata: { name: WORKER_CONFIG, namespace },
      data: { [WORKER_FILE]: worker },
    });
    new KubeConfigMap(this, 'connectors', {
      metadata: { name: CONNECTORS_CONFIG, namespace },
      data: { 'outbox.json': outboxConnector(database, access.folder.path, tlsMode(context)) },
    });
    new PlatformService(this, 'service', {
      name: CONNECT,
      namespace,
      image: imageReference(context.dataPlane.images.connect),
      args: [`${configFolder(WORKER_CONFIG)}/${WORKER_FILE}`],
      env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
      ...sizeFor(context.dataPlane.cloud, { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: 1024 }, 448),
      servicePorts: { rest: PORTS.connect },
      metricsPort: KAFKA_PORTS.metrics,
      // `/health` says 503 while a worker joins its group: ready, but not alive, may wait for that.
      probes: { livenessPath: '/', readinessPath: '/health', port: PORTS.connect },
      egress: [access.opening, toMothership(context), toPart(namespace, CONNECT, PORTS.connect)],
      ingress: [fromPart(namespace, CONNECT, PORTS.connect), fromPart(namespace, 'orchestrator', PORTS.connect)],
      folders: [configMapFolder(WORKER_CONFIG), access.folder, MOTHERSHIP_FOLDER, scratchFolder('/tmp', 256)],
      rollOn: { 'flotilla.dev/worker-digest': createHash('sha256').update(worker).digest('hex') },
      apiToken: 'absent',
      gracePeriodSeconds: 60,
    });
  }
}

const WORKER_CONFIG = 'connect-worker';
const WORKER_FILE = 'connect.properties';

/** The database of a local region is a pod beside Connect and has no certificate. */
function tlsMode(context: ClusterContext): 'verify-full' | 'disable' {
  return context.dataPlane.cloud === 'local' ? 'disable' : 'verify-full';
}
