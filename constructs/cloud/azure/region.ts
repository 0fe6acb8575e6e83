import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import type { RegionOutputs } from '../../../contracts/region-outputs.ts';
import { mapByName, oneByName } from '../by-name.ts';
import type { ByName } from '../by-name.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import type { Region } from '../region.ts';
import { AzureBudget } from './budget.ts';
import { AzureClusterIdentity } from './cluster-identity.ts';
import { AzureDatabase } from './database.ts';
import { AzureExternalDnsIdentity } from './external-dns-identity.ts';
import { imagePullScope } from './image-pull-scope.ts';
import { AzureKubernetesCluster } from './kubernetes-cluster.ts';
import { AzureMothershipLink } from './mothership-link.ts';
import { AzureMothershipService } from './mothership-service.ts';
import { AzureProvisionerIdentity } from './provisioner-identity.ts';
import { noVersionAliases } from './no-version-aliases.ts';
import { regionArgsProblems } from './region-args-problems.ts';
import { makeRegionGround } from './region-ground.ts';
import type { RegionGround } from './region-ground.ts';
import { AzureTenantStorage } from './tenant-storage.ts';

/**
 * A region on Azure, composed of parts that know nothing of each other. One more tenant, cluster or node class makes what
 * is its own and changes nothing else.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureRegion extends ComponentResource implements Region {
  readonly outputs: Output<RegionOutputs>;
  /** What other regions ask for as `mothership.privateLink.service`; only where the mothership is offered. */
  readonly mothershipService?: Output<string>;

  constructor(name: string, args: RegionArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`region ${name}`, regionArgsProblems(args));
    super(
      'flotilla:azure:Region',
      name,
      {},
      {
        ...options,
        transformations: [...(options.transformations ?? []), noVersionAliases],
      },
    );

    const child = { parent: this };
    const ground = makeRegionGround(name, args, child);
    const clusterIdentity = makeClusterIdentity(name, args, ground, child);
    const clusters = makeClusters(name, args, { ground, clusterIdentity, child });
    const made: Made = { ground, clusterIdentity, clusters, child };
    const parts: Parts = {
      ...made,
      tenants: makeTenants(name, args, made),
      externalDns: makeExternalDns(name, args, made),
      ...makeControlPlane(name, args, made),
      mothershipService: connectMothership(name, args, ground, child),
    };
    if (args.budget !== undefined) new AzureBudget(`${name}-budget`, { ...args, budget: args.budget }, child);
    if (parts.mothershipService !== undefined) this.mothershipService = parts.mothershipService;

    this.outputs = regionOutputs(args, parts);
    this.registerOutputs({ outputs: this.outputs, mothershipService: this.mothershipService });
  }
}

interface Child {
  readonly parent: AzureRegion;
}

interface Made {
  readonly ground: RegionGround;
  readonly clusterIdentity: AzureClusterIdentity;
  readonly clusters: ByName<AzureKubernetesCluster>;
  readonly child: Child;
}

interface ControlPlaneParts {
  readonly provisioner?: AzureProvisionerIdentity;
  readonly database?: AzureDatabase;
}

interface Parts extends Made, ControlPlaneParts {
  readonly tenants: ByName<AzureTenantStorage>;
  readonly externalDns: AzureExternalDnsIdentity;
  readonly mothershipService: Output<string> | undefined;
}

function makeClusterIdentity(
  name: string,
  { stack, region }: RegionArgs,
  { groups, network, key }: RegionGround,
  child: Child,
): AzureClusterIdentity {
  return new AzureClusterIdentity(
    `${name}-clusters`,
    {
      stack,
      region,
      resourceGroupName: groups.region.name,
      subnetIds: {
        ...Object.fromEntries(
          Object.entries(network.privateSubnetIds).map(([zone, subnetId]) => [`nodes-${zone}`, subnetId]),
        ),
        'api-servers': network.apiServerSubnetId,
        'load-balancers': network.loadBalancerSubnetId,
      },
      diskEncryptionSetId: key.diskEncryptionSetId,
      volumeGroupId: groups.tenants.id,
    },
    child,
  );
}

function makeClusters(
  name: string,
  { stack, region, kubernetesClusters }: RegionArgs,
  { ground, clusterIdentity, child }: Omit<Made, 'clusters'>,
): ByName<AzureKubernetesCluster> {
  const pullScope = imagePullScope(region);
  return Object.fromEntries(
    kubernetesClusters.map((cluster) => [
      cluster.name,
      new AzureKubernetesCluster(
        `${name}-cluster-${cluster.name}`,
        {
          stack,
          region,
          cluster,
          resourceGroupName: ground.groups.region.name,
          nodeSubnetIds: ground.network.privateSubnetIds,
          apiServerSubnetId: ground.network.apiServerSubnetId,
          identity: {
            id: clusterIdentity.identityId,
            principalId: clusterIdentity.principalId,
            directoryId: clusterIdentity.directoryId,
          },
          diskEncryptionSetId: ground.key.diskEncryptionSetId,
          logStorageAccountId: ground.logs.storageAccountId,
          ...(pullScope === undefined ? {} : { imagePullScope: pullScope }),
        },
        child,
      ),
    ]),
  );
}

function makeTenants(
  name: string,
  { stack, region, tenants }: RegionArgs,
  { ground, clusterIdentity, clusters, child }: Made,
): ByName<AzureTenantStorage> {
  const { groups, key, logs, network } = ground;
  return Object.fromEntries(
    tenants.map((tenant) => [
      tenant.name,
      new AzureTenantStorage(
        `${name}-tenant-${tenant.name}`,
        {
          stack,
          region,
          tenant,
          owner: 'stack',
          resourceGroupName: groups.tenants.name,
          vault: { id: key.vaultId, name: key.vaultName, resourceGroupName: groups.region.name },
          logStorageAccountId: logs.storageAccountId,
          privateEndpoint: { subnetId: network.privateEndpointSubnetId, privateDnsZoneId: network.blobZoneId },
          clusters: {
            [tenant.cluster]: {
              issuer: oneByName(clusters, tenant.cluster).issuer,
              volumePrincipalId: clusterIdentity.principalId,
            },
          },
        },
        child,
      ),
    ]),
  );
}

function makeExternalDns(name: string, { stack, region }: RegionArgs, { ground, clusters, child }: Made) {
  return new AzureExternalDnsIdentity(
    `${name}-external-dns`,
    {
      stack,
      region,
      resourceGroup: { name: ground.groups.region.name, id: ground.groups.region.id },
      dnsZoneId: ground.dns.zoneId,
      issuers: mapByName(clusters, ({ issuer }) => issuer),
    },
    child,
  );
}

/** Database and provisioner's identity, in the region that hosts the control plane. */
function makeControlPlane(name: string, args: RegionArgs, { ground, clusters, child }: Made): ControlPlaneParts {
  const { stack, region, controlPlane } = args;
  if (controlPlane === undefined) return {};
  const { groups, key, logs, network } = ground;
  const provisioner = new AzureProvisionerIdentity(
    `${name}-provisioner`,
    {
      stack,
      region,
      resourceGroupName: groups.region.name,
      issuers: { [controlPlane.cluster]: oneByName(clusters, controlPlane.cluster).issuer },
      places: {
        tenants: groups.tenants.id,
        vault: key.vaultId,
        privateEndpoints: network.privateEndpointSubnetId,
        blobNames: network.blobZoneId,
        logStorage: logs.storageAccountId,
      },
      resourceGroupIds: { region: groups.region.id, data: groups.data.id, tenants: groups.tenants.id },
    },
    child,
  );
  const database = new AzureDatabase(
    `${name}-database`,
    {
      stack,
      region,
      database: controlPlane.database,
      resourceGroupName: groups.data.name,
      networkId: network.vnetId,
      subnetId: network.databaseSubnetId,
      addressRange: network.databaseRange,
      key: { id: key.keyId, url: key.keyUri },
      vault: { name: key.vaultName, resourceGroupName: groups.region.name },
      logStorageAccountId: logs.storageAccountId,
    },
    child,
  );
  return { provisioner, database };
}

/** Offers the mothership to other networks or reaches it from this one; the service's id where it is offered. */
function connectMothership(
  name: string,
  { stack, region, mothership }: RegionArgs,
  { groups, network }: RegionGround,
  child: Child,
): Output<string> | undefined {
  if (mothership.privateLink === undefined) return undefined;
  const resourceGroupName = groups.region.name;
  if (mothership.hosted) {
    const { privateLink } = mothership;
    const { privateLinkSubnetId } = network;
    const args = { stack, region, privateLink, resourceGroupName, privateLinkSubnetId };
    return new AzureMothershipService(`${name}-mothership`, args, child).serviceId;
  }
  const { bootstrapServer, privateLink } = mothership;
  new AzureMothershipLink(
    `${name}-mothership`,
    {
      stack,
      region,
      mothership: { bootstrapServer, privateLink },
      resourceGroupName,
      vnetId: network.vnetId,
      privateEndpointSubnetId: network.privateEndpointSubnetId,
    },
    child,
  );
  return undefined;
}

function regionOutputs({ region }: RegionArgs, parts: Parts): Output<RegionOutputs> {
  const { ground } = parts;
  return output({
    platformKeyId: ground.key.diskEncryptionSetId,
    volumeResourceGroup: ground.groups.tenants.name,
    externalDns: parts.externalDns.clientId,
    bucketProvisioner: parts.provisioner?.clientId,
    tenants: mapByName(parts.tenants, ({ keyId, bucket, identity }) => ({ keyId, bucket, identity })),
    egressAddresses: ground.network.egressAddresses,
    kubernetesClusters: mapByName(parts.clusters, ({ clusterName, endpoint, issuer }) => ({
      name: clusterName,
      endpoint,
      issuer,
      gatewayIdentity: parts.clusterIdentity.clientId,
    })),
    dnsZone: { id: ground.dns.zoneId, nameServers: ground.dns.nameServers },
    database: parts.database?.outputs,
    mothershipService: parts.mothershipService,
  }).apply((made): RegionOutputs => ({
    cloud: region.cloud,
    region: region.name,
    account: region.account,
    platformKeyId: made.platformKeyId,
    volumeResourceGroup: made.volumeResourceGroup,
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
