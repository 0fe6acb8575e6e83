import type { Cloud } from '../../contracts/cloud.ts';

interface Form {
  readonly pattern: RegExp;
  readonly form: string;
}

/** Form of something that the cloud names, by cloud; `form` says it in words. */
export type Forms = Readonly<Record<Cloud, Form>>;

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ANY: Form = { pattern: /^\S+$/, form: 'a word' };

/** Account (aws), project (gcp), subscription (azure). */
export const ACCOUNT_FORMS: Forms = {
  aws: { pattern: /^\d{12}$/, form: 'an account id of 12 digits, in quotes' },
  gcp: { pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, form: 'a project id' },
  azure: { pattern: new RegExp(`^${UUID}$`), form: 'a subscription id (UUID)' },
  local: ANY,
};

/** Key that volumes are encrypted with, as the cloud's volume driver takes it. */
export const VOLUME_KEY_FORMS: Forms = {
  aws: {
    pattern: new RegExp(`^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\\d{12}:key/(mrk-[0-9a-f]{32}|${UUID})$`),
    form: 'a KMS key ARN, arn:aws:kms:<region>:<account>:key/<key id>',
  },
  gcp: {
    pattern: /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/,
    form: 'a KMS resource name, projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>',
  },
  azure: {
    pattern: new RegExp(
      `^/subscriptions/${UUID}/resourceGroups/[^/\\s]+/providers/Microsoft\\.Compute/diskEncryptionSets/[^/\\s]+$`,
    ),
    form: 'the id of a disk encryption set, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute/diskEncryptionSets/<name>',
  },
  local: ANY,
};

/** Who a pod is to its cloud. */
export const IDENTITY_FORMS: Forms = {
  aws: { pattern: /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/, form: 'a role ARN' },
  gcp: {
    pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/,
    form: "a service account's e-mail, <name>@<project>.iam.gserviceaccount.com",
  },
  azure: { pattern: new RegExp(`^${UUID}$`), form: 'a client id (UUID)' },
  local: ANY,
};

/**
 * Who may do everything in a Kubernetes cluster. On aws roles alone: people and pipelines take one on, and keys of users
 * are what leaks.
 */
export const ADMINISTRATOR_FORMS: Forms = {
  aws: {
    pattern: /^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    form: 'a role ARN, arn:aws:iam::<account>:role/<name>',
  },
  gcp: {
    pattern: /^(user|group|serviceAccount):[^\s:@]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    form: 'a member, user:<e-mail>, group:<e-mail> or serviceAccount:<e-mail>',
  },
  azure: {
    pattern: new RegExp(`^(user|group|servicePrincipal):${UUID}$`),
    form: 'an object id (UUID) of Entra with what it is, user:<id>, group:<id> or servicePrincipal:<id>',
  },
  local: { pattern: /^(?!)/, form: 'nobody: who started the region has its kubeconfig. Take administrators out' },
};

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Where a tenant's data beyond its volumes is kept. */
export const BUCKET_FORMS: Forms = {
  aws: { pattern: BUCKET_NAME, form: 'a bucket name' },
  gcp: { pattern: /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, form: 'a bucket name' },
  azure: {
    pattern: /^[a-z0-9]{3,24}\/[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])$/,
    form: 'a storage account and a container, <account>/<container>',
  },
  local: { pattern: BUCKET_NAME, form: 'a bucket name' },
};

/** The mothership's load balancer, behind which a private link is offered. */
export const LINK_LOAD_BALANCER_FORMS: Forms = {
  aws: {
    pattern: /^arn:aws(-[a-z]+)*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/net\/[A-Za-z0-9-]+\/[0-9a-f]+$/,
    form: 'the ARN of a network load balancer',
  },
  gcp: {
    pattern:
      /^(https:\/\/www\.googleapis\.com\/compute\/v1\/)?projects\/[a-z0-9:.-]+\/regions\/[a-z0-9-]+\/forwardingRules\/[a-z0-9-]+$/,
    form: 'the self link of a forwarding rule, projects/<project>/regions/<region>/forwardingRules/<name>',
  },
  azure: {
    pattern: new RegExp(
      `^/subscriptions/${UUID}/resourceGroups/[^/\\s]+/providers/Microsoft\\.Network/loadBalancers/[^/\\s]+/frontendIPConfigurations/[^/\\s]+$`,
      'i',
    ),
    form: 'the id of a frontend IP configuration, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/loadBalancers/<name>/frontendIPConfigurations/<name>',
  },
  local: ANY,
};

/** What the mothership's region gives out for a private link. */
export const LINK_SERVICE_FORMS: Forms = {
  aws: {
    pattern: /^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-[0-9a-f]+$/,
    form: 'an endpoint service, com.amazonaws.vpce.<region>.vpce-svc-<id>',
  },
  gcp: {
    pattern:
      /^(https:\/\/www\.googleapis\.com\/compute\/v1\/)?projects\/[a-z0-9:.-]+\/regions\/[a-z0-9-]+\/serviceAttachments\/[a-z0-9-]+$/,
    form: 'a service attachment, projects/<project>/regions/<region>/serviceAttachments/<name>',
  },
  azure: {
    pattern: new RegExp(
      `^/subscriptions/${UUID}/resourceGroups/[^/\\s]+/providers/Microsoft\\.Network/privateLinkServices/[^/\\s]+$`,
      'i',
    ),
    form: 'the id of a private link service, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/privateLinkServices/<name>',
  },
  local: ANY,
};

/** Policy that bounds what roles of tenants can do; only AWS has such. */
export const BOUNDARY_FORMS: Forms = {
  aws: { pattern: /^arn:aws(-[a-z]+)*:iam::\d{12}:policy\/[\w+=,.@/-]+$/, form: 'the ARN of a policy' },
  gcp: { pattern: /^(?!)/, form: 'absent' },
  azure: { pattern: /^(?!)/, form: 'absent' },
  local: { pattern: /^(?!)/, form: 'absent' },
};

/** Zone of a region's domain. */
export const DNS_ZONE_FORMS: Forms = {
  aws: { pattern: /^Z[0-9A-Z]{1,31}$/, form: 'the id of a hosted zone' },
  gcp: { pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, form: 'the name of a managed zone' },
  azure: {
    pattern: new RegExp(
      `^/subscriptions/${UUID}/resourceGroups/[^/\\s]+/providers/Microsoft\\.Network/dnsZones/[^/\\s]+$`,
      'i',
    ),
    form: 'the id of a DNS zone, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/dnsZones/<name>',
  },
  local: ANY,
};

/** Where the database's administrator is kept. */
export const SECRET_FORMS: Forms = {
  aws: {
    pattern: /^arn:aws(-[a-z]+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/,
    form: 'the ARN of a secret of Secrets Manager',
  },
  gcp: {
    pattern: /^projects\/[^/\s]+\/secrets\/[\w-]+$/,
    form: 'the resource name of a secret, projects/<project>/secrets/<name>',
  },
  azure: {
    pattern:
      /^https:\/\/[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\.vault\.azure\.net\/secrets\/[a-zA-Z0-9-]{1,127}(\/[0-9a-f]{32})?$/,
    form: "a secret's URL, https://<vault>.vault.azure.net/secrets/<name>",
  },
  local: ANY,
};
