import { Construct } from 'constructs';
import type { NetworkPolicyEgressRule, NetworkPolicyIngressRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { IntOrString } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { imageReference } from '../../../contracts/images.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { LOCAL_OBJECT_STORE } from '../local/object-store.ts';
import { cloudIdentityMarks } from '../shared/cloud-identity.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { MOTHERSHIP_FOLDER, mothershipArgs, toMothership } from '../shared/mothership.ts';
import { toCloudApis, toPart } from '../shared/openings.ts';
import { scratchFolder } from '../shared/platform-container.ts';
import type { MountedFolder } from '../shared/platform-container.ts';
import { PlatformService } from '../shared/platform-service.ts';
import type { ServiceResources } from '../shared/service-resources.ts';
import { sizeFor } from '../shared/service-sizing.ts';
import { PORTS } from '../shared/ports.ts';
import { databaseAccess } from './database-access.ts';

export interface ControlPlaneServicesProps {
  readonly context: ClusterContext;
  readonly database: DatabaseOutputs;
  /** Cloud identity that makes tenants' buckets, keys and identities. */
  readonly bucketProvisionerIdentity: string;
}

/** Label of namespaces whose pods may call the API: an ingress controller's, a bastion's. */
export const API_CLIENT_LABEL = 'flotilla.dev/api-client';

/** API, orchestrator, bucket provisioner and status sink: none of them talks to the Kubernetes API. */
export class ControlPlaneServices extends Construct {
  constructor(scope: Construct, id: string, props: ControlPlaneServicesProps) {
    super(scope, id);
    const { context, database } = props;
    for (const service of serviceRequests(context)) {
      const access = databaseAccess(service.name, database);
      new PlatformService(this, service.name, {
        name: service.name,
        namespace: NAMESPACES.controlPlane,
        image: imageReference(context.dataPlane.images.flotilla),
        args: ['serve', service.name, ...access.args, ...service.args],
        ...sizeFor(context.dataPlane.cloud, service.resources, service.localMemoryMib),
        egress: [access.opening, ...service.egress],
        ingress: service.ingress,
        ...(service.servicePorts === undefined ? {} : { servicePorts: service.servicePorts }),
        folders: [access.folder, ...service.folders],
        ...(service.name === 'bucket-provisioner'
          ? { cloudIdentity: cloudIdentityMarks(context.dataPlane.cloud, props.bucketProvisionerIdentity) }
          : {}),
        apiToken: 'absent',
        // A workflow step in flight, a request or a batch ends by itself within this time.
        gracePeriodSeconds: 60,
      });
    }
  }
}

interface ServiceRequest {
  /** Also the sub-command of `flotilla serve`. */
  readonly name: 'api' | 'orchestrator' | 'bucket-provisioner' | 'status-sink';
  readonly args: readonly string[];
  readonly resources: ServiceResources;
  readonly localMemoryMib: number;
  readonly egress: readonly NetworkPolicyEgressRule[];
  readonly ingress: readonly NetworkPolicyIngressRule[];
  readonly servicePorts?: Readonly<Record<string, number>>;
  readonly folders: readonly MountedFolder[];
}

/** Requests are a start, to be measured once the services exist. */
function serviceRequests(context: ClusterContext): readonly ServiceRequest[] {
  const small = { resources: { cpuMillis: 100, cpuLimitMillis: 1000, memoryMib: 384 }, localMemoryMib: 160 };
  return [
    {
      name: 'api',
      args: [],
      ...small,
      egress: [],
      ingress: [fromApiClients()],
      servicePorts: { api: PORTS.api },
      folders: [],
    },
    {
      name: 'orchestrator',
      args: mothershipArgs(context.mothership),
      ...small,
      // The mothership: it makes each data plane's topics and their ACLs before the first command goes there.
      egress: [toMothership(context)],
      ingress: [],
      folders: [MOTHERSHIP_FOLDER],
    },
    {
      name: 'bucket-provisioner',
      args: [`--work-folder=${WORK_FOLDER}`],
      // Pulumi's engine and a provider process per cloud run beside the service.
      resources: { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: 2048 },
      localMemoryMib: 256,
      egress: cloudOpenings(context),
      ingress: [],
      folders: [scratchFolder(WORK_FOLDER, 4096)],
    },
    {
      name: 'status-sink',
      args: mothershipArgs(context.mothership),
      ...small,
      egress: [toMothership(context)],
      ingress: [],
      folders: [MOTHERSHIP_FOLDER],
    },
  ];
}

const WORK_FOLDER = '/var/lib/flotilla';

function cloudOpenings(context: ClusterContext): readonly NetworkPolicyEgressRule[] {
  return context.dataPlane.cloud === 'local'
    ? [toPart(NAMESPACES.controlPlane, LOCAL_OBJECT_STORE, PORTS.objectStore)]
    : toCloudApis(context);
}

function fromApiClients(): NetworkPolicyIngressRule {
  return {
    from: [{ namespaceSelector: { matchLabels: { [API_CLIENT_LABEL]: 'true' } } }],
    ports: [{ port: IntOrString.fromNumber(PORTS.api), protocol: 'TCP' }],
  };
}
