import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import type { RegionOutputs } from '../../../contracts/region-outputs.ts';
import { mapByName, oneByName } from '../by-name.ts';
import type { ByName } from '../by-name.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import type { Region } from '../region.ts';
import { GcpBudget } from './budget.ts';
import { GcpDatabase } from './database.ts';
import { GcpDnsZone } from './dns-zone.ts';
import { GcpKubernetesCluster } from './kubernetes-cluster.ts';
import { GcpLogBucket } from './log-bucket.ts';
import { isLinked } from './mothership-link-problems.ts';
import { GcpMothershipLink } from './mothership-link.ts';
import { GcpNetwork } from './network.ts';
import { GcpPlatformIdentities } from './platform-identities.ts';
import { GcpPlatformKey } from './platform-key.ts';
import { GcpPrivateServices } from './private-services.ts';
import { GcpProjectServices } from './project-services.ts';
import { regionArgsProblems } from './region-args-problems.ts';
import { serviceAgents } from './service-agents.ts';
import type { GcpServiceAgents } from './service-agents.ts';
import { GcpTenantRole } from './tenant-role.ts';
import { GcpTenantStorage } from './tenant-storage.ts';

/**
 * A region on GCP, composed of parts that know nothing of each other. One more tenant, zone, cluster or node class makes
 * what is its own and changes only what has to know of all of them.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpRegion extends ComponentResource implements Region {
  readonly outputs: Output<RegionOutputs>;
  /** What other regions ask for as `mothership.privateLink.service`; only where the mothership is offered. */
  readonly mothershipService?: Output<string>;

  constructor(name: string, args: RegionArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`region ${name}`, regionArgsProblems(args));
    super('flotilla:gcp:Region', name, {}, options);

    const services = new GcpProjectServices(`${name}-services`, args, { parent: this });
    // Nothing of an API can be made before the project has it on.
    const child = { parent: this, dependsOn: services };
    const ground = makeGround(name, args, services, child);
    const clusters = makeClusters(name, args, ground, child);
    const made = { ground, clusters, child };
    const parts: Parts = {
      ground,
      clusters,
      tenants: makeTenants(name, args, made),
      identities: makeIdentities(name, args, made),
      ...makeDatabase(name, args, ground, child),
      mothershipService: connectMothership(name, args, ground, child),
    };
    if (args.budget !== undefined) new GcpBudget(`${name}-budget`, { ...args, budget: args.budget }, child);
    if (parts.mothershipService !== undefined) this.mothershipService = parts.mothershipService;

    this.outputs = regionOutputs(args, parts);
    this.registerOutputs({ outputs: this.outputs, mothershipService: this.mothershipService });
  }
}

interface Child {
  readonly parent: GcpRegion;
  readonly dependsOn: GcpProjectServices;
}

/** What everything else in the region stands on. */
interface Ground {
  readonly logs: GcpLogBucket;
  readonly agents: GcpServiceAgents;
  readonly key: GcpPlatformKey;
  readonly network: GcpNetwork;
  readonly dns: GcpDnsZone;
  readonly tenantRole: GcpTenantRole;
}

interface Made {
  readonly ground: Ground;
  readonly clusters: ByName<GcpKubernetesCluster>;
  readonly child: Child;
}

function makeGround(name: string, args: RegionArgs, services: GcpProjectServices, child: Child): Ground {
  const logs = new GcpLogBucket(`${name}-logs`, args, child);
  const agents = serviceAgents({ projectNumber: logs.projectNumber, services });
  return {
    logs,
    agents,
    key: new GcpPlatformKey(`${name}-platform`, { ...args, agents }, child),
    network: new GcpNetwork(`${name}-network`, { ...args, logBucket: logs.bucket }, child),
    dns: new GcpDnsZone(`${name}-dns`, args, child),
    tenantRole: new GcpTenantRole(`${name}-tenants`, args, child),
  };
}

function makeClusters(
  name: string,
  { stack, region, kubernetesClusters }: RegionArgs,
  { network, key }: Ground,
  child: Child,
): ByName<GcpKubernetesCluster> {
  const { networkId, nodeSubnetId, clusterRanges } = network;
  return Object.fromEntries(
    kubernetesClusters.map((cluster) => [
      cluster.name,
      new GcpKubernetesCluster(
        `${name}-cluster-${cluster.name}`,
        {
          stack,
          region,
          cluster,
          network: { networkId, nodeSubnetId, ranges: oneByName(clusterRanges, cluster.name) },
          platformKeyId: key.keyId,
        },
        child,
      ),
    ]),
  );
}

function makeTenants(
  name: string,
  { stack, region, tenants }: RegionArgs,
  { ground, clusters, child }: Made,
): ByName<GcpTenantStorage> {
  return Object.fromEntries(
    tenants.map((tenant) => [
      tenant.name,
      new GcpTenantStorage(
        `${name}-tenant-${tenant.name}`,
        {
          stack,
          region,
          tenant,
          owner: 'stack',
          keyRingId: ground.key.keyRingId,
          roleId: ground.tenantRole.roleId,
          logBucket: ground.logs.bucket,
          agents: ground.agents,
          workloadPool: oneByName(clusters, tenant.cluster).workloadPool,
        },
        child,
      ),
    ]),
  );
}

function makeIdentities(
  name: string,
  { stack, region, kubernetesClusters, controlPlane }: RegionArgs,
  { ground, clusters, child }: Made,
): GcpPlatformIdentities {
  const { keyRingId, keyId: platformKeyId } = ground.key;
  // The pool is the project's, whichever cluster is waited for: the one that has been there longest.
  const { workloadPool } = oneByName(clusters, controlPlane?.cluster ?? kubernetesClusters[0]?.name ?? '');
  return new GcpPlatformIdentities(
    `${name}-identities`,
    {
      stack,
      region,
      workloadPool,
      dnsZone: ground.dns.zone,
      ...(controlPlane === undefined ? {} : { bucketProvisioner: { keyRingId, platformKeyId } }),
    },
    child,
  );
}

function makeDatabase(
  name: string,
  { stack, region, controlPlane }: RegionArgs,
  { network: { networkId }, key }: Ground,
  child: Child,
): { readonly database?: GcpDatabase } {
  if (controlPlane === undefined) return {};
  const network = new GcpPrivateServices(`${name}-private-services`, { stack, region, networkId }, child);
  const { database } = controlPlane;
  return {
    database: new GcpDatabase(
      `${name}-database`,
      { stack, region, database, network, platformKeyId: key.keyId },
      child,
    ),
  };
}

/** Offers the mothership to other networks or reaches it from this one; the service where it is offered. */
function connectMothership(
  name: string,
  { stack, region, mothership }: RegionArgs,
  { network: { networkId } }: Ground,
  child: Child,
): Output<string> | undefined {
  if (!isLinked(mothership)) return undefined;
  return new GcpMothershipLink(`${name}-mothership`, { stack, region, mothership, networkId }, child).service;
}

interface Parts {
  readonly ground: Ground;
  readonly clusters: ByName<GcpKubernetesCluster>;
  readonly tenants: ByName<GcpTenantStorage>;
  readonly identities: GcpPlatformIdentities;
  readonly database?: GcpDatabase;
  readonly mothershipService: Output<string> | undefined;
}

function regionOutputs(
  { region }: RegionArgs,
  { ground, clusters, tenants, identities, database, mothershipService }: Parts,
): Output<RegionOutputs> {
  return output({
    platformKeyId: ground.key.keyId,
    externalDns: identities.externalDns,
    bucketProvisioner: identities.bucketProvisioner,
    tenants: mapByName(tenants, ({ keyId, bucket, identity }) => ({ keyId, bucket, identity })),
    egressAddresses: ground.network.egressAddresses,
    kubernetesClusters: mapByName(clusters, ({ clusterName, endpoint, issuer }) => ({
      name: clusterName,
      endpoint,
      issuer,
    })),
    dnsZone: { id: ground.dns.zone, nameServers: ground.dns.nameServers },
    database: database?.outputs,
    mothershipService,
  }).apply((made): RegionOutputs => ({
    cloud: region.cloud,
    region: region.name,
    account: region.account,
    platformKeyId: made.platformKeyId,
    identities: {
      externalDns: made.externalDns,
      ...(made.bucketProvisioner === undefined ? {} : { bucketProvisioner: made.bucketProvisioner }),
    },
    tenants: made.tenants,
    egressRanges: region.zones.map((zone) => `${oneByName(made.egressAddresses, zone)}/32`),
    kubernetesClusters: made.kubernetesClusters,
    dnsZone: made.dnsZone,
    ...(made.database === undefined ? {} : { database: made.database }),
    ...(made.mothershipService === undefined ? {} : { mothershipService: made.mothershipService }),
  }));
}
