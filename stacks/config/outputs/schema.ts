import { z } from 'zod';
import { CLOUDS } from '../../../contracts/cloud.ts';
import type { RegionOutputs } from '../../../contracts/region-outputs.ts';
import { CIDR_PATTERN } from '../cidr.ts';
import { withoutUndefined } from '../without-undefined.ts';

const text = (what: string) => z.string().min(1, `${what} is not empty.`);

const tenantStorage = z.strictObject({
  keyId: text('A key').describe("The tenant's key, or the customer's own."),
  bucket: text('A bucket').describe('Bucket, or `account/container` on azure.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'An endpoint is an http or https address.' })
    .optional()
    .describe("Address of the object store where it is not the cloud's own."),
  identity: text('An identity').describe('Identity that may use this bucket and this key, and nothing else.'),
});

const cidr = z.string().regex(CIDR_PATTERN, 'An address range is an IPv4 CIDR block, as in 10.0.0.0/16.');

const url = (what: string) => z.url({ protocol: /^https$/, error: `${what} is an https address.` });

const kubernetesCluster = z.strictObject({
  name: text('A name').describe("The cloud's own name of the cluster."),
  endpoint: url('An endpoint').describe('URL of the API server.'),
  issuer: url('An issuer').describe("URL of the issuer of service accounts' tokens."),
  gatewayIdentity: text('An identity')
    .optional()
    .describe("Makes the gateway's load balancer; absent on gcp, where GKE does."),
  autoscalerIdentity: text('An identity').optional().describe('Role of the cluster autoscaler; only on aws.'),
});

const dnsZone = z.strictObject({
  id: text('A zone').describe('Hosted zone id (aws), name of the managed zone (gcp) or resource id (azure).'),
  nameServers: z
    .array(text('A name server'))
    .min(1, 'A zone that nobody serves answers nothing.')
    .describe("Where the parent domain has to delegate the region's domain to."),
});

const database = z.strictObject({
  host: text('A host').describe('Host of the database.'),
  port: z
    .int('A port is a whole number from 1 to 65535.')
    .min(1, 'A port is a whole number from 1 to 65535.')
    .max(65_535, 'A port is a whole number from 1 to 65535.')
    .describe('Port of the database.'),
  name: text('A name').describe('Name of the database.'),
  addressRanges: z
    .array(cidr)
    .min(1, 'Network policies open nothing without an address range.')
    .describe('CIDR blocks that the database answers from.'),
  credentialsSecret: text('A secret')
    .optional()
    .describe("Where the administrator's name and password are kept; absent for local."),
});

/** The form of `stacks/outputs/<stack>.yaml`: {@link RegionOutputs}. */
export const regionOutputsSchema = z.strictObject({
  cloud: z.enum(CLOUDS).describe('Cloud of the region.'),
  region: text('A region').describe("The cloud's own name of the region."),
  account: text('An account').describe('Account (aws), project (gcp) or subscription (azure).'),
  platformKeyId: text('A key').describe('Key that encrypts what belongs to the platform.'),
  volumeResourceGroup: text('A resource group')
    .optional()
    .describe('Resource group that volumes are made in; only on azure.'),
  identities: z
    .strictObject({
      externalDns: text('An identity').describe('Identity of external-dns.'),
      bucketProvisioner: text('An identity').optional().describe('Only in the control-plane region.'),
      tenantBoundary: text('A policy')
        .optional()
        .describe('Permissions boundary of the roles that the bucket provisioner makes; only on aws.'),
    })
    .describe("Identities of the platform's own services."),
  tenants: z.record(z.string(), tenantStorage).describe("What each tenant's storage component made, by its name."),
  egressRanges: z.array(cidr).describe("IPv4 blocks that the region's nodes come from when they reach out."),
  kubernetesClusters: z
    .record(z.string(), kubernetesCluster)
    .describe('How to reach each Kubernetes cluster, by its name in the stack config.'),
  dnsZone: dnsZone.optional().describe("The zone of the region's domain; absent for local."),
  database: database.optional().describe('Only in the control-plane region.'),
  mothershipService: text('A service')
    .optional()
    .describe('What other regions name as mothership.privateLink.service, where the mothership is offered.'),
});

export type OutputsFile = z.infer<typeof regionOutputsSchema>;

/** The contract's form: without keys whose value is undefined, which the validator's types allow. */
export function completeOutputs({
  identities: { externalDns, ...identities },
  tenants,
  kubernetesClusters,
  dnsZone,
  database,
  mothershipService,
  volumeResourceGroup,
  ...rest
}: OutputsFile): RegionOutputs {
  return {
    ...rest,
    identities: { externalDns, ...withoutUndefined(identities) },
    tenants: mapValues(tenants, ({ endpoint, ...storage }) => ({ ...storage, ...withoutUndefined({ endpoint }) })),
    kubernetesClusters: mapValues(kubernetesClusters, ({ gatewayIdentity, autoscalerIdentity, ...cluster }) => ({
      ...cluster,
      ...withoutUndefined({ gatewayIdentity, autoscalerIdentity }),
    })),
    ...withoutUndefined({ dnsZone, mothershipService, volumeResourceGroup }),
    ...(database === undefined ? {} : { database: completeDatabase(database) }),
  };
}

function completeDatabase({
  credentialsSecret,
  ...database
}: NonNullable<OutputsFile['database']>): NonNullable<RegionOutputs['database']> {
  return { ...database, ...withoutUndefined({ credentialsSecret }) };
}

function mapValues<From, To>(
  all: Readonly<Record<string, From>>,
  change: (each: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, change(each)]));
}
