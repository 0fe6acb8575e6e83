import { z } from 'zod';

import { CLOUDS } from '../../contracts/cloud.ts';
import { KAFKA_VERSIONS } from '../../contracts/images.ts';
import { DAYS } from '../../contracts/maintenance-windows.ts';
import { CIDR_PATTERN } from './cidr.ts';
import { POSTGRES_VERSIONS } from './versions.ts';

/**
 * Keys `flotilla:<field>` of a stack file. Everything that one value says on its own is here; what needs two values,
 * the cloud or a date is a rule (`rules.ts`). No defaults are filled in here: `complete.ts` does that.
 */
const cidr = z.string().regex(CIDR_PATTERN, 'An address range is an IPv4 CIDR block, as in 10.0.0.0/16.');

const shortName = (what: string, maxLength: number) =>
  z
    .string()
    .max(maxLength, `${what} has at most ${maxLength} characters, for it becomes part of longer names.`)
    .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, `${what} has small letters, digits and dashes, and starts with a letter.`);

const whole = (what: string, min: number, max: number) => {
  const rule = `${what} is a whole number from ${min} to ${max}.`;
  return z.int(rule).min(min, rule).max(max, rule);
};

const text = (what: string) => z.string().min(1, `${what} is not empty.`);

const ckus = whole('The number of CKUs', 1, 152).describe(
  'Units of capacity. On a cloud one CKU is 60 MB/s in, 180 MB/s out and 4,500 partitions; `flotilla explain --cku N --cloud C` shows the arithmetic.',
);

const kafkaVersion = z
  .enum(KAFKA_VERSIONS)
  .describe('Version of Apache Kafka; written out, so that nothing but an edit here rolls the brokers.');

const zones = z.array(text('A zone')).min(3, 'Data is kept in three zones: name at least three.');

const region = z
  .strictObject({
    cloud: z.enum(CLOUDS).describe('Cloud that the region is on; `local` is a whole region on one machine.'),
    name: text('A region').describe("The cloud's own name of the region, as in `us-west-2`."),
    account: text('An account').describe('Account (aws), project (gcp) or subscription (azure); any word for `local`.'),
    zones: zones.describe('Zones that data planes spread over, in placement order, named as Kubernetes labels them.'),
    addressRange: cidr.describe("CIDR block of the region's network; subnets are cut from it."),
    domain: text('A domain').describe(
      'Parent of every host name of the region: `<pod>.<tenant>.<stack>-<cluster>.<domain>`.',
    ),
    imageRegistry: z
      .string()
      .regex(
        /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
        'A registry is a host with a path, as in registry.example.com/flotilla, without a scheme.',
      )
      .describe('Registry and path that our own images come from, as in `registry.example.com/flotilla`.'),
    tags: z
      .record(z.string(), z.string())
      .optional()
      .meta({ default: {}, description: 'Tags of every cloud resource.' }),
  })
  .describe('The region that this stack is.');

const nodeClass = z
  .strictObject({
    name: shortName('A name', 20).describe('Name within the Kubernetes cluster.'),
    instanceClass: text('An instance class').describe("Instance class of the cloud, from the project's catalogue."),
    purpose: z
      .enum(['brokers', 'platform'])
      .describe('`brokers` nodes are tainted and carry Kafka brokers only; `platform` nodes carry the rest.'),
    minPerZone: whole('The number of nodes', 0, 1000)
      .optional()
      .meta({ default: 1, description: 'Nodes of this class in each zone, at least.' }),
    maxPerZone: whole('The number of nodes', 1, 1000).describe('Nodes of this class in each zone, at most.'),
  })
  .describe('One pool of equal nodes per zone.');

const kubernetesCluster = z
  .strictObject({
    name: shortName('A name', 20).describe(
      "Short name within the region; the cluster's identifier is `<stack>-<name>`.",
    ),
    version: z
      .string()
      .regex(/^1\.\d+$/, 'A Kubernetes version is its minor version in quotes, as in "1.36".')
      .describe('Kubernetes minor version, as in `"1.36"`, in quotes: without them 1.30 is the number 1.3.'),
    podRange: cidr.describe('CIDR block that pods get addresses from: 256 for each node.'),
    serviceRange: cidr.describe('CIDR block that Services get addresses from.'),
    apiAccessRanges: z
      .array(cidr)
      .optional()
      .meta({ default: [], description: 'CIDR blocks that may reach the API server; none: private access only.' }),
    administrators: z.array(text('An administrator')).optional().meta({
      default: [],
      description:
        'Who may do everything in the cluster: role ARNs (aws), user:, group: or serviceAccount: and an e-mail (gcp), user:, group: or servicePrincipal: and an object id of Entra (azure).',
    }),
    nodeClasses: z
      .array(nodeClass)
      .min(1, 'A Kubernetes cluster has at least one node class.')
      .describe('Pools of nodes.'),
    podMonitors: z
      .literal(true)
      .exactOptional()
      .describe('The cluster has a Prometheus Operator: PodMonitors tell it what to read. Without: annotations only.'),
    tracesTo: z
      .string()
      .regex(
        /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
        'A collector is a URL of http or https without a path, as in http://collector.tracing.svc:4318.',
      )
      .exactOptional()
      .describe('Collector that takes the spans of the operator by OTLP over HTTP. Without: no spans are made.'),
    certManager: z
      .literal(true)
      .exactOptional()
      .describe(
        'The cluster has cert-manager, whose issuers the operator may ask for authorities. Without: it may not.',
      ),
  })
  .describe('One Kubernetes cluster: the unit of a data plane.');

const hostedMothership = z
  .strictObject({
    hosted: z.literal(true).describe('The mothership runs in this region.'),
    ckus,
    version: kafkaVersion,
    cluster: text('A cluster').optional().describe('Name of the Kubernetes cluster that runs it; default: the first.'),
    clientRanges: z.array(cidr).optional().meta({
      default: [],
      description:
        "CIDR blocks that other regions' data planes come from (egressRanges of their outputs); none: any address.",
    }),
    privateLink: z
      .strictObject({
        loadBalancer: text('A load balancer')
          .optional()
          .describe(
            "The gateway's load balancer, once it is there: its ARN (aws), forwarding rule's self link (gcp) or frontend IP configuration's id (azure).",
          ),
        consumers: z
          .array(text('A consumer'))
          .min(1, 'A private link that nobody may use is none: name who may.')
          .describe('Accounts (aws), projects (gcp) or subscriptions (azure) that may connect.'),
        consumerRegions: z
          .array(text('A region'))
          .optional()
          .describe('Only on aws, whose links stay in their region else: other regions that consumers connect from.'),
      })
      .optional()
      .describe('Offers the mothership to networks of the same cloud without the internet between.'),
  })
  .describe('The mothership runs here.');

const remoteMothership = z
  .strictObject({
    hosted: z.literal(false).describe('The mothership runs in another region.'),
    bootstrapServer: z
      .string()
      .regex(/^[a-z0-9.-]+:\d{1,5}$/, 'A bootstrap server is host:port.')
      .describe("`host:port` of the mothership's external bootstrap."),
    addressRanges: z
      .array(cidr)
      .min(1, 'Network policies open nothing without an address range.')
      .describe('CIDR blocks that the address lies in: what network policies open.'),
    privateLink: z
      .strictObject({
        service: text('A service').describe(
          "The mothership's endpoint service (aws), service attachment (gcp) or private link service (azure).",
        ),
      })
      .optional()
      .describe('Reaches it by a private link of the same cloud; absent: by its public address.'),
  })
  .describe('The mothership is reached elsewhere.');

const mothership = z
  .discriminatedUnion('hosted', [hostedMothership, remoteMothership])
  .describe('The Kafka cluster between the control plane and all data planes.');

const controlPlane = z
  .strictObject({
    cluster: text('A cluster').optional().describe('Name of the Kubernetes cluster that runs it; default: the first.'),
    database: z
      .strictObject({
        version: z.enum(POSTGRES_VERSIONS).describe('Major version of PostgreSQL, in quotes.'),
        instanceClass: text('An instance class').describe("Instance class of the cloud's database service."),
        storageGib: whole('The storage in GiB', 20, 65_536).describe('Storage in GiB.'),
        backupRetentionDays: whole('The retention in days', 1, 35)
          .optional()
          .meta({ default: 14, description: 'Days that backups are kept.' }),
      })
      .describe("The control plane's PostgreSQL database."),
  })
  .describe('Present exactly in the region that hosts the control plane.');

const limit = (what: string) => whole(what, 1, 100_000_000).optional();

/** The hot set that volumes are sized for. */
export const DEFAULT_LOCAL_RETENTION_HOURS = 24;

const maintenanceWindow = z.strictObject({
  days: z.array(z.enum(DAYS)).optional().meta({ default: [], description: 'Days on which it opens; none: every day.' }),
  start: z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'A window opens at a time of the day in quotes, as in "02:30".')
    .describe('When it opens, by the clock on the wall.'),
  durationMinutes: whole('The duration in minutes', 30, 1440).describe('How long batches of pods may begin.'),
  timeZone: text('A time zone')
    .optional()
    .meta({ default: 'UTC', description: "Whose clock, by its name in the IANA's database, as in `Europe/Berlin`." }),
});

const authorityIssuer = z.strictObject({
  name: z
    .string()
    .max(253, 'The name of an issuer has at most 253 characters.')
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'The name of an issuer has small letters, digits, dashes and dots.')
    .describe('Name of the issuer; one of kind `Issuer` is in `flotilla-system`.'),
  kind: z
    .string()
    .max(63, 'A kind has at most 63 characters.')
    .regex(/^[A-Z][A-Za-z0-9]*$/, 'A kind is as in ClusterIssuer.')
    .describe('`ClusterIssuer` or `Issuer`; or a kind of `group`.'),
  group: z
    .string()
    .max(253, 'A group has at most 253 characters.')
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/, 'A group is as in cert-manager.io.')
    .optional()
    .meta({
      default: 'cert-manager.io',
      description: 'API group of the kind, where the issuer is none of cert-manager itself.',
    }),
});

const tenant = z
  .strictObject({
    name: shortName("A tenant's name", 40).describe("Unique over all stacks; also the name of the tenant's PSC."),
    ckus,
    version: kafkaVersion,
    cluster: text('A cluster').optional().describe('Name of the Kubernetes cluster that runs it; default: the first.'),
    zones: zones.optional().describe("Zones of its brokers; default: the region's. At least three."),
    infiniteStorage: z
      .strictObject({
        localRetentionHours: whole('The retention in hours', 1, 8760)
          .optional()
          .meta({ default: DEFAULT_LOCAL_RETENTION_HOURS, description: 'Hours that data stays on the volumes too.' }),
      })
      .optional()
      .describe('Tiered storage: a bucket keeps what the volumes let go. Absent: all data stays on the volumes.'),
    encryptionKey: z
      .strictObject({
        customerKeyId: text('A key').describe(
          'AWS KMS key ARN, GCP KMS resource name or Azure Key Vault key URL, of the region that the tenant is in.',
        ),
      })
      .optional()
      .describe("The customer's own key (BYOK); absent: a key of the tenant's that the platform makes."),
    limits: z
      .strictObject({
        ingressMegabytesPerSecond: limit('The limit in MB/s').describe('Produced bytes of all clients, in MB/s.'),
        egressMegabytesPerSecond: limit('The limit in MB/s').describe('Consumed bytes of all clients, in MB/s.'),
        partitions: limit('The number of partitions').describe('Partitions before replication.'),
        connections: limit('The number of connections').describe('Client connections to all brokers.'),
      })
      .optional()
      .meta({ default: {}, description: 'Lower than what the CKUs allow, never higher.' }),
    allowedSourceRanges: z
      .array(cidr)
      .optional()
      .meta({ default: [], description: 'CIDR blocks that clients may come from; none: any address.' }),
    config: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .meta({ default: {}, description: 'Broker settings beside those that the platform owns.' }),
    maintenanceWindows: z
      .array(maintenanceWindow)
      .max(16, 'A tenant has at most 16 maintenance windows.')
      .optional()
      .meta({ default: [], description: 'When pods that work may be replaced; none: at any time.' }),
    authorityIssuer: authorityIssuer
      .optional()
      .describe(
        "Issuer of cert-manager that the authority of the tenant's certificates comes from; absent: the operator makes it.",
      ),
    deletionProtection: z
      .boolean()
      .optional()
      .meta({ default: true, description: 'While true, nothing deletes the tenant or its data.' }),
  })
  .describe("One tenant's Kafka cluster.");

const budget = z
  .strictObject({
    monthlyAmount: z
      .number('An amount is a number.')
      .positive('An amount is more than nothing.')
      .max(100_000_000, 'An amount is at most 100,000,000.')
      .describe('For each calendar month.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'A currency has three capitals, as in USD.')
      .describe('ISO 4217, as in `USD`: the currency that the account is billed in.'),
    alertEmails: z
      .array(z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'An e-mail address has a name, an @ and a domain.'))
      .min(1, 'A budget that tells nobody is none: name who is told.')
      .max(5, 'At most 5 addresses are told: GCP takes no more channels, use a mailing list.')
      .describe('Told at half, nine tenths and all of the amount, and when the forecast passes it.'),
    firstMonth: z
      .string()
      .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'A month is a year and a month, as in 2026-12.')
      .describe('First month that counts, as in `2026-12`.'),
    billingAccount: z
      .string()
      .regex(/^[0-9A-F]{6}(-[0-9A-F]{6}){2}$/, 'A billing account is as in 000000-AAAAAA-000000.')
      .optional()
      .describe('Only on gcp, which keeps budgets with the billing account.'),
  })
  .describe('What the region may cost before somebody is told; nothing is ever stopped by it.');

/** The keys of a stack file without their namespace: what people write, before defaults. */
export const stackFileSchema = z.strictObject({
  region,
  kubernetesClusters: z
    .array(kubernetesCluster)
    .min(1, 'A region has at least one Kubernetes cluster.')
    .max(40, 'A region has at most 40 Kubernetes clusters.')
    .describe('Kubernetes clusters of the region.'),
  mothership,
  controlPlane: controlPlane.optional(),
  tenants: z.array(tenant).optional().meta({ default: [], description: 'Tenants of the region.' }),
  budget: budget.optional(),
});

export type StackFile = z.infer<typeof stackFileSchema>;
