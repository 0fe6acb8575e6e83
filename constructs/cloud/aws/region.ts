import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import type { RegionOutputs } from '../../../contracts/region-outputs.ts';
import { mapByName, oneByName } from '../by-name.ts';
import type { ByName } from '../by-name.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import type { Region } from '../region.ts';
import { AwsBudget } from './budget.ts';
import { AwsDatabase } from './database.ts';
import { AwsDnsZone } from './dns-zone.ts';
import { AwsKubernetesCluster } from './kubernetes-cluster.ts';
import { AwsLogBucket } from './log-bucket.ts';
import { AwsMothershipLink } from './mothership-link.ts';
import { AwsMothershipService } from './mothership-service.ts';
import { AwsNetwork } from './network.ts';
import { AwsPlatformIdentities } from './platform-identities.ts';
import { AwsPlatformKey } from './platform-key.ts';
import { podRanges } from './pod-ranges.ts';
import { regionArgsProblems } from './region-args-problems.ts';
import { AwsTenantStorage } from './tenant-storage.ts';

/**
 * A region on AWS, composed of parts that know nothing of each other. One more tenant, zone, cluster or node class makes
 * what is its own and changes only what has to know of all of them.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsRegion extends ComponentResource implements Region {
  readonly outputs: Output<RegionOutputs>;
  /** What other regions ask for as `mothership.privateLink.service`; only where the mothership is offered. */
  readonly mothershipService?: Output<string>;

  constructor(name: string, args: RegionArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`region ${name}`, regionArgsProblems(args));
    super('flotilla:aws:Region', name, {}, options);

    const child = { parent: this };
    const ground = makeGround(name, args, child);
    const clusters = makeClusters(name, args, { ground, child });
    const tenants = makeTenants(name, args, { ground, clusters, child });
    const identities = makeIdentities(name, args, { ground, clusters, child });
    const database = makeDatabase(name, args, { ground, child });
    if (args.budget !== undefined) new AwsBudget(`${name}-budget`, { ...args, budget: args.budget }, child);
    const service = connectMothership(name, args, { ground, child });
    if (service !== undefined) this.mothershipService = service;

    this.outputs = regionOutputs(args, { ground, clusters, tenants, identities, database, mothershipService: service });
    this.registerOutputs({ outputs: this.outputs, mothershipService: this.mothershipService });
  }
}

interface Child {
  readonly parent: AwsRegion;
}

/** What everything else in the region stands on. */
interface Ground {
  readonly logs: AwsLogBucket;
  readonly key: AwsPlatformKey;
  readonly network: AwsNetwork;
  readonly dns: AwsDnsZone;
}

function makeGround(name: string, args: RegionArgs, child: Child): Ground {
  const logs = new AwsLogBucket(`${name}-logs`, args, child);
  return {
    logs,
    key: new AwsPlatformKey(`${name}-platform`, args, child),
    network: new AwsNetwork(`${name}-network`, { ...args, logBucketArn: logs.arn }, child),
    dns: new AwsDnsZone(`${name}-dns`, args, child),
  };
}

function makeClusters(
  name: string,
  args: RegionArgs,
  { ground, child }: { readonly ground: Ground; readonly child: Child },
): ByName<AwsKubernetesCluster> {
  const { stack, region } = args;
  return Object.fromEntries(
    args.kubernetesClusters.map((cluster) => [
      cluster.name,
      new AwsKubernetesCluster(
        `${name}-cluster-${cluster.name}`,
        { stack, region, cluster, network: ground.network, platformKeyArn: ground.key.keyArn },
        child,
      ),
    ]),
  );
}

interface Made {
  readonly ground: Ground;
  readonly clusters: ByName<AwsKubernetesCluster>;
  readonly child: Child;
}

function makeTenants(name: string, args: RegionArgs, { ground, clusters, child }: Made): ByName<AwsTenantStorage> {
  const { stack, region } = args;
  return Object.fromEntries(
    args.tenants.map((tenant) => {
      const cluster = oneByName(clusters, tenant.cluster);
      const storage = new AwsTenantStorage(
        `${name}-tenant-${tenant.name}`,
        {
          stack,
          region,
          tenant,
          owner: 'stack',
          logBucket: ground.logs.bucket,
          oidcProvider: { arn: cluster.oidcProviderArn, issuer: cluster.issuer },
          volumeDriverRoleArn: cluster.volumeDriverRoleArn,
        },
        child,
      );
      return [tenant.name, storage];
    }),
  );
}

function makeIdentities(name: string, args: RegionArgs, { ground, clusters, child }: Made): AwsPlatformIdentities {
  const { stack, region, controlPlane } = args;
  return new AwsPlatformIdentities(
    `${name}-identities`,
    {
      stack,
      region,
      issuers: Object.entries(clusters).map(([cluster, { oidcProviderArn, issuer }]) => ({
        cluster,
        arn: oidcProviderArn,
        issuer,
      })),
      dnsZoneId: ground.dns.zoneId,
      logBucketArn: ground.logs.arn,
      ...(controlPlane === undefined ? {} : { controlPlane: { cluster: controlPlane.cluster } }),
    },
    child,
  );
}

function makeDatabase(
  name: string,
  args: RegionArgs,
  { ground, child }: { readonly ground: Ground; readonly child: Child },
): AwsDatabase | undefined {
  const { stack, region, controlPlane } = args;
  if (controlPlane === undefined) return undefined;
  return new AwsDatabase(
    `${name}-database`,
    {
      stack,
      region,
      database: controlPlane.database,
      clientRanges: podRanges(args, controlPlane.cluster),
      vpcId: ground.network.vpcId,
      platformKeyArn: ground.key.keyArn,
    },
    child,
  );
}

/** Offers the mothership to other networks or reaches it from this one; the service's name where it is offered. */
function connectMothership(
  name: string,
  args: RegionArgs,
  { ground, child }: { readonly ground: Ground; readonly child: Child },
): Output<string> | undefined {
  const { stack, region, mothership } = args;
  if (mothership.privateLink === undefined) return undefined;
  if (mothership.hosted) {
    const { privateLink } = mothership;
    return new AwsMothershipService(`${name}-mothership`, { stack, region, privateLink }, child).serviceName;
  }
  const { bootstrapServer, privateLink } = mothership;
  new AwsMothershipLink(
    `${name}-mothership`,
    {
      stack,
      region,
      mothership: { bootstrapServer, privateLink },
      vpcId: ground.network.vpcId,
      privateSubnetIds: ground.network.privateSubnetIds,
      clientRanges: podRanges(args),
    },
    child,
  );
  return undefined;
}

interface Parts {
  readonly ground: Ground;
  readonly clusters: ByName<AwsKubernetesCluster>;
  readonly tenants: ByName<AwsTenantStorage>;
  readonly identities: AwsPlatformIdentities;
  readonly database: AwsDatabase | undefined;
  readonly mothershipService: Output<string> | undefined;
}

function regionOutputs(args: RegionArgs, parts: Parts): Output<RegionOutputs> {
  const { region } = args;
  const { ground, clusters, tenants, identities, database } = parts;
  return output({
    platformKeyId: ground.key.keyArn,
    externalDns: identities.externalDnsRoleArn,
    bucketProvisioner: identities.bucketProvisionerRoleArn,
    tenantBoundary: identities.tenantBoundaryArn,
    tenants: mapByName(tenants, ({ keyId, bucket, identity }) => ({ keyId, bucket, identity })),
    egressAddresses: ground.network.egressAddresses,
    kubernetesClusters: mapByName(clusters, ({ clusterName, endpoint, issuer, gatewayRoleArn, autoscalerRoleArn }) => ({
      name: clusterName,
      endpoint,
      issuer,
      gatewayIdentity: gatewayRoleArn,
      autoscalerIdentity: autoscalerRoleArn,
    })),
    dnsZone: { id: ground.dns.zoneId, nameServers: ground.dns.nameServers },
    database: database?.outputs,
    mothershipService: parts.mothershipService,
  }).apply(({ database: databaseOutputs, mothershipService, ...made }): RegionOutputs => ({
    cloud: region.cloud,
    region: region.name,
    account: region.account,
    platformKeyId: made.platformKeyId,
    identities: {
      externalDns: made.externalDns,
      ...(made.bucketProvisioner === undefined ? {} : { bucketProvisioner: made.bucketProvisioner }),
      ...(made.tenantBoundary === undefined ? {} : { tenantBoundary: made.tenantBoundary }),
    },
    tenants: made.tenants,
    egressRanges: region.zones.map((zone) => `${oneByName(made.egressAddresses, zone)}/32`),
    kubernetesClusters: made.kubernetesClusters,
    dnsZone: made.dnsZone,
    ...(databaseOutputs === undefined ? {} : { database: databaseOutputs }),
    ...(mothershipService === undefined ? {} : { mothershipService }),
  }));
}
