import { SECRETS_FOLDER } from '../constructs/kubernetes/connect/connector-rules.ts';
import { databaseSecret } from '../constructs/kubernetes/control-plane/database-access.ts';
import { OUTBOX_CONNECTOR, outboxConnectorConfig } from '../constructs/kubernetes/control-plane/outbox-connector.ts';
import type { PhysicalStatefulCluster, ResourcesSpec } from '../contracts/gen/psc-types.ts';
import { type ImageLock, imageReference } from '../contracts/images.ts';
import { LABELS } from '../contracts/labels.ts';
import { MOTHERSHIP, OUTBOX_PSC, pscNamespace } from '../contracts/names.ts';
import type { DatabaseOutputs } from '../contracts/region-outputs.ts';

/** Secret of the PSC's namespace with the role in the database that only reads and replicates: `username`, `password`, `ca.crt`. */
export const OUTBOX_SECRET = databaseSecret('connect');

/**
 * The PSC of kind connect whose Debezium carries the control plane's outbox to the mothership. It is where the mothership is,
 * which it uses, and as much the platform's.
 */
export function outboxPsc(
  mothership: PhysicalStatefulCluster,
  database: DatabaseOutputs,
  { connect: image }: ImageLock,
): PhysicalStatefulCluster {
  const { apiVersion, kind, metadata, spec } = mothership;
  const { tenant, cloud, region, kubernetesCluster, zones, domain } = spec;
  const isLocal = cloud === 'local';
  const connector = outboxConnectorConfig(
    database,
    `${SECRETS_FOLDER}/${OUTBOX_SECRET}`,
    // The database of a local region is a pod of its own and has no certificate.
    isLocal ? 'disable' : 'verify-full',
  );
  return {
    apiVersion,
    kind,
    metadata: {
      name: OUTBOX_PSC,
      namespace: pscNamespace(OUTBOX_PSC),
      labels: { ...metadata.labels, [LABELS.psc]: OUTBOX_PSC },
    },
    spec: {
      revision: spec.revision,
      tenant,
      cloud,
      region,
      kubernetesCluster,
      zones,
      domain,
      connect: {
        version: image.tag,
        image: imageReference(image),
        workers: isLocal ? 1 : 2,
        resources: isLocal ? LOCAL : CLOUD,
        kafka: MOTHERSHIP,
        secrets: [OUTBOX_SECRET],
        egress: [{ ranges: database.addressRanges, ports: [database.port] }],
        connectors: [{ name: OUTBOX_CONNECTOR, config: connector }],
      },
      deletionProtection: true,
    },
  };
}

const CLOUD: ResourcesSpec = { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: 1024, heapMib: 512 };
/** One machine carries the whole region. */
const LOCAL: ResourcesSpec = { cpuMillis: 50, cpuLimitMillis: 500, memoryMib: 448, heapMib: 224 };
